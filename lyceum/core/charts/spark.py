"""Sparklines: how numbers went, as small as a word."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from lyceum.core.charts.axes import Plot
from lyceum.core.charts.data import Series, known_values
from lyceum.core.charts.figure import About, drawing, figure
from lyceum.core.charts.line import stretches
from lyceum.core.charts.scale import Scale
from lyceum.core.charts.strokes import marker
from lyceum.core.charts.svg import at, tag

WIDTH, HEIGHT = 120.0, 28.0
_INSET = 5.0


def sparkline(row: Series, about: About) -> SafeString:
    """The line with a dot at its end, and its numbers to open."""
    drawn = spark(row, about)
    return figure(about, drawn, [row], kind="spark")


def spark(row: Series, about: About) -> SafeString:
    """The line alone, for a place where its numbers stand beside it."""
    values = known_values([row])
    if not values:
        return SafeString("")
    low, high = min(values), max(values)
    plot = Plot(_INSET, Scale(low, high, ()), top=_INSET, right=WIDTH - _INSET, bottom=HEIGHT - _INSET)
    return SafeString(drawing(about, WIDTH, HEIGHT, *_line(row, plot), kind="spark"))


def _line(row: Series, plot: Plot) -> Sequence[str]:
    step = plot.width / max(1, len(row.points) - 1)
    across = [plot.left + n * step for n in range(len(row.points))]
    places = list(stretches(row, plot, across))
    lines = [" ".join(f"{at(x)},{at(y)}" for x, y in stretch) for stretch in places if len(stretch) > 1]
    alone = [marker(0, *stretch[0], size=1.5) for stretch in places[:-1] if len(stretch) == 1]
    drawn = [tag("polyline", points=line, class_="stroke") for line in lines]
    return [tag("g", *drawn, *alone, marker(0, *places[-1][-1], size=3.0), class_="s1")]
