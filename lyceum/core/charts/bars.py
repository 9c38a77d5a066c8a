"""Bars: how much of each, side by side; what is below zero hangs from its line."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from lyceum.core.charts.axes import HEIGHT, WIDTH, Plot, labelled, plot_for, ruled
from lyceum.core.charts.data import Series, known, known_values, labels_of
from lyceum.core.charts.figure import About, drawing, figure
from lyceum.core.charts.scale import scale_for
from lyceum.core.charts.strokes import COLOURS, fill_of, hatching, legend
from lyceum.core.charts.svg import tag

_WIDEST = 48.0
_BETWEEN = 0.3  # of a group's width


def bar_chart(
    rows: Sequence[Series], about: About, *, low: float | None = None, high: float | None = None
) -> SafeString:
    """Bars from zero, a group for each label."""
    values = known_values(rows)
    if not values:
        return figure(about, "", rows, kind="bar")
    plot, labels = plot_for(scale_for(values, low=low, high=high, with_zero=True), about.unit), labels_of(rows)
    room = plot.width / len(labels)
    wide = min(_WIDEST, room * (1 - _BETWEEN) / len(rows))
    middles = [plot.left + room * (n + 0.5) for n in range(len(labels))]
    bars = [_bars(n, row, plot, [x + (n - len(rows) / 2) * wide for x in middles], wide, about.key)
            for n, row in enumerate(rows)]  # fmt: skip
    drawn = drawing(
        about,
        WIDTH,
        HEIGHT,
        hatching(about.key, len(rows)),
        ruled(plot, about.unit),
        labelled(plot, labels, middles),
        *bars,
        kind="bar",
    )
    return figure(about, drawn, rows, legend=legend(rows, key=about.key, bars=True), kind="bar")


def _bars(n: int, row: Series, plot: Plot, starts: Sequence[float], wide: float, key: str) -> str:
    drawn = []
    zero = plot.y(0.0)
    for x, point in zip(starts, row.points, strict=False):
        value = known(point.value)
        if value is not None:
            end = plot.y(value)
            drawn.append(
                tag("rect", x=x, y=min(zero, end), width=wide, height=abs(zero - end), fill=fill_of(key, n),
                    class_="bar")
            )  # fmt: skip
    return tag("g", *drawn, class_=f"s{n % COLOURS + 1}")
