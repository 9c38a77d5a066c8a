"""Heatmaps: many numbers in rows and columns, the more the darker; each number is written in its cell."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from lyceum.core.charts.data import Series, known, known_values, labels_of
from lyceum.core.charts.figure import About, drawing, figure
from lyceum.core.charts.scale import Scale
from lyceum.core.charts.svg import FONT, isolated, number, shortened, tag, width_of

LEVELS = 5
_LINE, _NARROWEST, _WIDEST_NAME, _WIDEST_CELL = 34.0, 40.0, 150.0, 120.0


def heatmap(rows: Sequence[Series], about: About, *, low: float | None = None, high: float | None = None) -> SafeString:
    """A row for each series, a column for each label. `low` and `high` are where the shades begin and end."""
    values = known_values(rows)
    if not values:
        return figure(about, "", rows, kind="heat")
    scale = Scale(min([*values, *_given(low)]), max([*values, *_given(high)]), ())
    labels = [shortened(label, _WIDEST_CELL) for label in labels_of(rows)]
    names = [shortened(row.name, _WIDEST_NAME) for row in rows]
    left = max(map(width_of, names)) + 10
    written = [*labels, *(number(value) for value in values)]
    cell = min(_WIDEST_CELL, max([_NARROWEST, *(width_of(each) + 10 for each in written)]))
    width, height = left + cell * len(labels) + 1, _LINE * (len(rows) + 1) + 1
    head = [_text(label, left + cell * (n + 0.5), 0, "middle") for n, label in enumerate(labels)]
    body = []
    for down, (name, row) in enumerate(zip(names, rows, strict=True), start=1):
        body.append(_text(name, left - 8, down, "end"))
        for n, point in enumerate(row.points):
            body += _cell(known(point.value), scale, left + cell * n, down, cell)
    drawn = drawing(about, width, height, tag("g", *head, *body, aria_hidden="true"), kind="heat", sized=True)
    return figure(about, drawn, rows, kind="heat")


def _given(end: float | None) -> list[float]:
    return [] if end is None else [end]


def _text(words: str, x: float, down: int, anchor: str) -> str:
    return tag("text", isolated(words), x=x, y=_LINE * (down + 0.5) + FONT / 3, text_anchor=anchor)


def _cell(value: float | None, scale: Scale, x: float, down: int, wide: float) -> list[str]:
    level = 0 if value is None else 1 + min(LEVELS - 1, int(scale.share(value) * LEVELS))
    box = tag("rect", x=x + 1, y=_LINE * down + 1, width=wide - 2, height=_LINE - 2, class_=f"cell lv{level}")
    words = isolated(shortened(number(value), wide))
    written = tag(
        "text", words, x=x + wide / 2, y=_LINE * (down + 0.5) + FONT / 3, text_anchor="middle", class_=f"on{level}"
    )
    return [box, written]
