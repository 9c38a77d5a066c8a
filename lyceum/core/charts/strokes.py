"""How series differ without colour: by dashes, markers and hatching."""

import math
from collections.abc import Sequence

from lyceum.core.charts.data import Series
from lyceum.core.charts.svg import at, tag, text

DASHES = (None, "7 4", "2 4", "10 4 2 4")
_SHAPES = 4
COLOURS = 4


def dash_of(n: int) -> str | None:
    """The dashes of a series: with the marker they tell sixteen apart."""
    return DASHES[(n + n // _SHAPES) % len(DASHES)]


def marker(n: int, x: float, y: float, *, size: float = 4.0) -> str:
    """A disc, a square, a triangle or a diamond."""
    shape = n % _SHAPES
    if shape == 0:
        return tag("circle", cx=x, cy=y, r=size, class_="marker")
    if shape == 1:
        return tag("rect", x=x - size, y=y - size, width=2 * size, height=2 * size, class_="marker")
    turn = -90 if shape == 2 else 0
    corners = [math.radians(turn + each) for each in ((0, 120, 240) if shape == 2 else (0, 90, 180, 270))]
    places = " ".join(f"{at(x + size * math.cos(each))},{at(y + size * math.sin(each))}" for each in corners)
    return tag("polygon", points=places, class_="marker")


def hatching(key: str, count: int) -> str:
    """The fills of bars: plain, then lines one way, the other way, and dots."""
    lines = ("M0 8 8 0M-2 2 2-2M6 10 10 6", "M0 0 8 8M-2 6 2 10M6-2 10 2")
    made = []
    for n in range(1, min(count, _SHAPES)):
        drawn = tag("path", d=lines[n - 1], class_="hatch") if n < 3 else tag("circle", cx=4, cy=4, r=1.8, class_="dot")
        made.append(
            tag("pattern", drawn, id=f"{key}-fill{n}", width=8, height=8, patternUnits="userSpaceOnUse",
                class_=f"s{n % COLOURS + 1}")
        )  # fmt: skip
    return tag("defs", *made) if made else ""


def fill_of(key: str, n: int) -> str:
    """What fills the bars of a series."""
    return f"url(#{key}-fill{n % _SHAPES})" if n % _SHAPES else "currentColor"


def legend(rows: Sequence[Series], *, key: str = "", bars: bool = False) -> str:
    """Which series is which; nothing where there is one."""
    if len(rows) < 2:
        return ""
    items = []
    for n, row in enumerate(rows):
        if bars:
            sign = tag("rect", x=1, y=1, width=26, height=12, fill=fill_of(key, n), class_="bar")
        else:
            sign = tag("path", d="M1 7H27", class_="stroke", stroke_dasharray=dash_of(n)) + marker(n, 14, 7)
        drawn = tag("svg", sign, class_=f"s{n % COLOURS + 1}", viewBox="0 0 28 14", aria_hidden="true")
        items.append(tag("li", drawn, tag("span", text(row.name))))
    return tag("ul", *items, class_="chart-legend")
