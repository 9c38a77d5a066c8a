import random
from dataclasses import replace

import pytest

from lyceum.solver.checker import check, hard
from lyceum.solver.encoding.encode import is_unsupported
from lyceum.solver.problem import Activity, Grid, Lock, Problem, StudentSet, Teacher
from lyceum.solver.rules import MinDaysBetween, NotAvailable, Who
from lyceum.solver.solution import State
from lyceum.solver.solving import solve
from lyceum.testing.timetabling import PLANTINGS, make_school, plant


def school_with_wishes(seed=1):
    school = make_school(seed)
    chance = random.Random(seed)
    held = [plant(kind, school, chance)[0] for kind in PLANTINGS]
    rules = [rule for rule in held if rule is not None and not is_unsupported(rule)]
    return school, school.with_rules(*rules)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_solvable_problem_gets_a_complete_timetable_that_breaks_nothing(workers):
    _, problem = school_with_wishes()

    result = solve(problem, seconds=10, workers=workers)

    assert result.state is State.COMPLETE
    assert hard(check(problem, result.timetable)) == []
    assert result.first_complete_after is not None


def test_the_same_seed_with_one_worker_gives_the_same_timetable():
    school, problem = school_with_wishes(2)
    lessons = tuple(each.name for each in school.problem.activities[:8])
    wishful = replace(problem, rules=(*problem.rules, MinDaysBetween(activities=lessons, days=2, weight=50)))

    first, second = (solve(wishful, seconds=2, seed=5, workers=1) for _ in range(2))

    assert first.timetable == second.timetable
    assert first.cost == second.cost


def test_a_watcher_who_has_enough_gets_the_best_so_far():
    school, problem = school_with_wishes(2)
    lessons = tuple(each.name for each in school.problem.activities)
    endless = replace(problem, rules=(*problem.rules, MinDaysBetween(activities=lessons, days=3, weight=50)))
    told = []

    def watch(progress):
        told.append(progress)
        return False

    result = solve(endless, seconds=60, watch=watch)

    assert result.seconds < 20
    assert told


def test_locked_lessons_stay_where_they_are():
    school, problem = school_with_wishes(3)
    locks = {name: Lock(school.timetable[name].start, school.timetable[name].room) for name in ("1", "2", "3")}

    result = solve(replace(problem, locks=locks), seconds=10)

    assert {name: result.timetable[name].start for name in locks} == {name: each.start for name, each in locks.items()}


def test_lessons_outside_the_scope_stay_where_the_hints_have_them():
    school, problem = school_with_wishes(4)
    scope = {"1", "2"}

    result = solve(problem, seconds=5, scope=scope, hints=school.timetable)

    moved = {name for name, each in school.timetable.items() if result.timetable[name].start != each.start}
    assert moved <= scope


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_begins_from_a_complete_timetable_ends_with_nothing_worse(workers):
    school, problem = school_with_wishes(2)
    lessons = tuple(each.name for each in school.problem.activities)
    wishful = replace(problem, rules=(*problem.rules, MinDaysBetween(activities=lessons[:8], days=2, weight=50)))
    good = solve(wishful, seconds=3, workers=1)
    told = []

    def watch(progress):
        told.append(progress)
        return progress.best is None

    again = solve(wishful, seconds=60, seed=9, workers=workers, hints=good.timetable, watch=watch)

    first = next(each for each in told if each.best is not None)
    assert first.placed == len(lessons)
    assert first.cost <= good.cost + 1e-6
    assert again.cost <= first.cost + 1e-6


def test_lessons_without_a_place_are_named_and_the_others_placed():
    grid = Grid(("Mon",), ("1", "2"))
    lessons = (Activity("a", 1, ("Anna",), ("7a",)), Activity("b", 1, ("Ben",), ("7a",)))
    rules = (NotAvailable(who=Who("teacher", "Anna"), slots=frozenset({0, 1})),)
    problem = Problem("p", grid, lessons, (Teacher("Anna"), Teacher("Ben")), (StudentSet("7a"),), rules=rules)

    result = solve(problem, seconds=2, workers=1)

    assert result.state is State.IMPOSSIBLE
    assert result.unplaced == ("a",)
    assert list(result.timetable) == ["b"]
