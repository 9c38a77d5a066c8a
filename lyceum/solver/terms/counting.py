"""How many violations each term has in a timetable, and what they cost."""

from collections import Counter
from itertools import pairwise

from lyceum.solver import rules
from lyceum.solver.terms.days import DAY_KINDS, masks_of, units_of_days
from lyceum.solver.terms.ground import (
    EDGES,
    NOWHERE,
    SLOTS,
    UNARY,
    Ground,
    NotCrowded,
    Starts,
    Term,
    TouchIfSameDay,
    student_groups,
    unary_units,
)


def units(ground: Ground, term: Term, starts: Starts) -> int:
    """Violations of the term. Lessons that are not placed break nothing that one lesson by itself can break."""
    rule = term.rule
    if isinstance(rule, DAY_KINDS):
        return units_of_days(ground, term, masks_of(ground, term.activities, starts))
    if isinstance(rule, UNARY):
        (index,) = term.activities
        return unary_units(ground, term, index, starts[index]) if starts[index] != NOWHERE else 0
    if isinstance(rule, EDGES):
        return _edge_units(ground, term, starts)
    placed = [index for index in term.activities if starts[index] != NOWHERE]
    if isinstance(rule, SLOTS):
        return _slot_units(ground, rule, placed, starts)
    if isinstance(rule, NotCrowded):
        days = Counter(starts[index] // ground.hours for index in placed)
        return sum(max(0, count - rule.most) for count in days.values())
    if isinstance(rule, rules.Grouped):
        return _grouped_units(ground, placed, starts) if len(placed) == len(term.activities) else 0
    return sum(
        pair_units(ground, rule, one, starts[one], other, starts[other])
        for at, one in enumerate(placed)
        for other in placed[at + 1 :]
    )


def cost(ground: Ground, starts: Starts) -> float:
    """Of all rules below weight 100."""
    return sum(price(term) * units(ground, term, starts) for term in ground.terms if not term.rule.is_hard)


def price(term: Term) -> float:
    """Of one violation."""
    return term.rule.weight / 100 * term.copies


def broken(ground: Ground, starts: Starts) -> list[tuple[Term, int]]:
    """Terms that must hold and do not, with their violations."""
    found = ((term, units(ground, term, starts)) for term in ground.terms if term.rule.is_hard)
    return [(term, count) for term, count in found if count]


def next_slot(ground: Ground, slot: int) -> int | None:
    """The first slot of the same day from `slot` on that no break takes; None after the last."""
    end = (slot // ground.hours + 1) * ground.hours if slot % ground.hours else slot
    while slot < end and slot in ground.breaks:
        slot += 1
    return slot if slot < end else None


def follows(ground: Ground, first: int, start: int, other_start: int) -> bool:
    """Whether a lesson at `other_start` begins when lesson `first` ends; a break does not part them."""
    return next_slot(ground, start + ground.durations[first]) == other_start


def pair_units(ground: Ground, rule: rules.Rule, one: int, start: int, other: int, other_start: int) -> int:
    """Violations of a rule between two lessons at these starts; where it has an order, `one` is the first."""
    day, other_day = start // ground.hours, other_start // ground.hours
    end, other_end = start + ground.durations[one], other_start + ground.durations[other]
    match rule:
        case rules.MinDaysBetween():
            return max(0, rule.days - abs(day - other_day))
        case TouchIfSameDay():
            return int(day == other_day and end != other_start and other_end != start)
        case rules.MaxDaysBetween():
            return max(0, abs(day - other_day) - rule.days)
        case rules.MinGapsBetween():
            if day != other_day:
                return 0
            first_end = end if (start, -end) <= (other_start, -other_end) else other_end
            return max(0, rule.gaps - (max(start, other_start) - first_end))
        case rules.NotOverlapping():
            return max(0, min(end, other_end) - max(start, other_start))
        case rules.SameStart():
            return int(start != other_start)
        case rules.SameDay():
            return int(day != other_day)
        case rules.SameHour():
            return int(start % ground.hours != other_start % ground.hours)
        case rules.Consecutive():
            return int(not follows(ground, one, start, other_start))
        case rules.Ordered():
            return int(end > other_start)
        case rules.OrderedIfSameDay():
            return int(day == other_day and end > other_start)
    return 0


def _grouped_units(ground: Ground, placed: list[int], starts: Starts) -> int:
    ordered = sorted(placed, key=lambda index: starts[index])
    pairs = pairwise(ordered)
    return int(not all(follows(ground, one, starts[one], starts[other]) for one, other in pairs))


def _edge_units(ground: Ground, term: Term, starts: Starts) -> int:
    index = term.activities[0]
    if starts[index] == NOWHERE:
        return 0
    day, hour = divmod(starts[index], ground.hours)
    ends = isinstance(term.rule, rules.EndsStudentsDay)
    for person in student_groups(ground, index):
        mask = masks_of(ground, person.members, starts)[day]
        if mask >> (hour + ground.durations[index]) if ends else mask & ((1 << hour) - 1):
            return 1
    return 0


def _slot_units(ground: Ground, rule: rules.Rule, placed: list[int], starts: Starts) -> int:
    at_once: dict[int, int] = {}
    for index in placed:
        for slot in range(starts[index], starts[index] + ground.durations[index]):
            at_once[slot] = at_once.get(slot, 0) + 1
    match rule:
        case rules.OccupyMaxSlots():
            return max(0, sum(slot in rule.slots for slot in at_once) - rule.most)
        case rules.OccupyMinSlots():
            return max(0, rule.least - sum(slot in rule.slots for slot in at_once))
        case rules.MaxSimultaneous():
            return sum(max(0, at_once.get(slot, 0) - rule.most) for slot in rule.slots)
        case rules.MinSimultaneous():
            here = (at_once.get(slot, 0) for slot in rule.slots)
            return sum(max(0, rule.least - count) for count in here if count or not rule.or_none)
    return 0
