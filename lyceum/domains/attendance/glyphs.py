"""The attendance strip and the codes of a row as ready HTML: made once for equal content, used in every row."""

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import Code
from lyceum.domains.attendance.sheet import Glyph

TONES = {
    Meaning.PRESENT: "present",
    Meaning.LATE: "late",
    Meaning.APPROVED_ACTIVITY: "elsewhere",
    Meaning.LATE_AFTER_CLOSE: "late",
    Meaning.AUTHORISED: "authorised",
    Meaning.UNAUTHORISED: "absent",
    Meaning.UNEXPLAINED: "absent",
    Meaning.NOT_POSSIBLE: "none",
    Meaning.NOT_COLLECTED: "none",
}
"""The colour and shape of each meaning."""


def tone(meaning: str) -> str:
    """The tone of a meaning, or `none`."""
    return TONES.get(Meaning(meaning), "none") if meaning else "none"


@lru_cache(maxsize=4096)
def strip_html(glyphs: tuple[Glyph, ...]) -> SafeString:
    """A strip: one glyph a session, shape and letter and colour, oldest first."""
    return format_html_join(
        "",
        '<i class="g g-{}" title="{}">{}</i>',
        ((tone(g.meaning), g.meaning.replace("_", " "), g.symbol) for g in glyphs),
    )


def options_html(codes: Sequence[Code]) -> dict[UUID | None, SafeString]:
    """The options of a row's code menu, for each code that may be chosen already and for none."""
    key = tuple((code.pk, code.symbol, code.label, code.meaning) for code in codes)
    return _options(key)


@lru_cache(maxsize=256)
def _options(codes: tuple[tuple[UUID, str, str, str], ...]) -> dict[UUID | None, SafeString]:
    made: dict[UUID | None, SafeString] = {None: _one(codes, None)}
    for code_id, *_rest in codes:
        made[code_id] = _one(codes, code_id)
    return made


def _one(codes: tuple[tuple[UUID, str, str, str], ...], chosen: UUID | None) -> SafeString:
    rows = (
        (symbol, tone(meaning), " selected" if code_id == chosen else "", symbol, label)
        for code_id, symbol, label, meaning in codes
    )
    return format_html(
        '<option value="">–</option>{}',
        format_html_join("", '<option value="{}" data-tone="{}"{}>{} · {}</option>', rows),
    )
