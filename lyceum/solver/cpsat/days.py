"""Rules about the days of one person, as demands."""

from collections.abc import Callable

from lyceum.solver import rules
from lyceum.solver.cpsat.demands import Demands
from lyceum.solver.cpsat.places import Members
from lyceum.solver.cpsat.totals import Total, constant, sum_of
from lyceum.solver.rules import Rule
from lyceum.solver.terms.days import first_open, halves
from lyceum.solver.terms.ground import Term


def demand_days(demands: Demands, term: Term) -> None:
    _DEMAND[type(term.rule)](demands, term)


def _days(demands: Demands) -> range:
    return range(demands.places.ground.days)


def _day_slots(demands: Demands, day: int) -> range:
    hours = demands.places.ground.hours
    return range(day * hours, (day + 1) * hours)


def _used_days(demands: Demands, members: Members) -> Total:
    return sum_of(demands.places.used_day(members, day) for day in _days(demands))


def _max_days(demands: Demands, term: Term) -> None:
    assert isinstance(term.rule, rules.MaxDays)
    demands.at_most(term, _used_days(demands, term.activities), term.rule.days)


def _min_days(demands: Demands, term: Term) -> None:
    assert isinstance(term.rule, rules.MinDays)
    demands.at_least(term, _used_days(demands, term.activities), term.rule.days)


def _interval_max_days(demands: Demands, term: Term) -> None:
    rule, places = term.rule, demands.places
    assert isinstance(rule, rules.IntervalMaxDays)
    days = [_day_slots(demands, day) for day in _days(demands)]
    used = (places.used(term.activities, day[rule.first], day[rule.last]) for day in days)
    demands.at_most(term, sum_of(used), rule.days)


def _gaps(demands: Demands, term: Term, day: int) -> Total:
    """Hours that are free, open, after the first lesson of the day and before its last."""
    places, members = demands.places, term.activities
    closed = term.person.closed if term.person else frozenset()
    total = Total()
    slots = _day_slots(demands, day)
    used = places.ends_later(members, slots[0])
    for slot in slots:
        if slot not in closed:
            total.add(places.began(members, slot)).add(places.ends_later(members, slot))
            total.add(used, -1).add(places.busy(members, slot), -1)
    return total


def _link_edges(demands: Demands, members: Members, day: int) -> None:
    """A day has begun by its end exactly where something is left at its beginning: both are the day's use."""
    slots = _day_slots(demands, day)
    first, last = demands.places.ends_later(members, slots[0]), demands.places.began(members, slots[-1])
    both = Total().add(first).add(last, -1)
    if both.literals:
        demands.places.model.add(both.expression() == -both.constant)


def _gaps_per_week(demands: Demands, term: Term) -> None:
    assert isinstance(term.rule, rules.MaxGapsPerWeek)
    days = [_gaps(demands, term, day) for day in _days(demands)]
    for day in _days(demands):
        _link_edges(demands, term.activities, day)
    if not term.rule.gaps and term.rule.is_hard:
        for total in days:
            demands.at_most(term, total, 0)
    else:
        demands.at_most(term, sum_of(days), term.rule.gaps)


def _gaps_per_day(demands: Demands, term: Term) -> None:
    assert isinstance(term.rule, rules.MaxGapsPerDay)
    for day in _days(demands):
        _link_edges(demands, term.activities, day)
        demands.at_most(term, _gaps(demands, term, day), term.rule.gaps)


def _early(demands: Demands, term: Term) -> None:
    rule, places, members = term.rule, demands.places, term.activities
    assert isinstance(rule, rules.EarlyStarts)
    late = Total()
    for day, (first, second) in enumerate(first_open(places.ground, term)):
        slots = _day_slots(demands, day)
        used = places.used_day(members, day)
        in_first = places.busy(members, slots[first.bit_length() - 1]) if first else constant(0)
        in_second = places.busy(members, slots[second.bit_length() - 1]) if second else constant(0)
        demands.at_most(term, Total().add(used).add(in_first, -1).add(in_second, -1), 0, once=True)
        late.add(_exceeding(demands, in_second, in_first))
    demands.at_most(term, late, rule.late)


def _exceeding(demands: Demands, wanted: Total, covered: Total) -> Total:
    """At least 1 where the one holds and the other does not."""
    difference = Total().add(wanted).add(covered, -1)
    if difference.most <= 0:
        return constant(0)
    if not difference.literals:
        return constant(difference.constant)
    late = demands.places.model.new_bool_var("")
    demands.places.model.add(difference.expression() - late <= -difference.constant)
    return Total([late], [1])


def _max_hours(demands: Demands, term: Term) -> None:
    rule, ground = term.rule, demands.places.ground
    assert isinstance(rule, rules.MaxHoursDaily)
    for day in _days(demands):
        slots = _day_slots(demands, day)
        for part in halves(ground, rule):
            hours = [slot for hour, slot in enumerate(slots) if part >> hour & 1]
            if hours:
                total = demands.places.hours_between(term.activities, hours[0], hours[-1])
                demands.at_most(term, total, rule.hours, once=True)


def _min_hours(demands: Demands, term: Term) -> None:
    rule = term.rule
    assert isinstance(rule, rules.MinHoursDaily)
    for day in _days(demands):
        slots = _day_slots(demands, day)
        used = demands.places.used_day(term.activities, day) if rule.allow_empty_days else constant(1)
        short = Total().add(used, rule.hours)
        short.add(demands.places.hours_between(term.activities, slots[0], slots[-1]), -1)
        demands.at_most(term, short, 0)


def _in_a_row(demands: Demands, term: Term) -> None:
    limit = term.rule
    assert isinstance(limit, rules.MaxHoursContinuously)
    is_counted = demands.soften or not limit.is_hard
    for day in _days(demands):
        slots = _day_slots(demands, day)
        before = constant(0)
        for first in slots[: len(slots) - limit.hours]:
            window = demands.places.hours_between(term.activities, first, first + limit.hours)
            if not is_counted:
                demands.at_most(term, window, limit.hours)
                continue
            full = _all_of(demands, window, limit.hours + 1)
            # A run counts once, where its first window is full.
            demands.at_most(term, Total().add(full).add(before, -1), 0)
            before = full


def _all_of(demands: Demands, total: Total, count: int) -> Total:
    """1 exactly where the total reaches the count, which it cannot exceed."""
    if total.most < count:
        return constant(0)
    if not total.literals:
        return constant(1)
    full = demands.places.model.new_bool_var("")
    demands.places.model.add(total.expression() - full <= count - 1 - total.constant)
    demands.places.model.add(total.expression() - count * full >= -total.constant)
    return Total([full], [1])


def _free_within(demands: Demands, term: Term) -> None:
    rule, places, members = term.rule, demands.places, term.activities
    assert isinstance(rule, rules.FreeHourWithin)
    hours = demands.places.ground.hours
    if rule.first <= 0 or rule.last + 1 >= hours:
        return
    for day in _days(demands):
        slots = _day_slots(demands, day)
        both = Total().add(places.used(members, slots[0], slots[rule.first - 1]))
        both.add(places.used(members, slots[rule.last + 1], slots[-1]))
        busy = places.hours_between(members, slots[rule.first], slots[rule.last])
        length = rule.last - rule.first + 1
        demands.at_most(term, Total().add(busy).add(both, rule.hours), length + rule.hours)


def _span(demands: Demands, term: Term) -> None:
    places, members = demands.places, term.activities
    assert isinstance(term.rule, rules.MaxSpanDaily)
    for day in _days(demands):
        slots = _day_slots(demands, day)
        _link_edges(demands, members, day)
        total = Total().add(places.ends_later(members, slots[0]), -len(slots))
        for slot in slots:
            total.add(places.began(members, slot)).add(places.ends_later(members, slot))
        demands.at_most(term, total, term.rule.hours)


def _rest(demands: Demands, term: Term) -> None:
    rule, places, members = term.rule, demands.places, term.activities
    assert isinstance(rule, rules.MinRestHours)
    days, hours = places.ground.days, places.ground.hours
    for day in range(days if rule.circular else days - 1):
        evening, morning = _day_slots(demands, day), _day_slots(demands, (day + 1) % days)
        missing = Total()
        # Hours up to the last of the evening, and up to the first of the morning, counted from the other side.
        for slot in evening:
            missing.add(places.ends_later(members, slot))
        for slot in morning:
            missing.add(places.began(members, slot))
        used = (
            Total()
            .add(places.used_day(members, evening[0] // hours))
            .add(places.used_day(members, morning[0] // hours))
        )
        demands.at_most(term, missing.add(used, hours), 4 * hours - rule.hours)


_DEMAND: dict[type[Rule], Callable[[Demands, Term], None]] = {
    rules.MaxDays: _max_days,
    rules.MinDays: _min_days,
    rules.IntervalMaxDays: _interval_max_days,
    rules.MaxGapsPerWeek: _gaps_per_week,
    rules.MaxGapsPerDay: _gaps_per_day,
    rules.EarlyStarts: _early,
    rules.MaxHoursDaily: _max_hours,
    rules.MinHoursDaily: _min_hours,
    rules.MaxHoursContinuously: _in_a_row,
    rules.FreeHourWithin: _free_within,
    rules.MaxSpanDaily: _span,
    rules.MinRestHours: _rest,
}
