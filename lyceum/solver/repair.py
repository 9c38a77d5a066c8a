"""A timetable again, after the problem changed, with the fewest lessons elsewhere than before.

Two searches take turns. One asks for a bound: some lessons may go anywhere, every other stays or vanishes, at the same
price; what vanished joins those that may go anywhere, until nothing vanishes: then the bound is a timetable. The other
looks for a timetable: the lessons around those that cannot stay may move, every other stays.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from lyceum.solver.cpsat.model import Model, Wishes, build_model, read_answer, solve_model, solver_for
from lyceum.solver.cpsat.rooms import RoomsFound, assign_rooms
from lyceum.solver.cpsat.totals import Total
from lyceum.solver.problem import Problem
from lyceum.solver.solution import Placement, Progress, Result, State, Timetable, Watch
from lyceum.solver.terms.counting import broken, cost
from lyceum.solver.terms.ground import NOWHERE, Ground, Starts, take_apart
from lyceum.solver.terms.rooms import room_choices, room_closed


@dataclass
class _Search:
    ground: Ground
    before: Starts
    forced: frozenset[int]
    """Lessons that were placed and cannot stay, whatever else happens, at their time or in their room."""
    until: float
    seed: int
    workers: int
    watch: Watch | None
    started: float
    anywhere: set[int] = field(default_factory=set)
    """Lessons that may go anywhere while the bound is looked for."""
    best: Starts | None = None
    best_moved: int = 0
    at_least: int = 0
    is_impossible: bool = False
    around: set[int] = field(default_factory=set)
    """Lessons that may move while a timetable is looked for."""
    gone: set[int] = field(default_factory=set)
    """Lessons that vanished when the bound was looked for last."""

    @property
    def left(self) -> float:
        return self.until - time.monotonic()

    @property
    def is_done(self) -> bool:
        return self.is_impossible or (self.best is not None and self.at_least >= self.best_moved)

    # ── What is counted ───────────────────────────────────────────────────────────────────────────────────────

    def moved(self, starts: Starts) -> set[int]:
        elsewhere = {
            index
            for index, start in enumerate(self.before)
            if start != NOWHERE and starts[index] not in (start, NOWHERE)
        }
        return elsewhere | self.forced

    def _count(self, model: Model) -> Total:
        """Lessons elsewhere than before, or nowhere."""
        total = Total(constant=len(self.forced))
        for index, literal in model.places.unplaced.items():
            if index not in self.forced:
                total.add_literal(literal)
        for index, literals in model.places.starts.items():
            start = self.before[index]
            if index in model.places.unplaced or start == NOWHERE or index in self.forced:
                continue
            if start in literals:
                moved = model.places.model.new_bool_var("")
                model.places.model.add(moved + literals[start] == 1)
                total.add_literal(moved)
            else:
                total.constant += 1
        return total

    def _aim(self, model: Model) -> Total:
        """As few moves as possible, between what is proven and what is found. Answers what is counted."""
        total = self._count(model)
        if total.literals:
            model.places.model.minimize(total.expression())
            model.places.model.add(total.expression() >= self.at_least - total.constant)
            if self.best is not None:
                model.places.model.add(total.expression() <= self.best_moved - 1 - total.constant)
        model.demands.objective = Total()
        for index, literals in model.places.starts.items():
            for slot, literal in literals.items():
                model.places.model.add_hint(literal, int(slot == self.before[index]))
        return total

    def _solve(self, model: Model, seconds: float) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
        solver = solver_for(min(seconds, self.left), seed=self.seed, workers=self.workers)
        return solver, solver.solve(model.places.model)

    # ── The two searches ──────────────────────────────────────────────────────────────────────────────────────

    def raise_bound(self) -> None:
        model = build_model(self.ground, Wishes(soft=False), current=self.before, free=self.anywhere, may_leave=True)
        total = self._aim(model)
        solver, status = self._solve(model, max(1.0, self.left / 3))
        if status == cp_model.INFEASIBLE:
            if self.best is None:
                self.is_impossible = True
            else:
                self.at_least = self.best_moved
            return
        if total.literals and status != cp_model.MODEL_INVALID:
            bound = round(solver.best_objective_bound + 0.4999) + total.constant
            self.at_least = max(self.at_least, min(bound, len(self.before)))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return
        gone = {index for index, literal in model.places.unplaced.items() if solver.boolean_value(literal)}
        if gone:
            self.gone = gone
            self.anywhere |= gone | _siblings(self.ground, gone)
        else:
            answer = read_answer(model, solver, status)
            assert answer.starts is not None
            self._take(answer.starts)
            if status == cp_model.OPTIMAL:
                self.at_least = self.best_moved

    def look_for_timetable(self, seconds: float) -> None:
        free = self.around | (self.moved(self.best) if self.best else set())
        model = build_model(self.ground, Wishes(soft=False), current=self.before, free=free)
        self._aim(model)
        solver, status = self._solve(model, seconds)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            answer = read_answer(model, solver, status)
            assert answer.starts is not None
            self._take(answer.starts)
        if status in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
            # All is known about these: look further around what made room last.
            wider = free | self.anywhere | _ring(self.ground, self.gone)
            self.around = wider if wider != free else _ring(self.ground, free)

    def _take(self, starts: Starts) -> None:
        count = len(self.moved(starts))
        if self.best is None or count < self.best_moved:
            self.best, self.best_moved = starts, count

    def goes_on(self) -> bool:
        if self.is_done or self.left <= 0:
            return False
        if self.watch is None:
            return True
        placed = sum(start != NOWHERE for start in self.best or ())
        return self.watch(
            Progress(time.monotonic() - self.started, placed, float(self.best_moved), float(self.at_least))
        )

    def run(self) -> None:
        """Bounds by turns: short at first, as a small model says much."""
        while self.goes_on():
            self.raise_bound()
            if self.goes_on():
                self.look_for_timetable(max(1.0, self.left / 3))


def _ring(ground: Ground, lessons: Collection[int]) -> set[int]:
    """With all lessons of everybody who comes to them."""
    people = dict.fromkeys(person for index in lessons for person in ground.people_of[index])
    return {*lessons, *(index for person in people for index in person.members)}


def _siblings(ground: Ground, lessons: Collection[int]) -> set[int]:
    """Lessons of the same series that could take each other's place."""
    activities = ground.problem.activities
    series = {activities[index].series for index in lessons} - {""}
    return {index for index, each in enumerate(activities) if each.series in series and index not in ground.locked}


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
    search = _Search(ground, starts, frozenset(forced), until, seed, workers, watch, started, touched)
    search.around = _ring(ground, touched)
    if not touched:
        search.best = starts
    search.run()
    return _answer(search, rooms, started + seconds)


def _answer(search: _Search, rooms: Mapping[int, str], until: float) -> Result:
    ground, starts = search.ground, search.best
    state = State.COMPLETE
    if search.is_impossible:
        state = State.IMPOSSIBLE
    starts = _leave_out(search) if starts is None else _please(search, starts, until)
    found = assign_rooms(ground, starts, before=rooms, seconds=max(1.0, until - time.monotonic()), seed=search.seed)
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


def _moved_names(search: _Search, starts: Starts, rooms: Mapping[int, str], found: RoomsFound) -> tuple[str, ...]:
    names = []
    for index, each in enumerate(search.ground.problem.activities):
        was, now = search.before[index], starts[index]
        has_other_room = index in rooms and found.rooms.get(index) != rooms[index]
        if was != NOWHERE and now != NOWHERE and (was != now or has_other_room):
            names.append(each.name)
    return tuple(names)


def _please(search: _Search, starts: Starts, until: float) -> Starts:
    """The moved lessons alone may change places once more, for the sake of lighter rules."""
    left = min(3.0, (until - time.monotonic()) / 2)
    moving = search.moved(starts) | {index for index, start in enumerate(search.before) if start == NOWHERE}
    if left < 0.2 or not moving or not any(not term.rule.is_hard for term in search.ground.terms):
        return starts
    model = build_model(search.ground, current=starts, free=moving)
    for index, literals in model.places.starts.items():
        for slot, literal in literals.items():
            model.places.model.add_hint(literal, int(slot == starts[index]))
    answer = solve_model(model, left, seed=search.seed, workers=search.workers)
    return answer.starts or starts


def _leave_out(search: _Search) -> Starts:
    """As many of the lessons as fit while the others stay."""
    free = search.anywhere or search.around
    current = [NOWHERE if index in free else start for index, start in enumerate(search.before)]
    wishes = Wishes(soft=False, may_be_unplaced=True)
    model = build_model(search.ground, wishes, current=current, free=free)
    answer = solve_model(model, max(1.0, search.left), seed=search.seed, workers=search.workers)
    return answer.starts or current
