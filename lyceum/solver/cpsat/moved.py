"""Lessons elsewhere than before, counted in a model: at another time, or in another room."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lyceum.solver.cpsat.model import Model
from lyceum.solver.cpsat.room_capacity import at_most, sets_of_rooms
from lyceum.solver.cpsat.totals import Literal, Total, sum_of
from lyceum.solver.terms.ground import NOWHERE, Starts
from lyceum.solver.terms.rooms import room_closed


@dataclass(frozen=True)
class Before:
    """Where everything was."""

    starts: Starts
    rooms: Mapping[int, str]
    forced: frozenset[int]
    """Lessons that were placed and cannot stay, whatever else happens, at their time or in their room."""

    def hours(self, model: Model, index: int) -> range:
        return range(self.starts[index], self.starts[index] + model.ground.durations[index])


def count_moved(model: Model, before: Before) -> Total:
    """Lessons elsewhere than before, or nowhere; never more than there are in the end.

    A lesson that comes into rooms that were full makes somebody leave one of these, be it for another room alone.
    """
    total = Total(constant=len(before.forced))
    moved: dict[int, Literal] = {}
    for index, literals in model.places.starts.items():
        start = before.starts[index]
        if start == NOWHERE or index in before.forced:
            continue
        if start not in literals:
            total.constant += 1
            continue
        # Positive literals alone: a solver that ends before it knows anything says 0, which is then no lie.
        moved[index] = model.places.model.new_bool_var("")
        model.places.model.add_bool_or([moved[index], literals[start]])
    _count_crowded_out(model, before, moved)
    for literal in moved.values():
        total.add_literal(literal)
    return total


def _count_crowded_out(model: Model, before: Before, moved: dict[int, Literal]) -> None:
    """Who comes into a set of rooms takes one that was empty, or one that somebody left. Adds those who may leave."""
    closed, hours = room_closed(model.ground.problem), range(model.ground.problem.grid.size)
    wanted: dict[frozenset[str], list[int]] = {}
    for index, choice in enumerate(model.choices):
        if choice.needed:
            wanted.setdefault(frozenset(choice.rooms), []).append(index)
    inside: dict[int, list[int]] = {slot: [] for slot in hours}
    for index, room in before.rooms.items():
        if before.starts[index] != NOWHERE and index not in before.forced and room in closed:
            for slot in before.hours(model, index):
                inside[slot].append(index)
    for rooms in sets_of_rooms(wanted):
        lessons = [index for each, indices in wanted.items() if each <= rooms for index in indices]
        if any(index not in model.places.settled for index in lessons):
            for slot in hours:
                there = [index for index in inside[slot] if before.rooms[index] in rooms]
                empty = sum(slot not in closed[room] for room in rooms if room in closed) - len(there)
                _crowd_out(model, moved, before.forced, (lessons, there, slot, empty))


def _crowd_out(
    model: Model,
    moved: dict[int, Literal],
    forced: Collection[int],
    case: tuple[Collection[int], Collection[int], int, int],
) -> None:
    lessons, there, slot, empty = case
    new = sum_of(model.places.covering(index, slot) for index in lessons if index not in there)
    if new.most <= empty or not new.literals:
        return
    for index in there:
        if index in model.places.fixed and index not in moved and index not in forced:
            moved[index] = model.places.model.new_bool_var("")
    leaving = [moved[index] for index in there if index in moved]
    # Of who is there and not among these it is counted already that they leave.
    gone = sum(index not in moved for index in there)
    at_most(model.places, Total().add(new).add(Total(leaving, [-1] * len(leaving))), empty + gone)
