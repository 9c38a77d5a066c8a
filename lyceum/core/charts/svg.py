"""Marks on paper: elements, escaped text, and how wide a text is about."""

import unicodedata
from collections.abc import Iterable
from html import escape

from django.utils.formats import number_format

FONT = 17.0
"""The size of text, in the units of a drawing, on the narrowest screen: places are kept for that."""
_WIDEST_PLAIN, _SMALLEST_PLAIN = 1e15, 1e-4


def tag(name: str, *inside: str, **attributes: object) -> str:
    """An element. Attributes are escaped, `_` in their names is `-`; what is inside must be safe already."""
    given = "".join(
        f' {each.rstrip("_").replace("_", "-")}="{escape(clean(_written(value)))}"'
        for each, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{''.join(inside)}</{name}>"


def _written(value: object) -> str:
    return at(value) if isinstance(value, float) else str(value)


def text(words: object) -> str:
    """Text as it may stand in an element."""
    return escape(clean(str(words)))


def isolated(words: object) -> str:
    """A label of its own direction: what runs from right to left stays whole between others."""
    return f"\u2068{text(words)}\u2069"


def clean(words: str) -> str:
    """Without the characters that no XML may hold."""
    return "".join(c for c in words if c in "\t\n\r" or _is_allowed(ord(c)))


def _is_allowed(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def at(place: float) -> str:
    """A place in a drawing, to a hundredth."""
    return f"{place:.2f}".rstrip("0").rstrip(".") if place else "0"


def number(value: float | None, unit: str = "", *, rounded: float = 1e-3) -> str:
    """A number as people read it, `rounded` by no more than that part of it; a dash where there is none."""
    if value is None:
        return "–"
    size = abs(value)
    if size >= _WIDEST_PLAIN or 0 < size < _SMALLEST_PLAIN:
        written = f"{value:.3g}"
    else:
        places = next((n for n in range(6) if abs(round(value, n) - value) <= size * rounded), 6)
        written = number_format(round(value, places) + 0.0, decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{written}\u00a0{unit}" if unit else written


def width_of(words: str) -> float:
    """About how wide a text is."""
    return sum(FONT * (1.0 if unicodedata.east_asian_width(c) in "WF" else 0.65) for c in clean(words))


def shortened(words: str, widest: float) -> str:
    """A text that fits, cut with an ellipsis where it has to be."""
    words = " ".join(clean(words).split())
    if width_of(words) <= widest:
        return words
    while words and width_of(words + "…") > widest:
        words = words[:-1]
    return words.rstrip() + "…"


def every(count: int, widest: float, room: float) -> Iterable[int]:
    """Which of so many labels to write so that none touches another."""
    fit = max(1, int(room // (widest + FONT)))
    return range(0, count, max(1, -(-count // fit)))
