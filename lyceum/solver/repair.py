"""A timetable again, after the problem changed, with the fewest lessons elsewhere than before."""

import random
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lyceum.solver.checker import check, hard, lasting
from lyceum.solver.cpsat.model import Wishes, build_model, solve_model
from lyceum.solver.cpsat.rooms import RoomsFound, assign_rooms
from lyceum.solver.fewest_moves import LAST, FewestMoves, ring
from lyceum.solver.problem import Problem
from lyceum.solver.reasons.conflicts import part_of
from lyceum.solver.reasons.counts import count_all
from lyceum.solver.scope import hold_others
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
    scope: Collection[str] | None = None,
    watch: Watch | None = None,
) -> Result:
    """A timetable of the changed problem with the fewest lessons elsewhere (time or room) than `before` has them.

    `moved_at_least` is proven. Lessons that are new in the problem are placed and do not count as moved. `scope`: only
    these may move; of the others who cannot stay is left out.
    """
    started = time.monotonic()
    problem = hold_others(problem, scope, before)
    ground = take_apart(problem)
    names = [each.name for each in problem.activities]
    starts = [before[name].start if name in before else NOWHERE for name in names]
    rooms = {index: room for index, name in enumerate(names) if name in before and (room := before[name].room)}
    forced, touched = _unsettled(ground, starts, rooms)
    # Rooms are chosen at the end, and moves that cost nothing improve on wishes: both want a little time.
    until = started + seconds * 0.85
    search = FewestMoves(
        ground, starts, frozenset(forced), until, seed, workers, watch, started, frozenset(touched), rooms
    )
    search.around = ring(ground, touched)
    search.chance = random.Random(seed)  # noqa: S311 – which lessons come first is no secret
    if not touched:
        search.best, search.best_moved = starts, search.elsewhere(starts)
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


@dataclass(frozen=True)
class _Placed:
    """Times, the rooms that go with them, and who is elsewhere than before."""

    starts: Starts
    found: RoomsFound
    moved: tuple[int, ...]


def _answer(search: FewestMoves, rooms: Mapping[int, str], until: float) -> Result:
    ground = search.ground
    if search.best is None:
        placed = _with_rooms(search, _leave_out(search), rooms, until)
    else:
        placed = _with_rooms(search, search.best, rooms, until)
        pleased = _please(search, placed.starts, until)
        if pleased != placed.starts:
            placed = min(_with_rooms(search, pleased, rooms, until), placed, key=_elsewhere)
    whole = {
        each.name: Placement(placed.starts[index], placed.found.rooms.get(index))
        for index, each in enumerate(ground.problem.activities)
        if placed.starts[index] != NOWHERE and index not in placed.found.without
    }
    moved = tuple(ground.problem.activities[index].name for index in placed.moved)
    timetable = take_out_what_breaks(ground.problem, whole, first=moved)
    unplaced = tuple(each.name for each in ground.problem.activities if each.name not in timetable)
    state = State.IMPOSSIBLE if search.is_impossible else State.PARTIAL if unplaced else State.COMPLETE
    return Result(
        state,
        timetable,
        cost(ground, placed.starts) + placed.found.cost,
        unplaced=unplaced,
        seconds=time.monotonic() - search.started,
        moved=tuple(name for name in moved if name in timetable),
        moved_at_least=None if search.is_impossible else search.at_least,
    )


def _elsewhere(placed: _Placed) -> tuple[int, int]:
    return len(placed.found.without), len(placed.moved)


def _with_rooms(search: FewestMoves, starts: Starts, rooms: Mapping[int, str], until: float) -> _Placed:
    seconds = max(LAST / 3, min(LAST, until - time.monotonic()))
    found = assign_rooms(search.ground, starts, before=rooms, seconds=seconds, seed=search.seed)
    moved = []
    for index, (was, now) in enumerate(zip(search.before, starts, strict=True)):
        has_other_room = index in rooms and found.rooms.get(index) != rooms[index]
        if was != NOWHERE and now != NOWHERE and (was != now or has_other_room):
            moved.append(index)
    return _Placed(starts, found, tuple(moved))


def take_out_what_breaks(problem: Problem, timetable: Timetable, *, first: Collection[str]) -> Timetable:
    """The timetable without lessons that break what must hold, by the checker, and that none to come could mend.

    `first`: lessons that go before others do; locked ones go last.
    """
    kept = dict(timetable)
    while True:
        broken = hard(lasting(problem, kept, check(problem, kept)))
        names = [name for each in broken for name in each.activities if name in kept]
        if not names:
            return kept
        del kept[min(names, key=lambda name: (name in problem.locks, name not in first))]


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
    wishes = Wishes(soft=False, may_be_unplaced=True, unfinished=True)
    model = build_model(search.ground, wishes, current=current, free=free)
    answer = solve_model(model, LAST, seed=search.seed, workers=search.workers)
    return answer.starts or current
