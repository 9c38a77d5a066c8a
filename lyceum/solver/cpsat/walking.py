"""Time to walk from one building to another, where the times of lessons decide about it."""

from collections.abc import Sequence
from itertools import combinations

from lyceum.solver import rules
from lyceum.solver.cpsat.places import Places
from lyceum.solver.cpsat.room_capacity import at_most
from lyceum.solver.terms.ground import people_meant
from lyceum.solver.terms.rooms import RoomChoice


def part_buildings(
    places: Places, walks: Sequence[rules.MinGapsBetweenBuildings], choices: tuple[RoomChoice, ...]
) -> None:
    ground = places.ground
    building = {room.name: room.building for room in ground.problem.rooms}
    only = [{building.get(name, "") for name in choice.rooms} for choice in choices]
    needed: dict[tuple[int, int], int] = {}
    for rule in walks:
        for person in people_meant(ground, rule.who):
            for one, other in combinations(person.members, 2):
                if len(only[one]) == len(only[other]) == 1 and only[one] != only[other]:
                    needed[one, other] = max(rule.gaps, needed.get((one, other), 0))
    for (one, other), gaps in needed.items():
        _part(places, one, other, gaps)


def _part(places: Places, one: int, other: int, gaps: int) -> None:
    if one in places.settled and other in places.settled:
        return
    ground = places.ground
    domain = (places.fixed[one],) if one in places.fixed else tuple(places.starts[one])
    for start in domain:
        day = start - start % ground.hours
        first = max(day, start - ground.durations[other] - gaps + 1)
        last = min(day + ground.hours - 1, start + ground.durations[one] + gaps - 1)
        total = places.starting(one, (start,)).add(places.starting(other, range(first, last + 1)))
        at_most(places, total, 1)
