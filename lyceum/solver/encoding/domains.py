"""When a lesson can start at all, by everything that is about it alone."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from lyceum.solver.encoding.people import People
from lyceum.solver.problem import Problem
from lyceum.solver.rules import NotAvailable, PreferredSlots, PreferredStarts

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def closed_slots(problem: Problem, people: People) -> tuple[Bools, dict[tuple[str, str], Bools]]:
    """Breaks by slot, and by person the hours of hard unavailability (breaks included)."""
    breaks = np.zeros(problem.grid.size, np.bool_)
    for rule in problem.rules:
        if isinstance(rule, NotAvailable) and rule.who is None and rule.is_hard:
            breaks[sorted(rule.slots)] = True
    closed: dict[tuple[str, str], Bools] = {}
    for rule in problem.rules:
        if isinstance(rule, NotAvailable) and rule.who is not None and rule.is_hard:
            for person in people.named(rule.who):
                closed.setdefault(person, breaks.copy())[sorted(rule.slots)] = True
    return breaks, closed


def find_starts(problem: Problem, people: People) -> tuple[Bools, Floats, Bools, dict[tuple[str, str], Bools]]:
    """Allowed starts and their costs (activities × slots), breaks, and closed hours by person."""
    breaks, closed = closed_slots(problem, people)
    count, size = len(problem.activities), problem.grid.size
    hour_closed = np.tile(breaks, (count, 1))
    for (kind, name), slots in closed.items():
        lessons = (people.by_teacher if kind == "teacher" else people.by_leaf).get(name, ())
        hour_closed[list(lessons)] |= slots
    start_closed = np.zeros((count, size), np.bool_)
    hour_cost = np.zeros((count, size), np.float64)
    start_cost = np.zeros((count, size), np.float64)
    index = {each.name: at for at, each in enumerate(problem.activities)}
    for rows, unwanted, weight, by_hour in _unary(problem, people, index):
        where = np.ix_(np.fromiter(rows, np.int64), unwanted)
        if weight >= 100:
            (hour_closed if by_hour else start_closed)[where] = True
        elif weight > 0:
            (hour_cost if by_hour else start_cost)[where] += weight / 100
    _close_locked(problem, index, start_closed)
    allowed = ~start_closed
    for at, activity in enumerate(problem.activities):
        allowed[at] &= _fits(problem, activity.duration, hour_closed[at])
        for hour in range(min(activity.duration, size)):
            start_cost[at, : size - hour] += hour_cost[at, hour:]
    return allowed, start_cost, breaks, closed


def _unary(
    problem: Problem, people: People, index: dict[str, int]
) -> Iterator[tuple[Iterable[int], npt.NDArray[np.int64], float, bool]]:
    """Rules about one lesson's time as (lessons, slots it should not be in, weight, whether each hour counts)."""
    every = frozenset(range(problem.grid.size))
    for rule in problem.rules:
        if isinstance(rule, PreferredStarts | PreferredSlots):
            lessons = [index[name] for name in rule.activities if name in index]
            slots = np.array(sorted(every - rule.slots), np.int64)
            yield lessons, slots, rule.weight, isinstance(rule, PreferredSlots)
        elif isinstance(rule, NotAvailable) and not rule.is_hard:
            slots = np.array(sorted(rule.slots), np.int64)
            if rule.who is None:
                yield range(len(problem.activities)), slots, rule.weight, True
                continue
            for kind, name in people.named(rule.who):
                lessons = list((people.by_teacher if kind == "teacher" else people.by_leaf).get(name, ()))
                yield lessons, slots, rule.weight, True


def _close_locked(problem: Problem, index: dict[str, int], start_closed: Bools) -> None:
    for name, lock in problem.locks.items():
        if lock.start is not None and name in index:
            elsewhere = np.ones(problem.grid.size, np.bool_)
            elsewhere[lock.start] = False
            start_closed[index[name]] |= elsewhere


def _fits(problem: Problem, duration: int, closed: Bools) -> Bools:
    """By start: the lesson ends within the day and meets no closed hour."""
    days, hours = len(problem.grid.days), len(problem.grid.hours)
    free = ~closed.reshape(days, hours)
    fits = np.zeros((days, hours), np.bool_)
    for hour in range(hours - duration + 1):
        fits[:, hour] = free[:, hour : hour + duration].all(axis=1)
    return fits.reshape(-1)
