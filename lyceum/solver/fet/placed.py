"""The timetable that a FET file already carries: FET writes its result as locks into the file."""

from lyceum.solver.problem import Problem
from lyceum.solver.rules import PreferredRooms, PreferredStarts
from lyceum.solver.solution import Placement, Timetable


def placed_in(problem: Problem) -> Timetable:
    """Where the file has its lessons: by locks, or by rules that must hold and leave one start, or one room."""
    starts = {name: lock.start for name, lock in problem.locks.items() if lock.start is not None}
    rooms = {name: lock.room for name, lock in problem.locks.items() if lock.room is not None}
    for rule in problem.rules:
        if isinstance(rule, PreferredStarts) and rule.is_hard and len(rule.slots) == 1:
            starts = {**dict.fromkeys(rule.activities, *rule.slots), **starts}
        elif isinstance(rule, PreferredRooms) and rule.is_hard and len(rule.rooms) == 1:
            rooms = {**dict.fromkeys(rule.activities, *rule.rooms), **rooms}
    return {name: Placement(start, rooms.get(name)) for name, start in starts.items()}
