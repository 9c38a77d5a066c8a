"""A person's busy hours as one bit mask a day, and how far they are from what a rule wants."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from lyceum.solver import rules
from lyceum.solver.rules import Rule
from lyceum.solver.terms.ground import Ground, Starts, Term

R = TypeVar("R", bound=Rule)

Masks = Sequence[int]
"""Bit h of day d: busy in that hour."""


def masks_of(ground: Ground, activities: Iterable[int], starts: Starts) -> list[int]:
    masks = [0] * ground.days
    for index in activities:
        start = starts[index]
        if start >= 0:
            masks[start // ground.hours] |= ((1 << ground.durations[index]) - 1) << start % ground.hours
    return masks


def span_of(mask: int) -> int:
    """All hours from the first busy one to the last."""
    return ((1 << mask.bit_length()) - 1) & ~((mask & -mask) - 1) if mask else 0


def hours_mask(first: int, last: int) -> int:
    """Hours `first` … `last`."""
    return ((1 << (last + 1)) - 1) & ~((1 << first) - 1) if last >= first else 0


def closed_masks(ground: Ground, term: Term) -> Masks:
    return ground.closed_hours[term.person] if term.person else (0,) * ground.days


def units_of_days(ground: Ground, term: Term, masks: Masks) -> int:
    """Violations of a rule about a person's days, whose counted hours are these."""
    return _COUNT[type(term.rule)](ground, term, masks)


def _over(value: int, limit: int) -> int:
    return max(0, value - limit)


def _gaps(ground: Ground, term: Term, masks: Masks) -> list[int]:
    closed = closed_masks(ground, term)
    return [(span_of(mask) & ~mask & ~closed[day]).bit_count() for day, mask in enumerate(masks)]


def _count_max_days(_: Ground, term: Term, masks: Masks) -> int:
    return _over(sum(1 for mask in masks if mask), _as(term, rules.MaxDays).days)


def _count_min_days(_: Ground, term: Term, masks: Masks) -> int:
    return _over(_as(term, rules.MinDays).days, sum(1 for mask in masks if mask))


def _count_interval(_: Ground, term: Term, masks: Masks) -> int:
    rule = _as(term, rules.IntervalMaxDays)
    wanted = hours_mask(rule.first, rule.last)
    return _over(sum(1 for mask in masks if mask & wanted), rule.days)


def _count_gaps_a_week(ground: Ground, term: Term, masks: Masks) -> int:
    return _over(sum(_gaps(ground, term, masks)), _as(term, rules.MaxGapsPerWeek).gaps)


def _count_gaps_a_day(ground: Ground, term: Term, masks: Masks) -> int:
    limit = _as(term, rules.MaxGapsPerDay).gaps
    return sum(_over(gaps, limit) for gaps in _gaps(ground, term, masks))


def first_open(ground: Ground, term: Term) -> list[tuple[int, int]]:
    """Of each day the first open hour and the second, as masks; 0 where there is none."""
    found = []
    for closed in closed_masks(ground, term):
        left = ((1 << ground.hours) - 1) & ~closed
        first = left & -left
        left ^= first
        found.append((first, left & -left))
    return found


def _count_early(ground: Ground, term: Term, masks: Masks) -> int:
    late = never = 0
    for mask, (first, second) in zip(masks, first_open(ground, term), strict=True):
        if mask and not mask & first:
            late += bool(mask & second)
            never += not mask & second
    return _over(late, _as(term, rules.EarlyStarts).late) + never


def halves(ground: Ground, rule: rules.MaxHoursDaily) -> list[int]:
    """The parts of a day that are counted each by itself, as masks."""
    whole = hours_mask(0, ground.hours - 1)
    half = ground.problem.grid.half
    if not rule.half_day or half is None:
        return [whole]
    morning = hours_mask(0, half - 1)
    return [morning, whole & ~morning]


def _count_max_hours(ground: Ground, term: Term, masks: Masks) -> int:
    rule = _as(term, rules.MaxHoursDaily)
    parts = halves(ground, rule)
    return sum((mask & part).bit_count() > rule.hours for mask in masks for part in parts)


def _count_min_hours(_: Ground, term: Term, masks: Masks) -> int:
    rule = _as(term, rules.MinHoursDaily)
    return sum(_over(rule.hours, mask.bit_count()) for mask in masks if mask or not rule.allow_empty_days)


def _count_in_a_row(ground: Ground, term: Term, masks: Masks) -> int:
    limit = _as(term, rules.MaxHoursContinuously).hours
    window = (1 << (limit + 1)) - 1
    units = 0
    for mask in masks:
        full = [mask >> shift & window == window for shift in range(ground.hours - limit)]
        units += sum(now and not before for now, before in zip(full, [False, *full], strict=False))
    return units


def _count_free_within(_: Ground, term: Term, masks: Masks) -> int:
    rule = _as(term, rules.FreeHourWithin)
    wanted = hours_mask(rule.first, rule.last)
    return sum(
        _over(rule.hours, (wanted & ~mask).bit_count())
        for mask in masks
        if mask & ((1 << rule.first) - 1) and mask >> (rule.last + 1)
    )


def _count_span(_: Ground, term: Term, masks: Masks) -> int:
    limit = _as(term, rules.MaxSpanDaily).hours
    return sum(_over(span_of(mask).bit_count(), limit) for mask in masks)


def _count_rest(ground: Ground, term: Term, masks: Masks) -> int:
    rule = _as(term, rules.MinRestHours)
    units = 0
    for day, evening in enumerate(masks):
        if day + 1 == len(masks) and not rule.circular:
            break
        morning = masks[(day + 1) % len(masks)]
        if evening and morning:
            rest = ground.hours - evening.bit_length() + (morning & -morning).bit_length() - 1
            units += _over(rule.hours, rest)
    return units


def _as(term: Term, kind: type[R]) -> R:
    assert isinstance(term.rule, kind)
    return term.rule


_COUNT: dict[type[Rule], Callable[[Ground, Term, Masks], int]] = {
    rules.MaxDays: _count_max_days,
    rules.MinDays: _count_min_days,
    rules.IntervalMaxDays: _count_interval,
    rules.MaxGapsPerWeek: _count_gaps_a_week,
    rules.MaxGapsPerDay: _count_gaps_a_day,
    rules.EarlyStarts: _count_early,
    rules.MaxHoursDaily: _count_max_hours,
    rules.MinHoursDaily: _count_min_hours,
    rules.MaxHoursContinuously: _count_in_a_row,
    rules.FreeHourWithin: _count_free_within,
    rules.MaxSpanDaily: _count_span,
    rules.MinRestHours: _count_rest,
}
"""What each kind about a person's days counts."""

DAY_KINDS = tuple(_COUNT)
