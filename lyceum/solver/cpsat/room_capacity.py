"""Rooms in a model of times: so many lessons at once as there are rooms for them, or the room of each lesson."""

from collections.abc import Iterable, Mapping
from itertools import combinations

from lyceum.solver.cpsat.demands import SCALE, Demands
from lyceum.solver.cpsat.places import Places
from lyceum.solver.cpsat.totals import Literal, Total, sum_of
from lyceum.solver.terms.rooms import RoomChoice

RoomLiterals = Mapping[int, Mapping[str, Literal]]
"""By lesson and room; lessons with one room or none are missing."""

UNIONS = 40
"""So many different sets of rooms at most are joined two by two."""


def hold_capacity(places: Places, choices: tuple[RoomChoice, ...], closed: Mapping[str, frozenset[int]]) -> None:
    """In each slot, of the lessons that can only be in some rooms, no more than there are open ones of these."""
    wanted: dict[frozenset[str], list[int]] = {}
    for index, choice in enumerate(choices):
        if choice.needed:
            wanted.setdefault(frozenset(choice.rooms), []).append(index)
    if frozenset() in wanted:
        places.contradict()
    for rooms in sets_of_rooms(wanted):
        lessons = tuple(index for each, indices in wanted.items() if each <= rooms for index in indices)
        if all(index in places.settled for index in lessons):
            continue
        for slot in range(places.ground.problem.grid.size):
            free = sum(slot not in closed[name] for name in rooms if name in closed)
            at_most(places, sum_of(places.covering(index, slot) for index in lessons), free)


def sets_of_rooms(wanted: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    """Those wanted, what two of them are together where they share a room, and all."""
    single = [each for each in wanted if each]
    joined = {one | other for one, other in combinations(single, 2) if one & other} if len(single) <= UNIONS else set()
    return {*single, *joined, frozenset[str]().union(*single)} - {frozenset()}


def at_most(places: Places, total: Total, bound: int) -> None:
    """Holds always: no rule asks for it."""
    if total.most <= bound or not total.literals:
        return
    if (
        bound - total.constant == 1
        and total.least == total.constant
        and len(set(map(id, total.literals))) == len(total.literals)
    ):
        places.model.add_at_most_one(total.literals)
    else:
        places.model.add(total.expression() <= bound - total.constant)


def choose_rooms(
    demands: Demands, choices: tuple[RoomChoice, ...], closed: Mapping[str, frozenset[int]]
) -> RoomLiterals:
    """The room of each lesson, no room twice at once; what it costs. Large: lessons × rooms × slots."""
    places = demands.places
    rooms: dict[int, dict[str, Literal]] = {}
    for index, choice in enumerate(choices):
        if choice.needed and not choice.rooms:
            places.contradict()
        if choice.rooms and not (choice.needed and len(choice.rooms) == 1):
            rooms[index] = {name: places.model.new_bool_var(f"r{index}.{name}") for name in choice.rooms}
            taken = list(rooms[index].values())
            if not choice.needed:
                without = places.model.new_bool_var("")
                demands.objective.add_literal(without, round(choice.cost_without * SCALE))
                taken.append(without)
            places.model.add_exactly_one(taken)
            for name, cost in (choice.costs or {}).items():
                demands.objective.add_literal(rooms[index][name], round(cost * SCALE))
    for name, shut in closed.items():
        inside = [index for index, choice in enumerate(choices) if name in choice.rooms]
        for slot in range(places.ground.problem.grid.size):
            _hold_room(places, rooms, name, inside, slot, slot in shut)
    return rooms


def _hold_room(places: Places, rooms: RoomLiterals, name: str, inside: list[int], slot: int, is_shut: bool) -> None:
    there = Total()
    for index in inside:
        covering = places.covering(index, slot)
        if not covering.most:
            continue
        if index not in rooms:
            there.add(covering)
            continue
        room = rooms[index][name]
        if covering.constant:
            there.add_literal(room)
            continue
        both = places.model.new_bool_var("")
        places.model.add(covering.expression() + room - both <= 1)
        there.add_literal(both)
    at_most(places, there, 0 if is_shut else 1)
