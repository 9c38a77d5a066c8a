"""Which rooms each lesson can have, and what each of them costs."""

from collections.abc import Mapping, Sequence
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
    wishes: dict[str, list[Wish]] = {}
    homes = [rule for rule in problem.rules if isinstance(rule, rules.HomeRooms)]
    for rule in problem.rules:
        if isinstance(rule, rules.PreferredRooms):
            wish = Wish(rule, frozenset(rule.rooms))
        elif isinstance(rule, rules.NeedsFeatures):
            wish = Wish(rule, frozenset(room.name for room in problem.rooms if rule.features <= room.features))
        else:
            continue
        for name in dict.fromkeys(rule.activities):
            wishes.setdefault(name, []).append(wish)
    return tuple(
        _choice(problem, activity, wishes.get(activity.name) or _at_home(homes, activity))
        for activity in problem.activities
    )


@dataclass(frozen=True)
class Wish:
    rule: Rule
    rooms: frozenset[str]


def _at_home(homes: Sequence[rules.HomeRooms], activity: Activity) -> list[Wish]:
    """The rooms of its only student set, and those of its only teacher."""
    names = {"students": activity.students, "teacher": activity.teachers}
    return [
        Wish(rule, frozenset(rule.rooms))
        for rule in homes
        if len(names[rule.who.kind]) == 1 and rule.who.name in (None, names[rule.who.kind][0])
    ]


def _choice(problem: Problem, activity: Activity, wishes: Sequence[Wish]) -> RoomChoice:
    lock = problem.locks.get(activity.name)
    musts = [wish.rooms for wish in wishes if wish.rule.is_hard]
    named = frozenset[str]().union(*(wish.rooms for wish in wishes))
    if lock and lock.room is not None:
        musts.append(frozenset({lock.room}))
        named |= {lock.room}
    allowed = reduce(frozenset.__and__, musts, named)
    rooms = tuple(room.name for room in problem.rooms if room.name in allowed and _fits(problem, activity, room))
    lighter = [wish for wish in wishes if not wish.rule.is_hard]
    costs = {name: sum(wish.rule.weight / 100 for wish in lighter if name not in wish.rooms) for name in rooms}
    return RoomChoice(
        rooms,
        bool(musts),
        {name: cost for name, cost in costs.items() if cost},
        sum(wish.rule.weight / 100 for wish in lighter),
    )


def _fits(problem: Problem, activity: Activity, room: Room) -> bool:
    return room.capacity is None or room.capacity >= size_of(problem, activity)
