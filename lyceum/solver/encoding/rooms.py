"""Which rooms a lesson may have, and what each costs."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from lyceum.solver.encoding.encoded import RoomChoice
from lyceum.solver.problem import Activity, Problem
from lyceum.solver.rules import HomeRooms, NeedsFeatures, PreferredRooms, RoomNotAvailable


def room_hours(problem: Problem) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Rooms × slots: open at all, and the cost of an hour there."""
    index = {each.name: at for at, each in enumerate(problem.rooms)}
    opened = np.ones((len(problem.rooms), problem.grid.size), np.bool_)
    cost = np.zeros((len(problem.rooms), problem.grid.size), np.float64)
    for rule in problem.rules:
        if isinstance(rule, RoomNotAvailable) and rule.room in index:
            slots = sorted(rule.slots)
            if rule.is_hard:
                opened[index[rule.room], slots] = False
            else:
                cost[index[rule.room], slots] += rule.weight / 100
    return opened, cost


def size_of(activity: Activity, problem: Problem) -> int:
    if activity.size is not None:
        return activity.size
    return sum(problem.student_set[name].size for name in activity.students if name in problem.student_set)


def choose_rooms(problem: Problem) -> tuple[RoomChoice, ...]:
    """By activity; rooms too small for it are never among them."""
    wishes: dict[str, list[tuple[frozenset[str], float]]] = defaultdict(list)
    for rule in problem.rules:
        if isinstance(rule, PreferredRooms):
            for name in dict.fromkeys(rule.activities):
                wishes[name].append((frozenset(rule.rooms), rule.weight))
        elif isinstance(rule, NeedsFeatures):
            having = frozenset(each.name for each in problem.rooms if rule.features <= each.features)
            for name in dict.fromkeys(rule.activities):
                wishes[name].append((having, rule.weight))
    homes = [rule for rule in problem.rules if isinstance(rule, HomeRooms)]
    found = []
    for activity in problem.activities:
        wanted = wishes.get(activity.name) or _at_home(activity, homes)
        found.append(_choice(activity, wanted, problem))
    return tuple(found)


def _at_home(activity: Activity, homes: list[HomeRooms]) -> list[tuple[frozenset[str], float]]:
    """The rooms of its one student set and of its one teacher; where both have some, both must hold."""
    return [
        (frozenset(rule.rooms), rule.weight)
        for rule in homes
        for names in (activity.students if rule.who.kind == "students" else activity.teachers,)
        if len(names) == 1 and rule.who.name in (None, names[0])
    ]


def _choice(activity: Activity, wishes: list[tuple[frozenset[str], float]], problem: Problem) -> RoomChoice:
    lock = problem.locks.get(activity.name)
    must = [rooms for rooms, weight in wishes if weight >= 100]
    named = frozenset().union(*(rooms for rooms, _ in wishes))
    if lock is not None and lock.room is not None:
        must.append(frozenset({lock.room}))
        named |= {lock.room}
    size = size_of(activity, problem)
    rooms, costs = [], []
    for at, room in enumerate(problem.rooms):
        fits = room.capacity is None or room.capacity >= size
        if room.name in named and fits and all(room.name in some for some in must):
            rooms.append(at)
            costs.append(sum(weight / 100 for some, weight in wishes if weight < 100 and room.name not in some))
    without = None if must else sum(weight / 100 for _, weight in wishes)
    return RoomChoice(tuple(rooms), tuple(costs), without)
