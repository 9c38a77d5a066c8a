"""Which rooms each lesson can have, and what each of them costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from lyceum.solver import rules
from lyceum.solver.problem import Activity, Problem, Room
from lyceum.solver.rules import Rule
from lyceum.solver.terms.people import break_slots


@dataclass(frozen=True)
class RoomChoice:
    """Empty `rooms` without `needed`: the lesson has no room, and wants none."""

    rooms: tuple[str, ...] = ()
    needed: bool = False
    """The lesson cannot be without."""
    costs: Mapping[str, float] | None = None
    """By room; a room that is missing costs nothing."""
    cost_without: float = 0.0


def size_of(problem: Problem, activity: Activity) -> int:
    if activity.size is not None:
        return activity.size
    sets = problem.student_set
    return sum(sets[name].size for name in activity.students if name in sets)


def room_closed(problem: Problem) -> Mapping[str, frozenset[int]]:
    """Slots in which a room cannot be used, by room."""
    breaks = break_slots(problem)
    closed = {room.name: breaks for room in problem.rooms}
    for rule in problem.rules:
        if isinstance(rule, rules.RoomNotAvailable) and rule.is_hard and rule.room in closed:
            closed[rule.room] |= rule.slots
    return closed


def room_choices(problem: Problem) -> tuple[RoomChoice, ...]:
    """By lesson. A lesson that no rule and no lock gives rooms to has none."""
    preferred: dict[str, list[rules.PreferredRooms]] = {}
    features: dict[str, list[rules.NeedsFeatures]] = {}
    homes = [rule for rule in problem.rules if isinstance(rule, rules.HomeRooms)]
    for rule in problem.rules:
        if isinstance(rule, rules.PreferredRooms):
            for name in rule.activities:
                preferred.setdefault(name, []).append(rule)
        elif isinstance(rule, rules.NeedsFeatures):
            for name in rule.activities:
                features.setdefault(name, []).append(rule)
    return tuple(
        _choice(
            problem,
            activity,
            preferred.get(activity.name, []) or [rule for rule in homes if is_home_of(rule, activity)],
            features.get(activity.name, []),
        )
        for activity in problem.activities
    )


def is_home_of(rule: rules.HomeRooms, activity: Activity) -> bool:
    if rule.who.kind == "teacher":
        return bool(activity.teachers) if rule.who.name is None else rule.who.name in activity.teachers
    return bool(activity.students) if rule.who.name is None else rule.who.name in activity.students


def _choice(
    problem: Problem,
    activity: Activity,
    preferred: list[rules.PreferredRooms] | list[rules.HomeRooms] | list[rules.PreferredRooms | rules.HomeRooms],
    features: list[rules.NeedsFeatures],
) -> RoomChoice:
    lock = problem.locks.get(activity.name)
    if lock and lock.room is not None:
        return RoomChoice((lock.room,), True)
    if not preferred and not features:
        return RoomChoice()
    musts = [frozenset(rule.rooms) for rule in preferred if rule.is_hard]
    wishes: list[tuple[Rule, frozenset[str]]] = [
        (rule, frozenset(rule.rooms)) for rule in preferred if not rule.is_hard
    ]
    having = [
        (rule, frozenset(room.name for room in problem.rooms if rule.features <= room.features)) for rule in features
    ]
    wishes += [(rule, rooms) for rule, rooms in having if not rule.is_hard]
    musts += [rooms for rule, rooms in having if rule.is_hard]
    if musts:
        allowed = reduce(frozenset.__and__, musts)
    else:
        allowed = frozenset[str]().union(*(rooms for _, rooms in wishes))
    rooms = tuple(room.name for room in problem.rooms if room.name in allowed and _fits(problem, activity, room))
    costs = {name: sum(rule.weight / 100 for rule, wished in wishes if name not in wished) for name in rooms}
    return RoomChoice(
        rooms,
        bool(musts),
        {name: cost for name, cost in costs.items() if cost},
        sum(rule.weight / 100 for rule, _ in wishes),
    )


def _fits(problem: Problem, activity: Activity, room: Room) -> bool:
    return room.capacity is None or room.capacity >= size_of(problem, activity)
