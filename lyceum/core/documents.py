"""Documents on paper: a Typst template and data in, a PDF out. One compiler for all of a process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
from django.utils.translation import get_language, get_language_bidi

PAPERS = {"a4": "a4", "letter": "us-letter"}
_compiling = Lock()


@dataclass(frozen=True)
class Letterhead:
    """Who prints, and on what: `a4` or `letter`."""

    school: str = ""
    paper: str = "a4"


_sources: list[Callable[[], Letterhead]] = []


def take_letterhead_from(source: Callable[[], Letterhead]) -> None:
    """Say who knows the letterhead of the school in scope."""
    _sources[:] = [source]


def letterhead() -> Letterhead:
    """The letterhead of the school in scope."""
    return _sources[0]() if _sources else Letterhead()


@lru_cache(maxsize=1)
def _compiler() -> Any:  # typst's own class, which is imported only where a document is made
    import fontpkg_atkinson_hyperlegible  # slow, and needed here alone
    import typst  # slow, and needed here alone

    fonts = Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"
    return typst.Compiler(font_paths=[str(fonts)])


def print_document(template: bytes, data: Mapping[str, Any], *, paper: str = "") -> bytes:
    """A Typst template as PDF. It reads `data` (JSON), `paper`, `lang` and `dir` (ltr or rtl) from `sys.inputs`."""
    return _compiled(template, data, paper=PAPERS.get(paper or letterhead().paper, "a4"), format="pdf")


def draw_document(template: bytes, data: Mapping[str, Any], *, kind: str, ppi: int = 144) -> bytes:
    """A template of one page as a picture: `png`, with so many points to the inch, or `svg`."""
    return _compiled(template, data, paper="a4", format=kind, ppi=ppi)


def _compiled(template: bytes, data: Mapping[str, Any], *, paper: str, **how: Any) -> bytes:
    inputs = {
        "data": msgspec.json.encode(data).decode(),
        "paper": paper,
        "lang": (get_language() or "en").split("-")[0],
        "dir": "rtl" if get_language_bidi() else "ltr",
    }
    with _compiling:  # the compiler keeps what it read for the next one, and is not made for two at once
        made: bytes = _compiler().compile(input=template, sys_inputs=inputs, **how)
    return made
