"""Problems as JSON and back, and the engine as a process of its own."""

import io
import os
import random
import threading
from dataclasses import replace

import msgspec
import pytest

from lyceum.solver.child import serve
from lyceum.solver.interchange import (
    KINDS,
    Order,
    Said,
    UnreadableError,
    problem_from_json,
    problem_to_json,
    problem_to_plain,
)
from lyceum.solver.problem import Kept, Lock, Problem, Unknown
from lyceum.solver.solution import Placement, Progress, Result, State
from lyceum.testing.timetabling import PLANTINGS, make_school, plant


def everything(seed: int) -> Problem:
    """A made-up school with a rule of each kind, a lock and what only a file brings."""
    school = make_school(seed)
    found = [rule for kind in PLANTINGS for rule in plant(kind, school, random.Random(seed)) if rule is not None]
    return replace(
        school.problem,
        rules=tuple(found),
        locks={"1": Lock(start=3, room="R0")},
        unknown=(Unknown("Odd", "<ConstraintOdd/>", "Time_Constraints_List"),),
        kept=(Kept("list", "Comments", "<Comments/>"),),
    )


def test_problem_with_every_kind_of_rule_comes_back_as_it_went() -> None:
    problem = everything(3)

    back = problem_from_json(problem_to_json(problem))

    assert {type(rule).__name__ for rule in problem.rules} == set(KINDS)
    assert back == problem
    assert problem_to_json(back) == problem_to_json(problem)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"[]",
        b"{}",
        b'{"name": "x", "grid": {"days": [], "hours": []}, "activities": [], "rules": [{"kind": "Nothing"}]}',
        b'{"name": "x", "grid": {"days": [], "hours": []}, "activities": [], "rules": [{"kind": "MaxDays"}]}',
        b'{"name": "x", "grid": {"days": [], "hours": []}, "activities": [], "rules": [7]}',
        b'{"name": "x", "grid": {"days": [], "hours": []}, "activities": [], "rules": 7}',
    ],
)
def test_text_that_is_no_problem_is_refused(source: bytes) -> None:
    with pytest.raises(UnreadableError):
        problem_from_json(source)


def order_line(problem: Problem) -> bytes:
    return msgspec.json.encode(Order(problem=problem_to_plain(problem), seconds=9, seed=4, scope=("1",))) + b"\n"


def lines(outgoing: io.BytesIO) -> list[Said]:
    return [msgspec.json.decode(line, type=Said) for line in outgoing.getvalue().splitlines()]


def test_child_tells_progress_and_the_result() -> None:
    school = make_school(1)
    asked = {}

    def engine(problem, *, watch, **options):
        asked.update(options, problem=problem)
        watch(Progress(0.5, 3, 1.5, None, best=school.timetable))
        return Result(State.COMPLETE, school.timetable, 1.5)

    outgoing = io.BytesIO()
    reading, writing = os.pipe()
    os.write(writing, order_line(school.problem))
    with os.fdopen(reading, "rb") as incoming, os.fdopen(writing, "wb"):
        status = serve(engine, incoming, outgoing, stopped=threading.Event())

    assert status == 0
    assert asked["problem"] == school.problem
    assert (asked["seconds"], asked["seed"], asked["scope"]) == (9, 4, frozenset({"1"}))
    assert lines(outgoing) == [
        Said(progress=Progress(0.5, 3, 1.5, None, best=school.timetable)),
        Said(result=Result(State.COMPLETE, school.timetable, 1.5)),
    ]


def test_child_stops_when_its_input_ends() -> None:
    school = make_school(1)

    def engine(problem, *, watch, **options):
        rounds = 0
        while watch(Progress(rounds, 0, 0, None)):
            rounds += 1
        return Result(State.PARTIAL, {"1": Placement(2)}, 0)

    outgoing = io.BytesIO()

    status = serve(engine, io.BytesIO(order_line(school.problem)), outgoing, stopped=threading.Event())

    assert status == 0
    assert lines(outgoing)[-1].result == Result(State.PARTIAL, {"1": Placement(2)}, 0)


def test_child_says_that_it_cannot_read_its_order() -> None:
    outgoing = io.BytesIO()

    status = serve(lambda *a, **k: None, io.BytesIO(b"nonsense\n"), outgoing, stopped=threading.Event())

    assert status == 2
    assert lines(outgoing)[0].error
