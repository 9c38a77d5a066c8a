"""Some lessons may move, the others stay where a timetable has them."""

from collections.abc import Collection
from dataclasses import replace

from lyceum.solver.problem import Lock, Problem
from lyceum.solver.solution import Timetable


def hold_others(problem: Problem, scope: Collection[str] | None, timetable: Timetable) -> Problem:
    """The problem with every lesson outside the scope locked where the timetable has it; as it is without a scope."""
    if scope is None:
        return problem
    locks, moving = dict(problem.locks), frozenset(scope)
    for each in problem.activities:
        if each.name not in moving and each.name in timetable and each.name not in locks:
            locks[each.name] = Lock(timetable[each.name].start, timetable[each.name].room)
    return replace(problem, locks=locks)
