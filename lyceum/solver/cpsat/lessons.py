"""Rules about one lesson, and about where lessons stand to each other, as demands."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from lyceum.solver import rules
from lyceum.solver.cpsat.demands import Demands
from lyceum.solver.cpsat.totals import Literal, Total, sum_of
from lyceum.solver.terms.counting import next_slot, pair_units
from lyceum.solver.terms.ground import (
    EDGES,
    PAIR,
    SLOTS,
    UNARY,
    NotCrowded,
    Term,
    TouchIfSameDay,
    student_groups,
    unary_units,
)


def demand_lessons(demands: Demands, term: Term) -> None:
    rule = term.rule
    if isinstance(rule, UNARY):
        _unary(demands, term)
    elif isinstance(rule, EDGES):
        _edge(demands, term)
    elif isinstance(rule, SLOTS):
        _slots(demands, term)
    elif isinstance(rule, rules.Grouped):
        _grouped(demands, term)
    elif isinstance(rule, rules.SameStart | rules.SameDay | rules.SameHour):
        for one, other in _free_pairs(demands, term):
            _same(demands, term, one, other)
    elif isinstance(rule, rules.MinDaysBetween | rules.MaxDaysBetween):
        _days_between(demands, term)
    elif isinstance(rule, NotCrowded):
        for day in range(demands.places.ground.days):
            demands.at_most(term, sum_of(demands.places.on_day(index, day) for index in term.activities), rule.most)
    elif isinstance(rule, rules.NotOverlapping):
        _not_overlapping(demands, term)
    elif isinstance(rule, PAIR):
        one, other = term.activities
        _excluding(demands, term, one, other)
    elif isinstance(rule, rules.MinGapsBetween | TouchIfSameDay):
        for one, other in _free_pairs(demands, term):
            _excluding(demands, term, one, other)


def _free_pairs(demands: Demands, term: Term) -> Iterator[tuple[int, int]]:
    settled = demands.places.settled
    return (pair for pair in combinations(term.activities, 2) if pair[0] not in settled or pair[1] not in settled)


def _domain(demands: Demands, index: int) -> tuple[int, ...]:
    places = demands.places
    return (places.fixed[index],) if index in places.fixed else tuple(places.starts[index])


def _unary(demands: Demands, term: Term) -> None:
    (index,) = term.activities
    ground, total = demands.places.ground, Total()
    if index in demands.places.fixed:
        return
    for slot, literal in demands.places.starts[index].items():
        count = unary_units(ground, term, index, slot)
        if count:
            total.add_literal(literal, count)
    demands.at_most(term, total, 0)


def _same(demands: Demands, term: Term, one: int, other: int) -> None:
    """Each slot, day or hour that one lesson has is the other's, too."""
    hours = demands.places.ground.hours
    both = sorted({*_domain(demands, one), *_domain(demands, other)})
    if isinstance(term.rule, rules.SameStart):
        parts = [[slot] for slot in both]
    else:
        by_day = isinstance(term.rule, rules.SameDay)
        found: dict[int, list[int]] = {}
        for slot in both:
            found.setdefault(slot // hours if by_day else slot % hours, []).append(slot)
        parts = list(found.values())
    differences = [
        Total().add(demands.places.starting(one, part)).add(demands.places.starting(other, part), -1) for part in parts
    ]
    if term.rule.is_hard and not demands.soften:
        for difference in differences:
            demands.at_most(term, difference, 0)
        return
    apart = demands.places.model.new_bool_var("")
    for difference in differences:
        if difference.literals:
            demands.places.model.add(difference.expression() - apart <= -difference.constant)
        elif difference.constant > 0:
            demands.places.model.add(apart >= 1)
    demands.at_most(term, Total([apart], [1]), 0)


@dataclass(frozen=True)
class _Near:
    """Two days no more than so many apart, or (`beyond`) more."""

    apart: int
    beyond: bool = False

    def holds(self, one: int, other: int) -> bool:
        return (abs(one - other) > self.apart) == self.beyond


def _days_between(demands: Demands, term: Term) -> None:
    rule, places = term.rule, demands.places
    days = range(places.ground.days)
    if isinstance(rule, rules.MinDaysBetween) and rule.is_hard and not demands.soften:
        for first in range(max(1, len(days) - rule.days + 1)):
            window = [day for day in days if first <= day < first + rule.days]
            demands.at_most(term, sum_of(places.on_day(index, day) for index in term.activities for day in window), 1)
        return
    for one, other in _free_pairs(demands, term):
        if isinstance(rule, rules.MinDaysBetween):
            # Missing days: one for each k below `days` that the two are no more than k days apart.
            for apart in range(min(rule.days, len(days))):
                _count_day_pairs(demands, term, (one, other), _Near(apart))
        elif isinstance(rule, rules.MaxDaysBetween):
            for apart in range(rule.days, len(days)):
                _count_day_pairs(demands, term, (one, other), _Near(apart, beyond=True))


def _count_day_pairs(demands: Demands, term: Term, pair: tuple[int, int], bad: _Near) -> None:
    """One violation where the two are on days that go badly together."""
    places, days = demands.places, range(demands.places.ground.days)
    one, other = pair
    near = [Total().add(places.on_day(one, day)) for day in days]
    for day in days:
        near[day].add(sum_of(places.on_day(other, against) for against in days if bad.holds(day, against)))
    if demands.soften or not term.rule.is_hard:
        broken = places.model.new_bool_var("")
        for total in near:
            if total.most > 1:
                places.model.add(total.expression() - broken <= 1 - total.constant)
        demands.at_most(term, Total([broken], [1]), 0)
        return
    for total in near:
        demands.at_most(term, total, 1)


def _not_overlapping(demands: Demands, term: Term) -> None:
    places = demands.places
    slots = range(places.ground.problem.grid.size)
    if term.rule.is_hard and not demands.soften:
        for slot in slots:
            demands.at_most(term, sum_of(places.covering(index, slot) for index in term.activities), 1)
        return
    for one, other in _free_pairs(demands, term):
        for slot in slots:
            demands.at_most(term, places.covering(one, slot).add(places.covering(other, slot)), 1)


def _excluding(demands: Demands, term: Term, one: int, other: int) -> None:
    """For each start of one lesson, the starts of the other that the rule forbids then."""
    places = demands.places
    if one in places.settled and other in places.settled:
        return
    others = _domain(demands, other)
    units = {
        start: {
            slot: count for slot in others if (count := pair_units(places.ground, term.rule, one, start, other, slot))
        }
        for start in _domain(demands, one)
    }
    if term.rule.is_hard and not demands.soften:
        for start, bad in units.items():
            demands.at_most(term, places.starting(one, (start,)).add(places.starting(other, bad)), 1)
        return
    for level in range(1, max((max(bad.values(), default=0) for bad in units.values()), default=0) + 1):
        broken = places.model.new_bool_var("")
        for start, bad in units.items():
            worse = [slot for slot, count in bad.items() if count >= level]
            total = places.starting(one, (start,)).add(places.starting(other, worse))
            if total.most > 1:
                places.model.add(total.expression() - broken <= 1 - total.constant)
        demands.at_most(term, Total([broken], [1]), 0)


def _grouped(demands: Demands, term: Term) -> None:
    """One of the orders holds: each lesson follows directly on the one before."""
    places = demands.places
    if all(index in places.settled for index in term.activities):
        return
    runs = Total()
    for order in permutations(term.activities):
        for start in _domain(demands, order[0]):
            run = _run(demands, order, start)
            if run is not None:
                runs.add_literal(run)
    if not runs.literals:
        runs.add_literal(places.model.new_constant(0))
    demands.at_least(term, runs, 1)


def _run(demands: Demands, order: tuple[int, ...], start: int) -> Literal | None:
    """True only where the lessons follow each other in this order, the first at the start."""
    places, ground = demands.places, demands.places.ground
    total, slot = Total(), start
    for index in order:
        here = places.starting(index, (slot,))
        if here.most < 1:
            return None
        total.add(here)
        after = next_slot(ground, slot + ground.durations[index])
        if after is None and index != order[-1]:
            return None
        slot = after if after is not None else -1
    run = places.model.new_bool_var("")
    places.model.add(total.expression() - len(order) * run >= -total.constant)
    return run


def _edge(demands: Demands, term: Term) -> None:
    index = term.activities[0]
    places, hours = demands.places, demands.places.ground.hours
    duration = places.ground.durations[index]
    ends = isinstance(term.rule, rules.EndsStudentsDay)
    broken = None
    if demands.soften or not term.rule.is_hard:
        broken = places.model.new_bool_var("")
    for person in student_groups(places.ground, index):
        for start in _domain(demands, index):
            hour = start % hours
            if ends and hour + duration < hours:
                other = places.ends_later(person.members, start + duration)
            elif not ends and hour:
                other = places.began(person.members, start - 1)
            else:
                continue
            total = places.starting(index, (start,)).add(other)
            if broken is None:
                demands.at_most(term, total, 1)
            elif total.most > 1:
                places.model.add(total.expression() - broken <= 1 - total.constant)
    if broken is not None:
        demands.at_most(term, Total([broken], [1]), 0)


def _slots(demands: Demands, term: Term) -> None:
    rule, places = term.rule, demands.places
    assert isinstance(rule, SLOTS)
    here = [(slot, sum_of(places.covering(index, slot) for index in term.activities)) for slot in sorted(rule.slots)]
    match rule:
        case rules.OccupyMaxSlots():
            demands.at_most(term, sum_of(places.any_of([total]) for _, total in here), rule.most)
        case rules.OccupyMinSlots():
            demands.at_least(term, sum_of(places.any_of([total]) for _, total in here), rule.least)
        case rules.MaxSimultaneous():
            for _, total in here:
                demands.at_most(term, total, rule.most)
        case rules.MinSimultaneous():
            for _, total in here:
                used = places.any_of([total]) if rule.or_none else None
                short = Total().add(used, rule.least) if used else Total(constant=rule.least)
                demands.at_most(term, short.add(total, -1), 0)
