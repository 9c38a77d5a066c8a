"""The attendance strip as ready HTML: made once for equal content, used in every row."""

from collections.abc import Mapping
from functools import lru_cache

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from lyceum.domains.attendance.meanings import Meaning
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

TONE_WORDS = {
    "present": _("present"),
    "late": _("late"),
    "absent": _("absent"),
    "authorised": _("authorised"),
    "elsewhere": _("elsewhere"),
    "none": _("not counted"),
}
"""What each tone says in words, in the order in which a register counts them."""

SIGNS = {"present": "✓", "late": "◔", "absent": "✕", "authorised": "○", "elsewhere": "✓", "none": "–"}
"""What stands in a glyph for families, who read no codes."""

MEANING_WORDS = {
    Meaning.PRESENT: _("present"),
    Meaning.LATE: _("late"),
    Meaning.APPROVED_ACTIVITY: _("at an approved activity"),
    Meaning.LATE_AFTER_CLOSE: _("late, after the register closed"),
    Meaning.AUTHORISED: _("authorised absence"),
    Meaning.UNAUTHORISED: _("unauthorised absence"),
    Meaning.UNEXPLAINED: _("no reason known yet"),
    Meaning.NOT_POSSIBLE: _("attendance not possible"),
    Meaning.NOT_COLLECTED: _("not a school session"),
}
"""What each meaning says to a person."""


def tone(meaning: str) -> str:
    """The tone of a meaning, or `none`."""
    return TONES.get(Meaning(meaning), "none") if meaning else "none"


def say_mark(symbol: str, meaning: str, words: Mapping[tuple[str, str], str]) -> str:
    """A mark in the words of its code (see `mark_words`), or of its meaning where no code is known."""
    said = words.get((symbol, meaning))
    return gettext(said) if said else str(MEANING_WORDS[Meaning(meaning)])


def strip_html(glyphs: tuple[Glyph, ...]) -> SafeString:
    """A strip: one glyph a session, shape and letter and colour, oldest first."""
    return _strip(glyphs, get_language())


@lru_cache(maxsize=4096)
def _strip(glyphs: tuple[Glyph, ...], _language: str | None) -> SafeString:
    return format_html_join(
        "",
        '<i class="g g-{}" title="{}">{}</i>',
        ((tone(g.meaning), words_of(g), g.symbol) for g in glyphs),
    )


def words_of(glyph: Glyph) -> str:
    """A glyph in words."""
    if glyph.words:
        return gettext(glyph.words)
    return str(MEANING_WORDS[Meaning(glyph.meaning)]) if glyph.meaning else ""
