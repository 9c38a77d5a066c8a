"""From numbers to places: ends, ticks and positions that hold for the smallest and the largest floats."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

_LARGEST = sys.float_info.max
_SMALLEST_STEP = 1e-290
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 9


@dataclass(frozen=True)
class Scale:
    """A stretch of numbers, from the lower to the higher end, with the ticks between."""

    low: float
    high: float
    ticks: Sequence[float]

    def share(self, value: float) -> float:
        """Where a value lies: 0 at the lower end, 1 at the higher."""
        # Halves: the difference of two finite floats may be none.
        span = self.high / 2 - self.low / 2
        return min(1.0, max(0.0, (value / 2 - self.low / 2) / span)) if span > 0 else 0.5


def scale_for(
    values: Sequence[float], *, low: float | None = None, high: float | None = None, with_zero: bool = False
) -> Scale:
    """A scale that holds every value, with round ends where none are given."""
    bottom = min([*values, *([0.0] if with_zero else [])], default=0.0) if low is None else low
    top = max([*values, *([0.0] if with_zero else [])], default=1.0) if high is None else high
    bottom, top = min([bottom, *values]), max([top, *values])
    if bottom == top:
        pad = max(1.0, abs(top) / 10)
        bottom, top = max(-_LARGEST, bottom - pad), min(_LARGEST, top + pad)
    step = _step(bottom, top)
    if step is None:
        return Scale(bottom, top, (bottom, top))
    if low is None:
        bottom = min(bottom, _finite(math.floor(bottom / step) * step, bottom))
    if high is None:
        top = max(top, _finite(math.ceil(top / step) * step, top))
    first, last = math.ceil(bottom / step - 1e-9), math.floor(top / step + 1e-9)
    ticks = [n * step for n in range(first, min(last, first + _MOST_TICKS) + 1)]
    return Scale(bottom, top, tuple(tick for tick in ticks if bottom <= tick <= top) or (bottom, top))


def _step(bottom: float, top: float) -> float | None:
    """A round number of which about four make the stretch; None for a stretch too small for that."""
    raw = (top / 2 - bottom / 2) / 2
    if raw < _SMALLEST_STEP or raw < max(abs(bottom), abs(top)) * 1e-12:
        return None
    size = 10.0 ** math.floor(math.log10(raw))
    return next((nice * size for nice in _NICE if nice * size >= raw), raw)


def _finite(wanted: float, otherwise: float) -> float:
    return wanted if math.isfinite(wanted) else otherwise
