"""From a problem to numbers."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lyceum.solver.encoding.domains import find_starts
from lyceum.solver.encoding.encoded import Encoded, RoomChoice
from lyceum.solver.encoding.lines import build_lines
from lyceum.solver.encoding.pairs import build_pairs, find_units
from lyceum.solver.encoding.people import People
from lyceum.solver.encoding.rooms import choose_rooms, room_hours
from lyceum.solver.problem import Problem
from lyceum.solver.rules import (
    Grouped,
    MaxDifferentRooms,
    MaxRoomChangesDaily,
    MaxRoomChangesWeekly,
    MaxSimultaneous,
    MinGapsBetweenBuildings,
    MinSimultaneous,
    OccupyMaxSlots,
    OccupyMinSlots,
    Rule,
    SameRoomIfConsecutive,
)

UNSUPPORTED = (
    MaxRoomChangesDaily, MaxRoomChangesWeekly, MaxDifferentRooms, SameRoomIfConsecutive, MinGapsBetweenBuildings,
    OccupyMaxSlots, OccupyMinSlots, MaxSimultaneous, MinSimultaneous,
)  # fmt: skip


def is_unsupported(rule: Rule) -> bool:
    return isinstance(rule, UNSUPPORTED) or (isinstance(rule, Grouped) and len(rule.activities) > 2)


def encode(problem: Problem) -> Encoded:
    """All that the search and the model need; lessons that can start nowhere are named in `impossible`."""
    people = People(problem)
    allowed, start_cost, breaks, closed = find_starts(problem, people)
    lines = build_lines(problem, people, breaks, closed)
    room_open, room_cost = room_hours(problem)
    choices = choose_rooms(problem)
    duration = np.array([each.duration for each in problem.activities], np.int32)
    for at, choice in enumerate(choices):
        if choice.without is None:
            allowed[at] &= _some_room(choice, room_open, int(duration[at]))
    units = find_units(problem)
    for unit in units:
        together = allowed[list(unit)].all(axis=0)
        allowed[list(unit)] = together
    encoded = Encoded(
        problem=problem,
        duration=duration,
        allowed=allowed,
        start_cost=start_cost,
        lines=lines,
        clashes=tuple(line.activities for line in lines if line.clash),
        pairs=build_pairs(problem, people),
        choices=choices,
        room_open=room_open,
        room_cost=room_cost,
        units=units,
        breaks=breaks,
        locked=frozenset(
            at
            for at, each in enumerate(problem.activities)
            if each.name in problem.locks and problem.locks[each.name].start is not None
        ),
        unsupported=tuple(rule for rule in problem.rules if is_unsupported(rule)),
    )
    return replace(encoded, impossible=tuple(np.flatnonzero(~allowed.any(axis=1)).tolist()))


def _some_room(choice: RoomChoice, room_open: npt.NDArray[np.bool_], duration: int) -> npt.NDArray[np.bool_]:
    """By start: one of the rooms is open throughout."""
    size = room_open.shape[1]
    found = np.zeros(size, np.bool_)
    for room in choice.rooms:
        free = np.ones(size, np.bool_)
        for hour in range(duration):
            free[: size - hour] &= room_open[room, hour:]
            free[size - hour :] = False
        found |= free
    return found
