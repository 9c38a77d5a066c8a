"""The model's best is the best, and costs what the checker says."""

import random
from dataclasses import replace
from itertools import product

import pytest

from lyceum.solver import rules
from lyceum.solver.checker import check, hard
from lyceum.solver.checker import cost as checked_cost
from lyceum.solver.cpsat.model import Wishes, build_model, solve_model
from lyceum.solver.cpsat.neighbourhoods import improve, starts_of
from lyceum.solver.cpsat.rooms import assign_rooms
from lyceum.solver.cpsat.whole import solve_whole
from lyceum.solver.problem import Activity, Grid, Lock, Problem, Room, Teacher
from lyceum.solver.rules import Who
from lyceum.solver.solution import Placement
from lyceum.solver.terms.counting import broken, cost
from lyceum.solver.terms.ground import ROOMS, Ground, Starts, take_apart
from lyceum.testing.timetabling import PLANTINGS, make_school, plant

TIMES = [kind for kind in PLANTINGS if not issubclass(kind, ROOMS)]
PLACES = [kind for kind in PLANTINGS if issubclass(kind, ROOMS)]


def locked_but_two(problem: Problem, timetable: dict[str, Placement], chance: random.Random) -> Problem:
    free = {each.name for each in chance.sample(problem.activities, 2)}
    return replace(problem, locks={name: Lock(place.start) for name, place in timetable.items() if name not in free})


def best_by_trying(ground: Ground) -> float:
    """Of every way to place the lessons."""
    found = [
        cost(ground, list(starts))
        for starts in product(*ground.starts)
        if not broken(ground, list(starts)) and not clashes(ground, list(starts))
    ]
    return min(found, default=float("inf"))


def clashes(ground: Ground, starts: Starts) -> bool:
    for person in ground.people:
        hours = [slot for at in person.members for slot in range(starts[at], starts[at] + ground.durations[at])]
        if len(set(hours)) < len(hours):
            return True
    return False


@pytest.mark.parametrize("weight", [60, 100])
@pytest.mark.parametrize("kind", TIMES, ids=lambda kind: kind.__name__)
def test_best_of_the_model_is_the_best_there_is(kind: type[rules.Rule], weight: int) -> None:
    school, chance = make_school(3), random.Random(3)
    found = [replace(each, weight=weight) for each in plant(kind, school, chance) if each]
    ground = take_apart(locked_but_two(school.with_rules(*found), school.timetable, chance))

    answer = solve_model(build_model(ground), 20, workers=1)

    assert answer.is_proven
    assert answer.cost == pytest.approx(best_by_trying(ground))
    if answer.starts is not None:
        assert answer.cost == pytest.approx(cost(ground, answer.starts))


@pytest.mark.parametrize("seed", range(3))
def test_all_kinds_together_cost_what_the_checker_says(seed: int) -> None:
    school, chance = make_school(seed, lessons=16), random.Random(seed)
    planted = [each for kind in TIMES for each in plant(kind, school, chance)]
    found = [replace(each, weight=40) for each in planted if each]
    ground = take_apart(school.with_rules(*found))

    answer = solve_model(build_model(ground, current=None), 1.5, workers=2, seed=seed)

    assert answer.starts is not None
    timetable = {each.name: Placement(answer.starts[at]) for at, each in enumerate(school.problem.activities)}
    violations = check(ground.problem, timetable)
    assert hard(violations) == []
    if answer.is_proven:
        assert answer.cost == pytest.approx(checked_cost(violations))
    else:  # cut short, it may count a cost that it did not come to take away
        assert answer.cost >= checked_cost(violations) - 1e-6
    assert answer.bound <= answer.cost + 1e-6


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", PLACES, ids=lambda kind: kind.__name__)
def test_rooms_hold_to_what_can_be_held_to(kind: type[rules.Rule], seed: int) -> None:
    school, chance = make_school(seed), random.Random(seed)
    held = plant(kind, school, chance)[0]
    names = [each.name for each in school.problem.activities if school.timetable[each.name].room]
    anywhere = rules.PreferredRooms(activities=tuple(names), rooms=tuple(each.name for each in school.problem.rooms))
    ground = take_apart(school.with_rules(*([held] if held else []), anywhere))

    found = assign_rooms(ground, starts_of(ground, school.timetable))

    timetable = {
        each.name: Placement(school.timetable[each.name].start, found.rooms.get(at))
        for at, each in enumerate(school.problem.activities)
    }
    assert found.is_proven
    assert found.without == ()
    assert hard(check(ground.problem, timetable)) == []


def test_rooms_stay_where_they_can() -> None:
    school = make_school(1)
    names = [each.name for each in school.problem.activities if school.timetable[each.name].room]
    anywhere = rules.PreferredRooms(activities=tuple(names), rooms=tuple(each.name for each in school.problem.rooms))
    closed = school.timetable[names[0]]
    assert closed.room
    shut = rules.RoomNotAvailable(room=closed.room, slots=frozenset({closed.start}))
    ground = take_apart(school.with_rules(anywhere, shut))
    before = {ground.index[name]: room for name in names if (room := school.timetable[name].room)}

    found = assign_rooms(ground, starts_of(ground, school.timetable), before=before)

    changed = {at for at, room in before.items() if found.rooms[at] != room}
    assert ground.index[names[0]] in changed
    assert len(changed) <= 2


def test_too_many_lessons_for_a_room_are_impossible() -> None:
    grid = Grid(("Monday",), ("1", "2", "3"))
    lessons = tuple(Activity(name) for name in "abcd")
    wish = rules.PreferredRooms(activities=tuple("abcd"), rooms=("laboratory",))
    problem = Problem("Small", grid, lessons, rooms=(Room("laboratory"),), rules=(wish,))

    whole = solve_whole(take_apart(problem), seconds=5)

    assert whole.is_impossible
    assert solve_whole(take_apart(replace(problem, activities=lessons[:3])), seconds=5).is_best


def test_rooms_in_the_model_keep_their_lessons_apart() -> None:
    grid = Grid(("Monday",), ("1", "2"))
    lessons = tuple(Activity(name) for name in "abcd")
    problem = Problem(
        "Small",
        grid,
        lessons,
        rooms=(Room("hall"), Room("laboratory")),
        rules=(
            rules.PreferredRooms(activities=("a", "b", "c"), rooms=("hall", "laboratory")),
            rules.PreferredRooms(activities=("d",), rooms=("hall",)),
        ),
    )

    answer = solve_model(build_model(take_apart(problem), Wishes(rooms=True)), 5, workers=1)

    assert answer.starts is not None
    inside = {(answer.starts[at], answer.rooms.get(at, "hall")) for at in range(4)}
    assert len(inside) == 4


def test_neighbourhoods_find_what_costs_less_and_repeat() -> None:
    grid = Grid(("Monday", "Tuesday", "Wednesday"), ("1", "2", "3", "4"))
    lessons = tuple(Activity(str(number), teachers=("Ada",), series="x") for number in range(6))
    gaps = rules.MaxGapsPerWeek(who=Who("teacher", "Ada"), gaps=0, weight=50)
    problem = Problem("Small", grid, lessons, teachers=(Teacher("Ada"),), rules=(gaps,))
    ground = take_apart(problem)
    bad = {each.name: Placement(start) for each, start in zip(lessons, (0, 3, 4, 7, 8, 11), strict=True)}

    one = improve(ground, bad, seconds=20, seed=1, steps=3)
    other = improve(ground, bad, seconds=20, seed=1, steps=3)

    assert cost(ground, starts_of(ground, bad)) == 3.0
    assert one.cost == 0.0
    assert one.timetable == other.timetable


def test_lessons_out_of_scope_stay() -> None:
    school = make_school(2)
    wanted = rules.PreferredSlots(
        activities=tuple(each.name for each in school.problem.activities), slots=frozenset(range(12)), weight=50
    )
    ground = take_apart(school.with_rules(wanted))
    scope = {each.name for each in school.problem.activities[:8]}

    better = improve(ground, school.timetable, seconds=10, seed=1, scope=scope, steps=3)

    moved = {name for name, place in better.timetable.items() if place.start != school.timetable[name].start}
    assert moved
    assert moved <= scope
    assert better.cost < cost(ground, starts_of(ground, school.timetable))
