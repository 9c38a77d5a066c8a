"""The checker finds what was planted, all of it and nothing else."""

import random
from dataclasses import replace

import pytest

from lyceum.solver import rules
from lyceum.solver.checker import check, cost, hard, lasting, missing
from lyceum.solver.interchange import KINDS
from lyceum.solver.problem import Activity, Grid, Lock, Problem, Room, StudentSet, Teacher
from lyceum.solver.rules import Who
from lyceum.solver.solution import Placement
from lyceum.testing.timetabling import PLANTINGS, make_school, plant

SEEDS = range(8)

ALTER_OTHERS = {rules.NotAvailable, rules.PreferredRooms, rules.NeedsFeatures, rules.HomeRooms}
"""They change what others count: hours not available are no gaps, a wish for a room takes the place of the home."""


def test_every_kind_of_rule_is_planted() -> None:
    assert {kind.__name__ for kind in PLANTINGS} == set(KINDS)


def test_more_than_two_hundred_violations_are_planted() -> None:
    planted = [plant(kind, make_school(seed), random.Random(seed))[1] for kind in PLANTINGS for seed in SEEDS]

    assert sum(1 for each in planted if each is not None) >= 200


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", PLANTINGS, ids=lambda kind: kind.__name__)
def test_planted_violation_is_found_and_no_other(kind: type[rules.Rule], seed: int) -> None:
    school = make_school(seed)
    held, broken = plant(kind, school, random.Random(seed))
    kinds = [each for each in PLANTINGS if each not in ALTER_OTHERS]
    others = [each for other in kinds for each in [plant(other, school, random.Random(seed))[0]] if each]

    found = check(school.with_rules(*others, *([broken] if broken else [])), school.timetable)

    assert check(school.problem, school.timetable) == []
    assert held is None or check(school.with_rules(held), school.timetable) == []
    assert {each.ref for each in found} == ({"planted"} if broken else set())


@pytest.mark.parametrize("seed", SEEDS)
def test_planted_clashes_are_found(seed: int) -> None:
    school = make_school(seed)
    chance = random.Random(seed)
    timetable = dict(school.timetable)
    one, other = chance.sample([each for each in school.problem.activities if each.teachers == ("T1",)], 2)
    timetable[other.name] = replace(timetable[one.name], room=None)

    found = check(school.problem, timetable)

    clashes = {(each.kind, each.who) for each in found if {one.name, other.name} == set(each.activities)}
    assert ("Clash", "T1") in clashes
    assert all(other.name in each.activities for each in found)
    assert hard(found) == found


PAIR = Problem(
    name="Pair",
    grid=Grid(("Mon", "Tue"), ("1", "2", "3", "4")),
    activities=(
        Activity("maths", 2, ("Ada",), ("7",), subject="m"),
        Activity("art", 1, ("Bob",), ("7a",), subject="a"),
    ),
    teachers=(Teacher("Ada"), Teacher("Bob")),
    students=(StudentSet("7", 20, ("7a", "7b")), StudentSet("7a", 12), StudentSet("7b", 8)),
    rooms=(Room("Hall", 30), Room("Den", 15)),
)


@pytest.mark.parametrize(
    ("maths", "art", "kinds"),
    [
        (Placement(0), Placement(2), set()),
        # the group is in the year's lesson
        (Placement(0), Placement(1), {"Clash"}),
        (Placement(0, "Hall"), Placement(4, "Hall"), set()),
        # 20 in a room of 15
        (Placement(0, "Den"), Placement(4), {"RoomTooSmall"}),
        # two hours from the last of the day
        (Placement(3), Placement(1), {"OutsideTheDay"}),
        (Placement(0, "Attic"), Placement(2), {"NoSuchRoom"}),
    ],
)
def test_what_always_holds(maths: Placement, art: Placement, kinds: set[str]) -> None:
    found = check(PAIR, {"maths": maths, "art": art})

    assert {each.kind for each in found} == kinds


def test_lesson_that_left_its_lock_is_found() -> None:
    locked = replace(PAIR, locks={"maths": Lock(start=4, room="Hall"), "art": Lock(start=2)})

    found = check(locked, {"maths": Placement(0, "Hall"), "art": Placement(2)})

    assert [(each.kind, each.activities, each.detail) for each in found] == [("Lock", ("maths",), "time")]


def test_lessons_not_placed_are_missing_and_break_nothing() -> None:
    assert check(PAIR, {"art": Placement(0)}) == []
    assert missing(PAIR, {"art": Placement(0)}) == ("maths",)


def units(problem: Problem, timetable: dict[str, Placement]) -> float:
    return sum(each.units for each in check(problem, timetable))


def week(*starts: int, durations: tuple[int, ...] = ()) -> tuple[Problem, dict[str, Placement]]:
    """Lessons of one teacher and one class in a week of 5 days of 6 hours, at these slots."""
    lengths = durations or (1,) * len(starts)
    activities = tuple(
        Activity(str(number), length, ("Ada",), ("7",), tags=frozenset({"heavy"}))
        for number, length in enumerate(lengths)
    )
    problem = Problem(
        name="Week",
        grid=Grid(("Mon", "Tue", "Wed", "Thu", "Fri"), tuple("123456")),
        activities=activities,
        teachers=(Teacher("Ada"),),
        students=(StudentSet("7"),),
    )
    return problem, {str(number): Placement(start) for number, start in enumerate(starts)}


ADA = Who("teacher", "Ada")
ALL = ("0", "1", "2")
BREAK = rules.NotAvailable(who=None, slots=frozenset({1}))


@pytest.mark.parametrize(
    ("rule", "starts", "expected"),
    [
        # two pairs miss one day each, and the third misses two: FET's sum
        (rules.MinDaysBetween(activities=ALL, days=2, weight=95), (0, 6, 7), 4),
        # a third lesson on one day is never right, nor are two apart where they should stand side by side
        (rules.MinDaysBetween(activities=ALL, days=1, weight=0), (0, 2, 4), 3 + 1),
        (rules.MinDaysBetween(activities=("0", "1"), days=1, consecutive_if_same_day=True), (0, 2, 9), 1 + 1),
        # too many hours on one day count once, however many
        (rules.MaxHoursDaily(who=ADA, hours=1), (0, 2, 4), 1),
        (rules.MaxHoursContinuously(who=ADA, hours=1), (0, 1, 2), 1),
        (rules.MaxHoursContinuously(who=ADA, hours=1), (0, 1, 3), 1),
        (rules.MinHoursDaily(who=ADA, hours=3), (0, 6, 7), 2 + 1),
        (rules.MinHoursDaily(who=ADA, hours=1, allow_empty_days=False), (0, 6, 7), 3),
        (rules.MaxGapsPerWeek(who=ADA, gaps=0), (0, 3, 5), 3),
        (rules.EarlyStarts(who=ADA, late=0), (1, 8, 12), 1 + 1),
        # missing hours between lessons, for each two of them
        (rules.MinGapsBetween(activities=ALL, gaps=3), (0, 2, 12), 2),
        (rules.IntervalMaxDays(who=ADA, first=4, last=5, days=1), (4, 11, 12), 1),
        (rules.MinRestHours(who=ADA, hours=6, circular=True), (0, 11, 12), 6 - 0 - 0),
        (rules.Grouped(activities=ALL), (0, 1, 2), 0),
        (rules.Grouped(activities=ALL), (0, 1, 3), 1),
        (rules.Ordered(first="0", second="1"), (6, 0, 1), 1),
        (rules.SameStart(activities=ALL), (0, 6, 12), 3),
        (rules.FreeHourWithin(who=ADA, first=1, last=1), (0, 1, 2), 1),
        (rules.FreeHourWithin(who=ADA, first=1, last=1), (1, 2, 3), 0),
    ],
)
def test_violations_are_counted_as_fet_counts_them(rule: rules.Rule, starts: tuple[int, ...], expected: int) -> None:
    problem, timetable = week(*starts)

    assert units(replace(problem, rules=(rule,)), timetable) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # the hour of a break is no gap and does not part two lessons, but it parts a run of hours
        (rules.MaxGapsPerDay(who=ADA, gaps=0), 0),
        (rules.Consecutive(first="0", second="1"), 0),
        (rules.Grouped(activities=("1", "0")), 0),
        (rules.MaxHoursContinuously(who=ADA, hours=1), 0),
        # FET asks lessons that fall on one day against their wish to touch
        (rules.MinDaysBetween(activities=("0", "1"), days=0, consecutive_if_same_day=True), 1),
    ],
)
def test_break_between_two_lessons(rule: rules.Rule, expected: int) -> None:
    problem, timetable = week(0, 2)

    assert units(replace(problem, rules=(BREAK, rule)), timetable) == expected


def test_cost_is_of_what_need_not_hold() -> None:
    problem, timetable = week(0, 3, 5)
    soft = rules.MaxGapsPerWeek(who=ADA, gaps=1, weight=40)
    problem = replace(problem, rules=(soft, rules.MaxDays(who=ADA, days=0)))

    found = check(problem, timetable)

    assert cost(found) == pytest.approx(0.8)
    assert [each.kind for each in hard(found)] == ["MaxDays"]


def test_home_rooms_are_for_lessons_of_one_set_without_a_wish() -> None:
    home = rules.HomeRooms(who=Who("students", "7"), rooms=("Hall",), ref="home")
    wish = rules.PreferredRooms(activities=("maths",), rooms=("Den",), weight=50, ref="wish")
    placed = {"maths": Placement(0), "art": Placement(2)}

    assert [each.ref for each in check(replace(PAIR, rules=(home,)), placed)] == ["home"]
    assert [each.ref for each in check(replace(PAIR, rules=(home, wish)), placed)] == ["wish"]


def test_gap_that_a_lesson_to_come_can_fill_does_not_last() -> None:
    problem, timetable = week(0, 3, 5)
    problem = replace(problem, rules=(rules.MaxGapsPerWeek(who=ADA, gaps=1), rules.MaxDays(who=ADA, days=0)))
    one_more = replace(problem, activities=(*problem.activities, Activity("late", 1, ("Ada",))))

    found = check(one_more, timetable)

    assert [(each.kind, each.units) for each in found] == [("MaxGapsPerWeek", 2), ("MaxDays", 1)]
    assert [(each.kind, each.units) for each in lasting(one_more, timetable, found)] == [
        ("MaxGapsPerWeek", 1),
        ("MaxDays", 1),
    ]
    assert lasting(problem, timetable, found) == found
