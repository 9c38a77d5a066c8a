"""The fewest lessons that have to move, and a timetable that moves no more.

Small models come first. One asks for a bound: some lessons may go anywhere, every other stays or vanishes, at the same
price; what vanished joins those that may go anywhere, until nothing vanishes: then the bound is a timetable. Another
looks for a timetable: the lessons around those that cannot stay may move, every other stays. Where that does not settle
it, the whole problem is asked for the fewest moves, by strategies that raise the bound and others that lower the count,
side by side. Where even that finds no timetable, ejection chains make one from what was, and lessons that moved are
brought back, some at a time.
"""

import random
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from lyceum.solver.cpsat.model import Model, Wishes, build_model, hint, read_answer, solver_for
from lyceum.solver.cpsat.moved import Before, count_moved
from lyceum.solver.cpsat.rooms import assign_rooms
from lyceum.solver.cpsat.totals import Total
from lyceum.solver.solution import Placement, Progress, State, Watch
from lyceum.solver.solving import solve
from lyceum.solver.terms.ground import NOWHERE, Ground, Starts


@dataclass
class FewestMoves:
    ground: Ground
    before: Starts
    forced: frozenset[int]
    """Lessons that were placed and cannot stay, whatever else happens, at their time or in their room."""
    until: float
    seed: int
    workers: int
    watch: Watch | None
    started: float
    touched: frozenset[int]
    """Lessons that cannot stay all together."""
    rooms: Mapping[int, str]
    """Before."""
    anywhere: set[int] = field(init=False)
    """Lessons that may go anywhere while the bound is looked for."""
    best: Starts | None = None
    best_moved: int = 0
    at_least: int = 0
    is_impossible: bool = False
    around: set[int] = field(default_factory=set)
    """Lessons that may move while a timetable is looked for."""
    chance: random.Random = field(default_factory=random.Random)
    has_tried_chains: bool = False
    gone: set[int] = field(default_factory=set)
    """Lessons that vanished when the bound was looked for last."""

    def __post_init__(self) -> None:
        nearby = ring(self.ground, self.touched)
        self.anywhere = nearby if len(nearby) <= NEARBY else set(self.touched)

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

    def elsewhere(self, starts: Starts) -> int:
        """As `moved`, with who is in another room; many where somebody finds none."""
        seconds = min(LAST / 3, max(0.3, self.left))
        found = assign_rooms(self.ground, starts, before=self.rooms, seconds=seconds, seed=self.seed)
        moved = self.moved(starts) | {index for index, room in self.rooms.items() if found.rooms.get(index) != room}
        return len(moved) + len(found.without) * len(starts)

    def _aim(self, model: Model, *, hinted: Starts | None = None) -> Total:
        """As few moves as possible, between what is proven and what is found. Answers what is counted.

        `hinted`: a timetable to begin from, so that as many moves as it has are allowed as well.
        """
        total = count_moved(model, Before(self.before, self.rooms, self.forced))
        if total.literals:
            model.places.model.minimize(total.expression())
            model.places.model.add(total.expression() >= self.at_least - total.constant)
            if self.best is not None:
                most = self.best_moved - (hinted is None)
                model.places.model.add(total.expression() <= most - total.constant)
        model.demands.objective = Total()
        hint(model, hinted or self.before)
        return total

    def _solver_for_bound(self, seconds: float) -> cp_model.CpSolver:
        """A tree of bounds over the relaxation proves in a second what the usual strategies do not in ten."""
        solver = solver_for(min(seconds, self.left), seed=self.seed, workers=1)
        solver.parameters.optimize_with_lb_tree_search = True
        solver.parameters.linearization_level = 2
        solver.parameters.cp_model_probing_level = 0  # takes longer than what it saves
        return solver

    def _solver_for_whole(self, seconds: float) -> cp_model.CpSolver:
        """The tree of bounds beside a search that follows the relaxation."""
        solver = self._solver_for_bound(seconds)
        if self.workers > 1:
            solver.parameters.optimize_with_lb_tree_search = False
            solver.parameters.linearization_level = 1
            solver.parameters.num_workers = self.workers
            solver.parameters.subsolvers.extend(["lb_tree_search", "max_lp"])
        return solver

    def _solve(
        self, model: Model, seconds: float, solver: cp_model.CpSolver | None = None
    ) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
        """In a thread, so that it ends soon when nobody waits any more."""
        solver = solver or solver_for(min(seconds, self.left), seed=self.seed, workers=self.workers)
        found: list[cp_model.CpSolverStatus] = []
        thread = threading.Thread(target=lambda: found.append(solver.solve(model.places.model)), daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(POLL)
            if thread.is_alive() and not self.is_awaited():
                self.until = 0.0
                solver.stop_search()
                thread.join()
        return solver, found[0]

    # ── The two searches ──────────────────────────────────────────────────────────────────────────────────────

    def raise_bound(self, seconds: float) -> None:
        model = build_model(self.ground, Wishes(soft=False), current=self.before, free=self.anywhere, may_leave=True)
        total = self._aim(model)
        solver, status = self._solve(model, seconds, self._solver_for_bound(seconds))
        if not self._note_bound(solver, status, total):
            return
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

    def _note_bound(self, solver: cp_model.CpSolver, status: cp_model.CpSolverStatus, total: Total) -> bool:
        """Whether there is a solution, for all that is known."""
        if status == cp_model.INFEASIBLE:
            if self.best is None:
                self.is_impossible = True
            else:
                self.at_least = self.best_moved
            return False
        if total.literals and status != cp_model.MODEL_INVALID:
            bound = round(solver.best_objective_bound + 0.4999) + total.constant
            if self.best is None or bound <= self.best_moved:
                self.at_least = max(self.at_least, min(bound, len(self.before)))
        return True

    def ask_whole(self, seconds: float) -> None:
        """All lessons in one model, which begins from the best timetable so far."""
        began = time.monotonic()
        model = build_model(self.ground, Wishes(soft=False))
        total = self._aim(model, hinted=self.best)
        left = seconds - (time.monotonic() - began)
        if left <= 0:
            return
        solver, status = self._solve(model, left, self._solver_for_whole(left))
        if not self._note_bound(solver, status, total):
            return
        answer = read_answer(model, solver, status)
        if answer.starts is not None:
            self._take(answer.starts)

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
            wider = free | self.anywhere | ring(self.ground, self.gone)
            self.around = wider if wider != free else ring(self.ground, free)

    def _take(self, starts: Starts) -> None:
        """Also where as many moved: there may be another way on from it."""
        count = self.elsewhere(starts)
        if self.best is None or count <= self.best_moved:
            self.best, self.best_moved = starts, count

    def goes_on(self) -> bool:
        if self.is_done or self.left <= 0:
            return False
        if not self.is_awaited():
            self.until = 0.0
            return False
        return True

    def is_awaited(self) -> bool:
        if self.watch is None:
            return True
        placed = sum(start != NOWHERE for start in self.best or ())
        seconds = time.monotonic() - self.started
        return self.watch(Progress(seconds, placed, float(self.best_moved), float(self.at_least)))

    def run(self) -> None:
        """Small models first, then by turns fewer moves around those there are, and the whole."""
        began = time.monotonic()
        while self.goes_on() and time.monotonic() - began < QUICK:
            self.raise_bound(max(1.0, self.left / 4))
        if self.goes_on() and self.best is None:
            self.look_for_timetable(max(1.0, self.left / 6))
        while self.goes_on():
            self._bring_all_back(self.left / 3)
            if self.goes_on() and len(self.before) <= WHOLE:
                self.ask_whole(max(self.left * 0.6, min(self.left, WORTHWHILE)))
            else:
                self.raise_bound(max(1.0, self.left / 3))
            if self.goes_on() and self.best is None:
                self._look_on()

    def _look_on(self) -> None:
        if self.has_tried_chains:
            self.look_for_timetable(max(1.0, self.left / 3))
        else:
            self.ask_chains(max(1.0, self.left / 2))

    def _bring_all_back(self, seconds: float) -> None:
        """Until nothing has come of it a few times."""
        until, in_vain = time.monotonic() + seconds, 0
        while self.best is not None and in_vain < TRIES and time.monotonic() < until and self.goes_on():
            moved = self.best_moved
            self.bring_back(self.best)
            in_vain = in_vain + 1 if self.best_moved == moved else 0

    def ask_chains(self, seconds: float) -> None:
        """Any timetable, from what was."""
        self.has_tried_chains = True
        problem = self.ground.problem
        count = len(problem.activities)
        names = [each.name for each in problem.activities]
        before = {name: Placement(self.before[at]) for at, name in enumerate(names) if self.before[at] != NOWHERE}
        found = solve(
            problem,
            seconds=min(seconds, self.left),
            seed=self.seed,
            workers=self.workers,
            hints=before,
            watch=lambda progress: progress.placed < count and self.goes_on(),
        )
        if found.state is State.COMPLETE:
            self._take([found.timetable[name].start for name in names])

    def _around(self, lessons: Collection[int]) -> set[int]:
        """With those of some of the people who come, who may move as well."""
        free = set(lessons)
        people = [person for index in sorted(free) for person in self.ground.people_of[index]]
        self.chance.shuffle(people)
        for person in people:
            if len(free) > MANY:
                break
            free.update(person.members)
        return free - set(self.ground.locked)

    def bring_back(self, best: Starts) -> None:
        """Some lessons that moved, and who is around them, are placed once more, as few elsewhere as can be."""
        moved = sorted(self.moved(best))
        free = self._around(moved if len(moved) <= FEW else self.chance.sample(moved, FEW))
        model = build_model(self.ground, Wishes(soft=False), current=best, free=free)
        total = Total()
        for index, literals in model.places.starts.items():
            start = self.before[index]
            if start in literals:
                total.add_literal(literals[start])
        if total.literals:
            model.places.model.maximize(total.expression())
        hint(model, best)
        solver, status = self._solve(model, STEP)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            starts = read_answer(model, solver, status).starts
            assert starts is not None
            self._take(starts)


FEW, MANY = 50, 110
"""Lessons that moved, and lessons in all, that are placed once more at a time."""

STEP = 2.0
"""Seconds, at most, for that."""

WORTHWHILE = 2.0
"""Seconds below which the whole is not asked again."""

TRIES = 6
"""So often in vain, and others have their turn."""

NEARBY = 250
"""Lessons that may go anywhere from the beginning, if these are all that are near."""

WHOLE = 1_200
"""Lessons of which one model of everything is asked."""

QUICK = 1.5
"""Seconds for which bounds are raised before the other search has its turn: small models say much."""

POLL = 0.5
"""Seconds between two looks whether anybody still waits."""

LAST = 3.0
"""Seconds, at most, for each of the things that end a repair, however early it ends."""


def ring(ground: Ground, lessons: Collection[int]) -> set[int]:
    """With all lessons of everybody who comes to them."""
    people = dict.fromkeys(person for index in lessons for person in ground.people_of[index])
    return {*lessons, *(index for person in people for index in person.members)}


def _siblings(ground: Ground, lessons: Collection[int]) -> set[int]:
    """Lessons of the same series that could take each other's place."""
    activities = ground.problem.activities
    series = {activities[index].series for index in lessons} - {""}
    return {index for index, each in enumerate(activities) if each.series in series and index not in ground.locked}
