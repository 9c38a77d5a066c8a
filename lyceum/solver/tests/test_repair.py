"""A timetable after a change: complete again, with the fewest lessons moved."""

import random
from dataclasses import replace
from itertools import product

import pytest

from lyceum.solver import rules
from lyceum.solver.checker import check, hard, lasting
from lyceum.solver.problem import Activity, Grid, Lock, Problem, Room, StudentSet, Teacher
from lyceum.solver.repair import repair, take_out_what_breaks
from lyceum.solver.rules import Who
from lyceum.solver.solution import Placement, State, Timetable
from lyceum.solver.terms.ground import take_apart
from lyceum.testing.timetabling import make_school, plant


def small(seed: int) -> tuple[Problem, dict[str, Placement]]:
    """Seven lessons of three teachers and two classes, in a full timetable of two days."""
    chance = random.Random(seed)
    grid = Grid(("Monday", "Tuesday"), ("1", "2", "3"))
    while True:
        lessons = tuple(
            Activity(str(at), teachers=(chance.choice("ABC"),), students=(chance.choice("xy"),)) for at in range(7)
        )
        teachers, classes = tuple(map(Teacher, "ABC")), tuple(map(StudentSet, "xy"))
        problem = Problem("Small", grid, lessons, teachers, classes)
        for _ in range(200):
            before = {each.name: Placement(chance.randrange(grid.size)) for each in lessons}
            if not check(problem, before):
                return problem, before


def fewest_by_trying(problem: Problem, before: Timetable) -> int | None:
    ground = take_apart(problem)
    names = [each.name for each in problem.activities]
    fewest = None
    for starts in product(*ground.starts):
        moved = sum(before[name].start != start for name, start in zip(names, starts, strict=True))
        if fewest is not None and moved >= fewest:
            continue
        if not any(_meet(problem, one, other, starts) for one in range(7) for other in range(one)):
            fewest = moved
    return fewest


def _meet(problem: Problem, one: int, other: int, starts: tuple[int, ...]) -> bool:
    first, second = problem.activities[one], problem.activities[other]
    shared = set(first.teachers) & set(second.teachers) or set(first.students) & set(second.students)
    return starts[one] == starts[other] and bool(shared)


@pytest.mark.parametrize("seed", range(6))
def test_as_few_lessons_move_as_trying_everything_finds(seed: int) -> None:
    problem, before = small(seed)
    chance = random.Random(seed)
    lesson = chance.choice(problem.activities)
    away = rules.NotAvailable(
        who=Who("teacher", lesson.teachers[0]), slots=frozenset({before[lesson.name].start, chance.randrange(6)})
    )
    changed = replace(problem, rules=(away,))

    result = repair(changed, before, seconds=20, workers=1)

    fewest = fewest_by_trying(changed, before)
    if fewest is None:
        assert result.state is State.IMPOSSIBLE
    else:
        assert result.state is State.COMPLETE
        assert len(result.moved) == result.moved_at_least == fewest
        assert check(changed, result.timetable) == []


@pytest.mark.parametrize("seed", range(6))
def test_repair_without_time_promises_no_more_than_is_true(seed: int) -> None:
    problem, before = small(seed)
    lesson = random.Random(seed).choice(problem.activities)
    away = rules.NotAvailable(who=Who("teacher", lesson.teachers[0]), slots=frozenset({before[lesson.name].start}))
    changed = replace(problem, rules=(away,))

    result = repair(changed, before, seconds=0.02, workers=1)

    fewest = fewest_by_trying(changed, before)
    if fewest is None:
        assert result.state is not State.COMPLETE
    else:
        assert (result.moved_at_least or 0) <= fewest
    assert hard(lasting(changed, result.timetable, check(changed, result.timetable))) == []


@pytest.mark.parametrize("seed", range(3))
def test_teacher_loses_a_day_and_everything_else_still_holds(seed: int) -> None:
    school, chance = make_school(seed, days=5), random.Random(seed)
    kinds = (rules.MaxGapsPerWeek, rules.MaxHoursDaily, rules.MinDaysBetween, rules.MinHoursDaily)
    held = [each for kind in kinds for each in [plant(kind, school, chance)[0]] if each]
    names = [each.name for each in school.problem.activities if school.timetable[each.name].room]
    anywhere = rules.PreferredRooms(activities=tuple(names), rooms=tuple(each.name for each in school.problem.rooms))
    lesson = chance.choice(school.problem.activities)
    day, _ = school.begin(lesson)
    hours = len(school.grid.hours)
    away = rules.NotAvailable(
        who=Who("teacher", lesson.teachers[0]), slots=frozenset(range(day * hours, (day + 1) * hours))
    )
    problem = school.with_rules(*held, anywhere, away)

    result = repair(problem, school.timetable, seconds=20)

    if result.state is State.COMPLETE:
        assert hard(check(problem, result.timetable)) == []
        elsewhere = {name for name, place in result.timetable.items() if place != school.timetable[name]}
        assert elsewhere == set(result.moved)
        assert lesson.name in elsewhere
        assert result.moved_at_least is not None
        assert 0 < result.moved_at_least <= len(elsewhere)
    else:
        assert result.state is State.IMPOSSIBLE


def hall() -> tuple[Problem, dict[str, Placement]]:
    problem = Problem(
        "Small",
        Grid(("Monday",), ("1", "2", "3")),
        (Activity("maths", teachers=("Ada",)), Activity("music", teachers=("Bo",)), Activity("art", teachers=("Cy",))),
        teachers=tuple(Teacher(name) for name in ("Ada", "Bo", "Cy")),
        rooms=(Room("hall"), Room("studio")),
        rules=(
            rules.PreferredRooms(activities=("music",), rooms=("hall",)),
            rules.PreferredRooms(activities=("art",), rooms=("hall", "studio")),
        ),
    )
    return problem, {"maths": Placement(0), "music": Placement(0, "hall"), "art": Placement(1, "hall")}


def test_closed_room_moves_only_who_was_in_it() -> None:
    problem, before = hall()
    shut = rules.RoomNotAvailable(room="hall", slots=frozenset({1}))

    result = repair(replace(problem, rules=(*problem.rules, shut)), before, seconds=10)

    assert result.timetable["art"].room == "studio" or result.timetable["art"].start == 2
    assert (result.moved, result.moved_at_least) == (("art",), 1)


def test_new_lesson_finds_a_place_and_does_not_count_as_moved() -> None:
    problem, before = hall()
    more = replace(problem, activities=(*problem.activities, Activity("logic", teachers=("Ada",))))

    result = repair(more, before, seconds=10)

    assert result.state is State.COMPLETE
    assert (result.moved, result.moved_at_least) == ((), 0)
    assert result.timetable["logic"].start in (1, 2)


def test_nothing_changed_moves_nothing() -> None:
    problem, before = hall()

    result = repair(problem, before, seconds=10)

    assert (result.timetable, result.moved, result.moved_at_least) == (before, (), 0)


def test_what_does_not_fit_is_named_and_the_rest_stays() -> None:
    problem, before = hall()
    away = rules.NotAvailable(who=Who("teacher", "Bo"), slots=frozenset({0, 1, 2}))

    result = repair(replace(problem, rules=(*problem.rules, away)), before, seconds=10)

    assert (result.state, result.unplaced) == (State.IMPOSSIBLE, ("music",))
    assert result.timetable == {name: place for name, place in before.items() if name != "music"}


def test_who_comes_into_full_rooms_sends_somebody_to_another_and_both_count() -> None:
    """Art moves into the hall at an hour at which drama has it, which can go to the studio."""
    problem, before = hall()
    lessons = (*problem.activities, Activity("drama", teachers=("Di",)))
    wide = rules.PreferredRooms(activities=("drama",), rooms=("hall", "studio"))
    small = (*problem.rules[:1], rules.PreferredRooms(activities=("art",), rooms=("hall",)), wide)
    away = rules.NotAvailable(who=Who("teacher", "Cy"), slots=frozenset({1}))
    only = rules.PreferredStarts(activities=("art",), slots=frozenset({1, 2}))
    teachers = (*problem.teachers, Teacher("Di"))
    changed = replace(problem, activities=lessons, teachers=teachers, rules=(*small, away, only))
    there = {**before, "drama": Placement(2, "hall")}

    result = repair(changed, there, seconds=10)

    assert result.state is State.COMPLETE
    assert (set(result.moved), result.moved_at_least) == ({"art", "drama"}, 2)
    assert result.timetable["art"] == Placement(2, "hall")


def test_what_breaks_is_taken_out_the_moved_first_and_the_locked_last() -> None:
    problem, before = hall()
    clash = {**before, "art": Placement(0, "hall")}
    locked = replace(problem, locks={"art": Lock(0)})

    assert set(take_out_what_breaks(problem, clash, first=["art"])) == {"maths", "music"}
    assert set(take_out_what_breaks(locked, clash, first=[])) == {"maths", "art"}


def test_locked_lesson_stays() -> None:
    problem, before = hall()
    lessons = (*problem.activities, Activity("logic", teachers=("Ada",)), Activity("sets", teachers=("Ada",)))
    away = rules.NotAvailable(who=Who("teacher", "Cy"), slots=frozenset({1}))
    locked = replace(problem, activities=lessons, locks={"maths": Lock(0)}, rules=(*problem.rules, away))

    result = repair(locked, before, seconds=10)

    assert result.state is State.COMPLETE
    assert result.timetable["maths"].start == 0
    assert result.moved == ("art",)


def in_a_row() -> tuple[Problem, dict[str, Placement]]:
    """Ada has three lessons in a row and a free hour after them; then the first may not be first any more."""
    lessons = tuple(Activity(name, teachers=("Ada",)) for name in ("one", "two", "three"))
    later = rules.PreferredStarts(activities=("one",), slots=frozenset({1, 2}))
    problem = Problem("Small", Grid(("Monday",), ("1", "2", "3", "4")), lessons, (Teacher("Ada"),), rules=(later,))
    return problem, {name: Placement(at) for at, name in enumerate(("one", "two", "three"))}


@pytest.mark.parametrize(
    ("scope", "stays"),
    [
        ({"one", "two"}, {"three"}),
        ({"one", "three"}, {"two"}),
        ({"one"}, {"two", "three"}),  # not enough: it is left out
    ],
)
def test_nothing_outside_the_scope_moves(scope: set[str], stays: set[str]) -> None:
    problem, before = in_a_row()

    result = repair(problem, before, seconds=10, scope=scope)

    assert {name: result.timetable[name] for name in stays} == {name: before[name] for name in stays}
    if len(scope) > 1:
        assert (result.state, set(result.moved)) == (State.COMPLETE, scope)
        assert result.timetable["one"] == before[(scope - {"one"}).pop()]
    else:
        assert result.unplaced == ("one",)


def test_repair_ends_when_nobody_waits_any_more() -> None:
    problem, before = hall()
    away = rules.NotAvailable(who=Who("teacher", "Cy"), slots=frozenset({1}))
    told = []

    result = repair(
        replace(problem, rules=(*problem.rules, away)), before, seconds=600, watch=lambda each: bool(told.append(each))
    )

    assert len(told) == 1
    assert set(result.timetable) >= {"maths", "music"}
