"""Lines: how numbers went, one line a series; where a number is missing the line is broken."""

from collections.abc import Iterator, Sequence

from django.utils.safestring import SafeString

from lyceum.core.charts.axes import HEIGHT, WIDTH, Plot, labelled, plot_for, ruled
from lyceum.core.charts.data import Series, known, known_values, labels_of
from lyceum.core.charts.figure import About, drawing, figure
from lyceum.core.charts.scale import scale_for
from lyceum.core.charts.strokes import COLOURS, dash_of, legend, marker
from lyceum.core.charts.svg import at, tag

MOST_MARKED = 40
Place = tuple[float, float]


def line_chart(
    rows: Sequence[Series], about: About, *, low: float | None = None, high: float | None = None
) -> SafeString:
    """Lines over the same labels. `low` and `high` are ends to keep unless a value lies beyond them."""
    values = known_values(rows)
    if not values:
        return figure(about, "", rows, kind="line")
    plot, labels = plot_for(scale_for(values, low=low, high=high), about.unit), labels_of(rows)
    inset = 6.0
    step = (plot.width - 2 * inset) / max(1, len(labels) - 1)
    start = plot.left + inset if len(labels) > 1 else plot.left + plot.width / 2
    across = [start + n * step for n in range(len(labels))]
    lines = [_line(n, row, plot, across) for n, row in enumerate(rows)]
    drawn = drawing(about, WIDTH, HEIGHT, ruled(plot, about.unit), labelled(plot, labels, across), *lines, kind="line")
    return figure(about, drawn, rows, legend=legend(rows), kind="line")


def _line(n: int, row: Series, plot: Plot, across: Sequence[float]) -> str:
    marks_all = len(row.points) <= MOST_MARKED
    drawn = []
    for stretch in stretches(row, plot, across):
        if len(stretch) > 1:
            places = " ".join(f"{at(x)},{at(y)}" for x, y in stretch)
            drawn.append(tag("polyline", points=places, class_="stroke", stroke_dasharray=dash_of(n)))
        for x, y in stretch if marks_all else (stretch[0], stretch[-1]):
            drawn.append(marker(n, x, y))
    return tag("g", *drawn, class_=f"s{n % COLOURS + 1}")


def stretches(row: Series, plot: Plot, across: Sequence[float]) -> Iterator[list[Place]]:
    """The places of a series, broken where a number is missing."""
    stretch: list[Place] = []
    for x, point in zip(across, row.points, strict=False):
        value = known(point.value)
        if value is not None:
            stretch.append((x, plot.y(value)))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch
