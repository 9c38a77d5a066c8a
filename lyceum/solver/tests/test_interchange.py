"""Problems as JSON and back."""

import random
from dataclasses import replace

import pytest

from lyceum.solver.interchange import (
    KINDS,
    UnreadableError,
    problem_from_json,
    problem_to_json,
)
from lyceum.solver.problem import Kept, Lock, Problem, Unknown
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
