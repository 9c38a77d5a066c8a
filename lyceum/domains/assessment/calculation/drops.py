"""Dropping the lowest and the highest: of all ways to drop so many, the one that leaves the best, or the worst, ratio.

That is not always the lowest percent: of 50/50, 65/100 and 12/24 it is 65/100. The ratio is found by Dinkelbach's
method (W. Dinkelbach, On Nonlinear Fractional Programming, 1967): for a ratio reached so far, keep what lies
furthest above the line of that ratio, and go on until nothing gets better.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """Something that can be dropped."""

    earned: Fraction
    possible: Fraction
    """More than 0."""
    points: Fraction
    """Of ties the greater is dropped."""
    due_at: datetime | None = None
    """And then the later."""


@dataclass(frozen=True)
class Fixed:
    """What stays in any case, as a sum."""

    earned: Fraction = Fraction(0)
    possible: Fraction = Fraction(0)


def drop_lowest(items: Sequence[Item], count: int, fixed: Fixed) -> frozenset[int]:
    """The places of those to drop, so that the greatest ratio is left."""
    return _drop(items, count, fixed, sign=1)


def drop_highest(items: Sequence[Item], count: int, fixed: Fixed) -> frozenset[int]:
    """The places of those to drop, so that the smallest ratio is left."""
    return _drop(items, count, fixed, sign=-1)


def ratio_of(items: Sequence[Item], fixed: Fixed) -> Fraction:
    """Earned of what was possible."""
    earned = sum((each.earned for each in items), fixed.earned)
    return earned / sum((each.possible for each in items), fixed.possible)


def _drop(items: Sequence[Item], count: int, fixed: Fixed, *, sign: int) -> frozenset[int]:
    least = 0 if fixed.possible else 1
    count = min(count, len(items) - least)
    if count <= 0:
        return frozenset()
    dropped = frozenset(range(count))
    reached = _left(items, dropped, fixed)
    while True:
        better = _furthest_below(items, count, _above(reached, sign))
        ratio = _left(items, better, fixed)
        if sign * ratio <= sign * reached:
            return better
        reached = ratio


def _left(items: Sequence[Item], dropped: frozenset[int], fixed: Fixed) -> Fraction:
    return ratio_of([each for n, each in enumerate(items) if n not in dropped], fixed)


def _above(ratio: Fraction, sign: int) -> Callable[[Item], Fraction]:
    return lambda item: sign * (item.earned - ratio * item.possible)


def _furthest_below(items: Sequence[Item], count: int, above: Callable[[Item], Fraction]) -> frozenset[int]:
    """Those that lie lowest; of ties the greater points, then the later due date, then whichever stands last."""
    order = sorted(
        range(len(items)),
        key=lambda n: (-above(items[n]), items[n].points, items[n].due_at or _LONG_AGO, n),
        reverse=True,
    )
    return frozenset(order[:count])
