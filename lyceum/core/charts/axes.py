"""The frame of a chart: where the plot lies, the lines behind it, and what is written at its sides."""

from collections.abc import Sequence
from dataclasses import dataclass

from lyceum.core.charts.scale import Scale
from lyceum.core.charts.svg import FONT, at, every, isolated, number, shortened, tag, width_of

WIDTH, HEIGHT = 480.0, 240.0
_TOP, _RIGHT, _BOTTOM = 14.0, 14.0, 30.0
_WIDEST_TICK, _WIDEST_LABEL, _ENOUGH = 130.0, 110.0, 60.0
_GAP = 8.0


@dataclass(frozen=True)
class Plot:
    """The rectangle in which values are drawn."""

    left: float
    scale: Scale
    top: float = _TOP
    right: float = WIDTH - _RIGHT
    bottom: float = HEIGHT - _BOTTOM

    @property
    def width(self) -> float:
        """From the left to the right side."""
        return self.right - self.left

    def y(self, value: float) -> float:
        """How far down a value lies."""
        return self.bottom - self.scale.share(value) * (self.bottom - self.top)


def plot_for(scale: Scale, unit: str) -> Plot:
    """A plot that leaves room for what is written at its ticks."""
    widest = max(width_of(number(tick, unit)) for tick in scale.ticks)
    return Plot(min(widest, _WIDEST_TICK) + _GAP, scale)


def ruled(plot: Plot, unit: str) -> str:
    """A line for each tick, with its number at the start; the line of zero is stronger."""
    drawn = []
    for tick in plot.scale.ticks:
        y = plot.y(tick)
        line = f"M{at(plot.left)} {at(y)}H{at(plot.right)}"
        drawn.append(tag("path", d=line, class_="zero" if tick == 0 else "rule"))
        words = isolated(shortened(number(tick, unit), _WIDEST_TICK))
        drawn.append(tag("text", words, x=plot.left - _GAP, y=y + FONT / 3, text_anchor="end"))
    return tag("g", *drawn, class_="ruled", aria_hidden="true")


def labelled(plot: Plot, labels: Sequence[str], places: Sequence[float]) -> str:
    """What stands under the plot, as many as fit."""
    room = plot.width / max(1, len(labels)) - FONT
    short = [shortened(label, room if room >= _ENOUGH else _WIDEST_LABEL) for label in labels]
    widest = max((width_of(label) for label in short), default=0.0)
    drawn = []
    for n in every(len(short), widest, plot.width):
        half = width_of(short[n]) / 2
        x = min(max(places[n], half), WIDTH - half)
        drawn.append(tag("text", isolated(short[n]), x=x, y=plot.bottom + FONT + 6, text_anchor="middle"))
    return tag("g", *drawn, class_="labels", aria_hidden="true")
