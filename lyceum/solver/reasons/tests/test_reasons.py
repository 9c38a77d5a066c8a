"""Contradictions planted into schools that have a timetable are named, and nothing without a part in them."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from lyceum.solver import rules
from lyceum.solver.problem import Activity, Grid, Lock, Problem, Room, StudentSet, Teacher
from lyceum.solver.reasons import Verdict, explain
from lyceum.solver.reasons.explain import is_possible_by_model
from lyceum.solver.reasons.saying import CountKind
from lyceum.solver.reasons.shrinking import shrink
from lyceum.solver.rules import Rule, Who
from lyceum.testing.timetabling import PLANTINGS, School, make_school, plant

Planted = Callable[[School, random.Random], list[Rule]]

HELD = (rules.MaxDays, rules.MaxGapsPerWeek, rules.MaxHoursDaily, rules.MinDaysBetween, rules.PreferredSlots)
"""Kinds of rules that every school has besides, and holds to."""


def busiest(school: School) -> tuple[Who, int]:
    hours = {each.name: sum(one.duration for one in school.of_teacher(each.name)) for each in school.problem.teachers}
    name = max(hours, key=lambda each: hours[each])
    return Who("teacher", name), hours[name]


def too_few_hours(school: School, chance: random.Random) -> list[Rule]:
    who, hours = busiest(school)
    size = school.grid.size
    return [rules.NotAvailable(who=who, slots=frozenset(chance.sample(range(size), size - hours + 1)))]


def too_few_days(school: School, _: random.Random) -> list[Rule]:
    who, hours = busiest(school)
    return [rules.MaxDays(who=who, days=2), rules.MaxHoursDaily(who=who, hours=(hours - 1) // 2)]


def start_not_available(school: School, chance: random.Random) -> list[Rule]:
    lesson = chance.choice(school.problem.activities)
    start = frozenset({school.timetable[lesson.name].start})
    return [
        rules.PreferredStarts(activities=(lesson.name,), slots=start),
        rules.NotAvailable(who=Who("teacher", lesson.teachers[0]), slots=start),
    ]


def same_start_of_one_teacher(school: School, _: random.Random) -> list[Rule]:
    one, other = school.of_teacher(busiest(school)[0].name or "")[:2]
    return [rules.SameStart(activities=(one.name, other.name))]


def circle(school: School, chance: random.Random) -> list[Rule]:
    one, two, three = (each.name for each in chance.sample(school.problem.activities, 3))
    return [
        rules.Ordered(first=one, second=two),
        rules.Ordered(first=two, second=three),
        rules.Ordered(first=three, second=one),
    ]


def one_day_and_another(school: School, chance: random.Random) -> list[Rule]:
    names = tuple(each.name for each in chance.sample(school.problem.activities, 2))
    return [rules.SameDay(activities=names), rules.MinDaysBetween(activities=names, days=1)]


def more_days_and_fewer(school: School, _: random.Random) -> list[Rule]:
    who, _hours = busiest(school)
    return [rules.MinDays(who=who, days=4), rules.MaxDays(who=who, days=3)]


def more_hours_than_there_are(school: School, _: random.Random) -> list[Rule]:
    who, hours = busiest(school)
    days = len(school.grid.days)
    return [rules.MinHoursDaily(who=who, hours=hours // days + 1, allow_empty_days=False)]


def more_lessons_apart_than_days(school: School, chance: random.Random) -> list[Rule]:
    lessons = chance.sample(school.problem.activities, len(school.grid.days) + 1)
    return [rules.MinDaysBetween(activities=tuple(each.name for each in lessons), days=1)]


def one_room_for_all(school: School, _: random.Random) -> list[Rule]:
    names = tuple(each.name for each in school.problem.activities)
    return [rules.PreferredRooms(activities=names, rooms=("R0",))]


def fewer_slots_than_hours(school: School, chance: random.Random) -> list[Rule]:
    who, hours = busiest(school)
    slots = frozenset(chance.sample(range(school.grid.size), hours - 1))
    return [rules.PreferredSlots(activities=tuple(one.name for one in school.of_teacher(who.name or "")), slots=slots)]


PLANTED: tuple[Planted, ...] = (
    too_few_hours,
    too_few_days,
    start_not_available,
    same_start_of_one_teacher,
    circle,
    one_day_and_another,
    more_days_and_fewer,
    more_hours_than_there_are,
    more_lessons_apart_than_days,
    one_room_for_all,
    fewer_slots_than_hours,
)


def school_with(planted: Planted, seed: int) -> tuple[Problem, set[int]]:
    """A school that holds to its rules, and has the planted ones, too: which, by their places."""
    school, chance = make_school(seed), random.Random(seed)
    held = [each for kind in HELD for each in [plant(kind, school, chance)[0]] if each]
    found = [replace(each, ref=f"planted {at}") for at, each in enumerate(planted(school, chance))]
    assert set(HELD) <= set(PLANTINGS)
    return school.with_rules(*held, *found), set(range(len(held), len(held) + len(found)))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("planted", PLANTED, ids=lambda each: each.__name__)
def test_without_the_named_rules_a_timetable_exists(planted: Planted, seed: int) -> None:
    problem, places = school_with(planted, seed)

    reasons = explain(problem, seconds=30)

    named = {at for each in reasons.counts for at in each.rules}
    if reasons.conflict:
        named |= set(reasons.conflict.rules)
        assert reasons.conflict.is_minimal
    rest = tuple(rule for at, rule in enumerate(problem.rules) if at not in named)
    assert reasons.verdict is Verdict.IMPOSSIBLE
    assert named & places
    assert is_possible_by_model(replace(problem, rules=rest), 20)
    assert reasons.relaxation is not None
    assert reasons.relaxation.is_verified


def test_two_rules_that_contradict_each_other_are_named_and_nothing_else() -> None:
    problem, places = school_with(one_day_and_another, 1)

    reasons = explain(problem, seconds=30)

    assert reasons.conflict is not None
    assert set(reasons.conflict.rules) == places
    assert reasons.conflict.sentence == "These cannot hold together: planted 0; planted 1."


def test_no_empty_day_and_a_day_that_is_closed_contradict_each_other() -> None:
    """On that day no lesson could start: nothing to be decided, and wrong all the same."""
    problem = Problem(
        "Small",
        Grid(("Monday", "Tuesday"), ("1", "2", "3")),
        (Activity("maths", teachers=("Ada",)), Activity("sets", teachers=("Ada",))),
        (Teacher("Ada"),),
        rules=(
            rules.NotAvailable(who=Who("teacher", "Ada"), slots=frozenset({3, 4, 5}), ref="no Tuesdays"),
            rules.MinHoursDaily(who=Who("teacher", "Ada"), hours=1, allow_empty_days=False, ref="every day"),
        ),
    )

    reasons = explain(problem, seconds=20)

    assert reasons.verdict is Verdict.IMPOSSIBLE
    assert reasons.conflict is not None
    assert set(reasons.conflict.refs) == {"no Tuesdays", "every day"}


def test_teacher_with_27_lessons_in_25_free_periods() -> None:
    grid = Grid(tuple("MTWRF"), tuple("1234567"))
    lessons = tuple(Activity(str(number), teachers=("Ada",)) for number in range(27))
    away = rules.NotAvailable(who=Who("teacher", "Ada"), slots=frozenset(range(10)), ref="Ada comes late")
    problem = Problem("Small", grid, lessons, teachers=(Teacher("Ada"),), rules=(away,))

    (count,) = explain(problem, seconds=5).counts

    assert (count.kind, count.subjects, count.needed, count.available) == (CountKind.PERSON_FULL, ("Ada",), 27, 25)
    assert count.refs == ("Ada comes late",)
    assert count.sentence == "Ada has 27 hours of lessons, but only 25 hours are open."


def test_31_lessons_want_the_one_laboratory_in_30_periods() -> None:
    grid = Grid(tuple("MTWRF"), tuple("123456"))
    lessons = tuple(Activity(str(number)) for number in range(31))
    wish = rules.PreferredRooms(activities=tuple(each.name for each in lessons), rooms=("laboratory",), ref="lab")
    problem = Problem("Small", grid, lessons, rooms=(Room("laboratory"),), rules=(wish,))

    (count,) = explain(problem, seconds=5).counts

    assert (count.kind, count.subjects, count.needed, count.available) == (
        CountKind.ROOMS_FULL,
        ("laboratory",),
        31,
        30,
    )
    assert count.refs == ("lab",)


def test_class_with_more_lessons_than_periods_needs_no_rule() -> None:
    grid = Grid(("M",), ("1", "2"))
    lessons = tuple(Activity(str(number), students=("7a",)) for number in range(3))
    problem = Problem("Small", grid, lessons, students=(StudentSet("7a"),))

    (count,) = explain(problem, seconds=5).counts

    assert (count.subjects, count.needed, count.available, count.refs) == (("7a",), 3, 2, ())


def test_lock_where_nobody_can_be_leaves_no_start() -> None:
    away = rules.NotAvailable(who=Who("teacher", "Ada"), slots=frozenset({0}), ref="away")
    lessons = (Activity("maths", teachers=("Ada",)),)
    problem = Problem(
        "Small", Grid(("M",), ("1", "2")), lessons, teachers=(Teacher("Ada"),), rules=(away,), locks={"maths": Lock(0)}
    )

    counts = explain(problem, seconds=5).counts

    assert [(each.kind, each.subjects, each.refs) for each in counts] == [(CountKind.NO_START, ("maths",), ("away",))]


def test_school_with_a_timetable_is_possible() -> None:
    school = make_school(4)

    assert explain(school.problem, seconds=10).verdict is Verdict.POSSIBLE


def test_fewest_are_found_by_halving() -> None:
    assert shrink(range(20), lambda at: {3, 17} <= set(at)) == ((3, 17), True)
    assert shrink(range(20), lambda at: True) == ((), True)
    # What no solve could tell stays, and the answer says so.
    assert shrink(range(3), lambda at: True if set(at) == {0, 1, 2} else None if len(at) == 2 else False) == (
        (0, 1, 2),
        False,
    )
