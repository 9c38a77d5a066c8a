"""What Lyceum says in other languages, compiled from the translators' files into the form that is read.

Done at the start, without any tool of the system: the compiled files belong to the installation, not to the source.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_ALT, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import override, to_locale

SOURCE = Path(__file__).resolve().parent.parent / "locale"
DATE_FORMAT = "A format of a date"
"""How the note of a date's format begins: its letters are not words."""
_PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w*[^{}]*\}|https?://\S+|<[^>]+>")
_ASIDE = re.compile(r"%\(\w+\)[sd]|\d{4}-\d\d-\d\d[\dT:Z]*")
_ACCENTS = str.maketrans("aceinouyACEINOUY", "áçéîñöüýÁÇÉÎÑÖÜÝ")
_FIRST_STRONG_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"


def compile_catalogues() -> bool:
    """Compile the catalogues if any has changed since the last time; returns whether that was so."""
    folder = Path(settings.LOCALE_PATHS[0])
    mark = folder / ".compiled"
    sources = sorted(SOURCE.glob("*/LC_MESSAGES/django.po"))
    fingerprint = _fingerprint(sources)
    if mark.exists() and mark.read_text() == fingerprint:
        return False
    for source in sources:
        catalogue = polib.pofile(str(source))
        locale = source.parent.parent.name
        if locale in settings.LANGUAGES_BIDI:
            _isolate(catalogue)
        _write(folder / locale, catalogue)
    if settings.PSEUDO_LANGUAGE:
        _write(folder / to_locale(settings.PSEUDO_LANGUAGE), _pseudo_catalogue(sources[0]))
    mark.write_text(fingerprint)
    return True


def _fingerprint(sources: list[Path]) -> str:
    """Changes with every file's size and time, with this program, and with the languages that are wanted."""
    digest = hashlib.sha256(repr(settings.LANGUAGES).encode())
    for path in (*sources, Path(__file__)):
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _write(folder: Path, catalogue: polib.POFile) -> None:
    """In one move, so that a process that starts meanwhile reads the old file or the new one."""
    target = folder / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    unfinished.write_bytes(catalogue.to_binary())
    unfinished.replace(target)


def _isolate(catalogue: polib.POFile) -> None:
    """Keep what is filled in from turning its surroundings round: names and dates have directions of their own."""

    def isolated(text: str) -> str:
        return _ASIDE.sub(lambda place: f"{_FIRST_STRONG_ISOLATE}{place[0]}{_END_OF_ISOLATE}", text)

    for entry in catalogue:
        entry.msgstr = isolated(entry.msgstr)
        entry.msgstr_plural = {n: isolated(text) for n, text in entry.msgstr_plural.items()}


def pseudo(text: str) -> str:
    """An English text as a longer one that can still be read: `Save` becomes `[Šávé ~~]`."""
    parts, last = [], 0
    for place in _PLACE.finditer(text):
        parts += [text[last : place.start()].translate(_ACCENTS), place[0]]
        last = place.end()
    parts.append(text[last:].translate(_ACCENTS))
    words = "".join(parts)
    return f"[{words}{_stretch(words)}]"


def _stretch(text: str) -> str:
    """Two fifths more, in pieces of the length of words: a translation breaks its lines too."""
    missing = max(1, round(len(text) * 0.4))
    pieces = ["~" * min(7, missing - at) for at in range(0, missing, 8)]
    return " " + " ".join(piece for piece in pieces if piece) if missing > 2 else "~" * missing


def _pseudo_catalogue(source: Path) -> polib.POFile:
    """Every text of ours and every name of a day or month, made longer."""
    catalogue = polib.pofile(str(source))
    catalogue.metadata["Plural-Forms"] = "nplurals=2; plural=(n != 1);"
    for entry in catalogue:
        if entry.comment.startswith(DATE_FORMAT):
            entry.msgstr = entry.msgid
        elif entry.msgid_plural:
            entry.msgstr_plural = {0: pseudo(entry.msgid), 1: pseudo(entry.msgid_plural)}
        else:
            entry.msgstr = pseudo(entry.msgid)
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    known = {(entry.msgid, entry.msgctxt or "") for entry in catalogue}
    for name, context in _names_of_days():
        if (name, context) not in known:
            catalogue.append(polib.POEntry(msgid=name, msgstr=pseudo(name), msgctxt=context or None))
            known.add((name, context))
    return catalogue


def _names_of_days() -> Iterator[tuple[str, str]]:
    with override("en"):
        for names in (MONTHS, WEEKDAYS, WEEKDAYS_ABBR, MONTHS_3):
            yield from ((str(name), "") for name in names.values())
        yield from ((str(name), "alt. month") for name in MONTHS_ALT.values())
