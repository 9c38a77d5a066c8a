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
class Group:
    """Items of which so many are dropped: those of one category."""

    items: tuple[Item, ...]
    count: int
    """How many go; fewer than there are, unless something else of the category stays."""


@dataclass(frozen=True)
class Fixed:
    """What stays in any case, as a sum."""

    earned: Fraction = Fraction(0)
    possible: Fraction = Fraction(0)


Dropped = tuple[frozenset[int], ...]
"""The places of those to drop, for each group."""


def drop_lowest(groups: Sequence[Group], fixed: Fixed) -> Dropped:
    """Those whose going leaves the greatest ratio of all that is counted together."""
    return _drop(groups, fixed, sign=1)


def drop_highest(groups: Sequence[Group], fixed: Fixed) -> Dropped:
    """Those whose going leaves the smallest."""
    return _drop(groups, fixed, sign=-1)


def ratio_left(groups: Sequence[Group], dropped: Sequence[frozenset[int]], fixed: Fixed) -> Fraction:
    """Earned of what was possible, without those that are dropped."""
    stay = [item for g, group in enumerate(groups) for n, item in enumerate(group.items) if n not in dropped[g]]
    earned = sum((item.earned for item in stay), fixed.earned)
    return earned / sum((item.possible for item in stay), fixed.possible)


def _drop(groups: Sequence[Group], fixed: Fixed, *, sign: int) -> Dropped:
    dropped: Dropped = tuple(frozenset(range(group.count)) for group in groups)
    reached = ratio_left(groups, dropped, fixed)
    while True:
        better = tuple(_furthest_below(group, _above(reached, sign)) for group in groups)
        ratio = ratio_left(groups, better, fixed)
        if sign * ratio <= sign * reached:
            return better
        reached = ratio


def _above(ratio: Fraction, sign: int) -> Callable[[Item], Fraction]:
    return lambda item: sign * (item.earned - ratio * item.possible)


def _furthest_below(group: Group, above: Callable[[Item], Fraction]) -> frozenset[int]:
    """Those that lie lowest; of ties the greater points, then the later due date, then whichever stands last."""
    items = group.items
    order = sorted(
        range(len(items)),
        key=lambda n: (-above(items[n]), items[n].points, items[n].due_at or _LONG_AGO, n),
        reverse=True,
    )
    return frozenset(order[: group.count])
