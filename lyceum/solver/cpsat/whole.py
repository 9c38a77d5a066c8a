"""The whole problem in one model: a timetable, and the proof that none costs less or that none exists."""

from collections.abc import Callable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from lyceum.solver.cpsat.model import Answer, Model, Wishes, build_model, hint, minimize, read_answer, solver_for
from lyceum.solver.cpsat.rooms import assign_rooms
from lyceum.solver.solution import Placement, Timetable
from lyceum.solver.terms.ground import Ground, Starts

GoesOn = Callable[[], bool]
Found = Callable[[Starts], None]


@dataclass(frozen=True)
class Whole:
    timetable: Timetable | None
    cost: float
    bound: float
    is_impossible: bool
    is_best: bool
    """Proven: no timetable costs less."""


class _Watching(cp_model.CpSolverSolutionCallback):
    """Ends the search when nobody waits any more, and hands on what was found."""

    def __init__(self, model: Model, found: Found | None) -> None:
        super().__init__()
        self._model, self._found = model, found

    def on_solution_callback(self) -> None:
        if self._found:
            places = self._model.places
            starts = [places.fixed.get(index, -1) for index in range(len(self._model.ground.durations))]
            for index, literals in places.starts.items():
                starts[index] = next((slot for slot, literal in literals.items() if self.boolean_value(literal)), -1)
            self._found(starts)


def solve_whole(
    ground: Ground,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 2,
    start_from: Starts | None = None,
    on_found: Found | None = None,
    on_start: Callable[[cp_model.CpSolver], None] | None = None,
) -> Whole:
    """Rooms in their number only; `on_start` is given the solver, whose `stop_search` ends it within a second."""
    model = build_model(ground, Wishes())
    if start_from is not None:
        hint(model, start_from)
    minimize(model)
    solver = solver_for(seconds, seed=seed, workers=workers)
    if on_start:
        on_start(solver)
    status = solver.solve(model.places.model, _Watching(model, on_found))
    answer = read_answer(model, solver, status)
    if answer.starts is None:
        return Whole(None, answer.cost, answer.bound, answer.is_proven, False)
    return _with_rooms(ground, answer, seed)


def _with_rooms(ground: Ground, answer: Answer, seed: int) -> Whole:
    assert answer.starts is not None
    rooms = assign_rooms(ground, answer.starts, seconds=5.0, seed=seed)
    timetable = {
        each.name: Placement(answer.starts[index], rooms.rooms.get(index))
        for index, each in enumerate(ground.problem.activities)
        if index not in rooms.without
    }
    # The bound counts no wishes about rooms: with them it holds, too, as they only add.
    is_best = answer.is_proven and not rooms.without and rooms.cost <= 0
    return Whole(timetable, answer.cost + rooms.cost, answer.bound, False, is_best)
