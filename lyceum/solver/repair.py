"""A timetable again, after the problem changed, with the fewest lessons elsewhere than before."""

import random
import time
from collections.abc import Collection, Mapping

from lyceum.solver.cpsat.model import Wishes, build_model, solve_model
from lyceum.solver.cpsat.rooms import RoomsFound, assign_rooms
from lyceum.solver.fewest_moves import LAST, FewestMoves, ring
from lyceum.solver.problem import Problem
from lyceum.solver.reasons.conflicts import part_of
from lyceum.solver.reasons.counts import count_all
from lyceum.solver.solution import Placement, Result, State, Timetable, Watch
from lyceum.solver.terms.counting import broken, cost
from lyceum.solver.terms.ground import NOWHERE, Ground, Starts, take_apart
from lyceum.solver.terms.rooms import room_choices, room_closed


def _unsettled(ground: Ground, before: Starts, before_rooms: Mapping[int, str]) -> tuple[set[int], set[int]]:
    """Lessons that cannot stay as they were; those, and the ones of whom some cannot."""
    closed, choices = room_closed(ground.problem), room_choices(ground.problem)
    forced = set()
    for index, start in enumerate(before):
        if start == NOWHERE:
            continue
        hours = range(start, start + ground.durations[index])
        room, choice = before_rooms.get(index), choices[index]
        is_shut = room is not None and (room not in choice.rooms or not closed[room].isdisjoint(hours))
        if start not in ground.starts[index] or (is_shut and (choice.needed or choice.rooms)):
            forced.add(index)
    touched = forced | {index for index, start in enumerate(before) if start == NOWHERE}
    for term, _ in broken(ground, before):
        touched |= set(term.activities)
    for person in ground.people:
        seen: dict[int, int] = {}
        for index in person.members:
            for slot in range(before[index], before[index] + ground.durations[index]) if before[index] >= 0 else ():
                if slot in seen:
                    touched |= {index, seen[slot]}
                seen[slot] = index
    return forced, touched


def repair(
    problem: Problem,
    before: Timetable,
    *,
    seconds: float = 15.0,
    seed: int = 0,
    workers: int = 2,
    watch: Watch | None = None,
) -> Result:
    """A timetable of the changed problem with the fewest lessons elsewhere (time or room) than `before` has them.

    `moved_at_least` is proven. Lessons that are new in the problem are placed and do not count as moved.
    """
    started = time.monotonic()
    ground = take_apart(problem)
    names = [each.name for each in problem.activities]
    starts = [before[name].start if name in before else NOWHERE for name in names]
    rooms = {index: room for index, name in enumerate(names) if name in before and (room := before[name].room)}
    forced, touched = _unsettled(ground, starts, rooms)
    # Rooms are chosen at the end, and moves that cost nothing improve on wishes: both want a little time.
    until = started + seconds * 0.85
    search = FewestMoves(ground, starts, frozenset(forced), until, seed, workers, watch, started, frozenset(touched))
    search.around = ring(ground, touched)
    search.chance = random.Random(seed)  # noqa: S311 – which lessons come first is no secret
    if not touched:
        search.best = starts
    search.is_impossible = bool(count_all(ground)) or _is_impossible_nearby(search, touched)
    search.run()
    return _answer(search, rooms, started + seconds)


def _is_impossible_nearby(search: FewestMoves, touched: Collection[int]) -> bool:
    """Whether somebody who comes to one of these lessons cannot even have their own lessons."""
    until = time.monotonic() + search.left / 6
    people = dict.fromkeys(person for index in sorted(touched) for person in search.ground.people_of[index])
    for person in people:
        left = until - time.monotonic()
        if left <= 0 or not search.goes_on():
            return False
        part = part_of(search.ground, person.members)
        if part.is_impossible(part.musts(), min(1.0, left)):
            return True
    return False


def _answer(search: FewestMoves, rooms: Mapping[int, str], until: float) -> Result:
    ground, starts = search.ground, search.best
    state = State.COMPLETE
    if search.is_impossible:
        state = State.IMPOSSIBLE
    starts = _leave_out(search) if starts is None else _please(search, starts, until)
    found = assign_rooms(ground, starts, before=rooms, seconds=LAST, seed=search.seed)
    timetable = {
        each.name: Placement(starts[index], found.rooms.get(index))
        for index, each in enumerate(ground.problem.activities)
        if starts[index] != NOWHERE and index not in found.without
    }
    unplaced = tuple(each.name for each in ground.problem.activities if each.name not in timetable)
    if unplaced and state is State.COMPLETE:
        state = State.PARTIAL
    return Result(
        state,
        timetable,
        cost(ground, starts) + found.cost,
        unplaced=unplaced,
        seconds=time.monotonic() - search.started,
        moved=_moved_names(search, starts, rooms, found),
        moved_at_least=None if search.is_impossible else search.at_least,
    )


def _moved_names(search: FewestMoves, starts: Starts, rooms: Mapping[int, str], found: RoomsFound) -> tuple[str, ...]:
    names = []
    for index, each in enumerate(search.ground.problem.activities):
        was, now = search.before[index], starts[index]
        has_other_room = index in rooms and found.rooms.get(index) != rooms[index]
        if was != NOWHERE and now != NOWHERE and (was != now or has_other_room):
            names.append(each.name)
    return tuple(names)


def _please(search: FewestMoves, starts: Starts, until: float) -> Starts:
    """The moved lessons alone may change places once more, for the sake of lighter rules."""
    left = 0.0 if not search.until else min(LAST, (until - time.monotonic()) / 2)
    moving = search.moved(starts) | {index for index, start in enumerate(search.before) if start == NOWHERE}
    if left < 0.2 or not moving or not any(not term.rule.is_hard for term in search.ground.terms):
        return starts
    model = build_model(search.ground, current=starts, free=moving)
    for index, literals in model.places.starts.items():
        for slot, literal in literals.items():
            model.places.model.add_hint(literal, int(slot == starts[index]))
    answer = solve_model(model, left, seed=search.seed, workers=search.workers)
    return answer.starts or starts


def _leave_out(search: FewestMoves) -> Starts:
    """As many of the lessons that cannot stay as fit while the others do."""
    free = search.touched
    current = [NOWHERE if index in free else start for index, start in enumerate(search.before)]
    wishes = Wishes(soft=False, may_be_unplaced=True)
    model = build_model(search.ground, wishes, current=current, free=free)
    answer = solve_model(model, LAST, seed=search.seed, workers=search.workers)
    return answer.starts or current
