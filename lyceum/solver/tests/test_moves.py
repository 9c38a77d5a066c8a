"""Where a lesson could go, compared with a whole check of each timetable it would lead to."""

import random
from dataclasses import replace

import pytest

from lyceum.solver import rules
from lyceum.solver.checker import check, hard
from lyceum.solver.checker import cost as checked_cost
from lyceum.solver.moves import Board, Verdict
from lyceum.solver.problem import Activity, Grid, Lock, Problem, Room, Teacher
from lyceum.solver.rules import Who
from lyceum.solver.solution import Placement
from lyceum.solver.terms.ground import ROOMS
from lyceum.testing.timetabling import PLANTINGS, make_school, plant

TIMES = [kind for kind in PLANTINGS if not issubclass(kind, ROOMS)]


@pytest.mark.parametrize("seed", range(5))
def test_each_start_is_what_a_whole_check_says(seed: int) -> None:
    school, chance = make_school(seed), random.Random(seed)
    planted = [plant(kind, school, chance) for kind in TIMES]
    musts = [held for held, _ in planted if held]
    wishes = [replace(broken, weight=30) for _, broken in planted if broken]
    problem = school.with_rules(*musts, *wishes)
    timetable = {name: replace(place, room=None) for name, place in school.timetable.items()}
    now = checked_cost(check(problem, timetable))
    look = Board(problem).look(timetable)

    for lesson in chance.sample(problem.activities, 2):
        for answer in look.starts_for(lesson.name):
            there = check(problem, {**timetable, lesson.name: Placement(answer.start)})
            assert (answer.verdict is Verdict.CLASHES) == bool(hard(there))
            if answer.verdict is not Verdict.CLASHES:
                assert answer.cost == pytest.approx(checked_cost(there) - now)
                assert (answer.verdict is Verdict.COSTS) == (answer.cost > 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_proposed_moves_hold_to_all_that_must_hold(seed: int) -> None:
    school, chance = make_school(seed), random.Random(seed)
    names = [each.name for each in school.problem.activities if school.timetable[each.name].room]
    anywhere = rules.PreferredRooms(activities=tuple(names), rooms=tuple(each.name for each in school.problem.rooms))
    planted = [plant(kind, school, chance) for kind in TIMES]
    wishes = [replace(broken, weight=30) for _, broken in planted if broken]
    problem = school.with_rules(anywhere, *wishes)
    now = checked_cost(check(problem, school.timetable))
    board, found = Board(problem), 0

    for lesson in problem.activities[:2]:
        look = board.look(school.timetable)
        for answer in look.starts_for(lesson.name):
            for proposal in look.propose(lesson.name, answer.start, most=2):
                after = check(problem, {**school.timetable, **dict(proposal.moves)})
                assert proposal.moves[0][0] == lesson.name
                assert proposal.moves[0][1].start == answer.start
                assert len(proposal.moves) <= 3
                assert hard(after) == []
                assert proposal.cost == pytest.approx(checked_cost(after) - now)
                found += len(proposal.moves) > 1
    assert found


def small() -> Problem:
    lessons = (
        Activity("maths", teachers=("Ada",)),
        Activity("art", teachers=("Ada",)),
        Activity("music", teachers=("Bo",)),
    )
    return Problem(
        "Small",
        Grid(("Monday",), ("1", "2", "3")),
        lessons,
        teachers=(Teacher("Ada"), Teacher("Bo")),
        rooms=(Room("hall"),),
        rules=(
            rules.NotAvailable(who=Who("teacher", "Ada"), slots=frozenset({2}), ref="Ada leaves early"),
            rules.PreferredRooms(activities=("art", "music"), rooms=("hall",), ref="only in the hall"),
        ),
    )


def test_clashes_name_who_is_in_the_way_and_which_rule() -> None:
    timetable = {"maths": Placement(0), "art": Placement(1, "hall"), "music": Placement(0, "hall")}

    first, second, third = Board(small()).look(timetable).starts_for("art")

    assert [(each.kind, each.who, each.activities) for each in first.clashes] == [
        ("teacher", "Ada", ("maths",)),
        ("room", "hall", ("music",)),
    ]
    assert (second.verdict, second.rooms) == (Verdict.FREE, ("hall",))
    assert [(each.kind, each.ref) for each in third.clashes] == [("NotAvailable", "Ada leaves early")]


def test_swap_is_proposed_where_one_lesson_is_in_the_way() -> None:
    timetable = {"maths": Placement(0), "art": Placement(1, "hall"), "music": Placement(2, "hall")}

    proposals = Board(small()).look(timetable).propose("art", 0)

    assert [each.moves for each in proposals] == [(("art", Placement(0, "hall")), ("maths", Placement(1)))]


def test_locked_lesson_clashes_everywhere_else_and_is_not_displaced() -> None:
    problem = replace(small(), locks={"maths": Lock(0)})
    timetable = {"maths": Placement(0), "art": Placement(1, "hall"), "music": Placement(2, "hall")}
    look = Board(problem).look(timetable)

    assert {each.start: each.verdict for each in look.starts_for("maths")}[0] is Verdict.FREE
    assert [each.kind for each in look.starts_for("maths")[1].clashes][-1] == "lock"
    assert look.propose("art", 0) == ()


def test_lesson_without_a_place_is_answered_too() -> None:
    look = Board(small()).look({"art": Placement(1, "hall")})

    answers = look.starts_for("maths")

    assert [each.verdict for each in answers] == [Verdict.FREE, Verdict.CLASHES, Verdict.CLASHES]
