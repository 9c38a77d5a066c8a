"""The model of a problem, whole or around some lessons that may move, and what solving it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from lyceum.solver import rules
from lyceum.solver.cpsat.days import demand_days
from lyceum.solver.cpsat.demands import MUST, SCALE, Demands
from lyceum.solver.cpsat.lessons import demand_lessons
from lyceum.solver.cpsat.places import Places
from lyceum.solver.cpsat.room_capacity import RoomLiterals, at_most, choose_rooms, hold_capacity
from lyceum.solver.cpsat.totals import Total
from lyceum.solver.terms.days import DAY_KINDS
from lyceum.solver.terms.ground import NOWHERE, Ground, Starts, Term
from lyceum.solver.terms.people import Person
from lyceum.solver.terms.rooms import RoomChoice, room_choices, room_closed


@dataclass(frozen=True)
class Wishes:
    """What kind of model is wanted."""

    soft: bool = True
    """Rules below weight 100 count."""
    may_be_unplaced: bool = False
    """A lesson may stay out, at the price of ten broken rules."""
    unfinished: bool = False
    """What a lesson that stays out breaks by that alone does not count."""
    soften: bool = False
    """Rules that must hold may be broken, at the price of `demands.MUST` a violation."""
    rooms: bool = False
    """Each lesson's room is chosen, not only their number held to."""


@dataclass(frozen=True)
class Model:
    ground: Ground
    places: Places
    demands: Demands
    rooms: RoomLiterals
    choices: tuple[RoomChoice, ...]


def build_model(
    ground: Ground,
    wishes: Wishes | None = None,
    *,
    current: Starts | None = None,
    free: Collection[int] | None = None,
    may_leave: bool = False,
) -> Model:
    """Of the whole problem, or (`free`) of these lessons alone, the others staying where `current` has them.

    A lesson that stays out in `current` and is not free takes no part. `may_leave`: the others may leave instead of
    staying, for nowhere; that is easier than anything they can do, so what it costs is a bound. What lessons that are
    not free do to each other in `current` is taken to be right.
    """
    wishes = wishes or Wishes()
    everything = range(len(ground.durations))
    moving = frozenset(everything if free is None else free)
    settled = frozenset(everything) - moving
    places = _places(ground, wishes, moving, current or [], may_leave=may_leave)
    demands = Demands(places, soften=wishes.soften, soft=wishes.soft, loose=may_leave or wishes.unfinished)
    choices = room_choices(ground.problem)
    _hold_clashes(places, all_placed=not (wishes.may_be_unplaced or wishes.soften or settled))
    for term in _terms(ground, moving, whole=not settled):
        if demands.wants(term):
            demand_term(demands, term)
    _part_buildings(places, choices)
    closed = room_closed(ground.problem)
    chosen: RoomLiterals = {}
    if wishes.rooms:
        chosen = choose_rooms(demands, choices, closed)
    else:
        hold_capacity(places, choices, closed)
    if wishes.may_be_unplaced:
        for literal in places.unplaced.values():
            demands.objective.add_literal(literal, 10 * MUST)
    return Model(ground, places, demands, chosen, choices)


def _places(ground: Ground, wishes: Wishes, moving: frozenset[int], current: Starts, *, may_leave: bool) -> Places:
    settled = frozenset(range(len(ground.durations))) - moving
    if may_leave:
        domains: list[Sequence[int]] = list(ground.starts)
        for index in settled:
            domains[index] = (current[index],) if current[index] != NOWHERE else ()
        return Places(ground, domains, fixed={}, settled=settled, may_be_unplaced=settled)
    fixed = {index: current[index] for index in settled}
    unplaced = moving if wishes.may_be_unplaced else frozenset[int]()
    return Places(ground, _domains(ground, fixed, moving), fixed=fixed, settled=settled, may_be_unplaced=unplaced)


def demand_term(demands: Demands, term: Term) -> None:
    if isinstance(term.rule, DAY_KINDS):
        demand_days(demands, term)
    else:
        demand_lessons(demands, term)


def _terms(ground: Ground, moving: frozenset[int], *, whole: bool) -> Sequence[Term]:
    if whole:
        return ground.terms
    return tuple(dict.fromkeys(term for index in sorted(moving) for term in ground.terms_of[index]))


def _domains(ground: Ground, fixed: Mapping[int, int], free: frozenset[int]) -> list[Sequence[int]]:
    """Starts of the free lessons at which nobody who comes is in a lesson that stays."""
    if not fixed:
        return list(ground.starts)
    taken: dict[Person, int] = {}
    for index in free:
        for person in ground.people_of[index]:
            if person not in taken:
                taken[person] = _taken(ground, person, fixed)
    domains: list[Sequence[int]] = [()] * len(ground.durations)
    for index in free:
        busy = 0
        for person in ground.people_of[index]:
            busy |= taken[person]
        length = (1 << ground.durations[index]) - 1
        domains[index] = [slot for slot in ground.starts[index] if not busy >> slot & length]
    return domains


def _taken(ground: Ground, person: Person, fixed: Mapping[int, int]) -> int:
    mask = 0
    for index in person.members:
        start = fixed.get(index, NOWHERE)
        if start != NOWHERE:
            mask |= ((1 << ground.durations[index]) - 1) << start
    return mask


def _hold_clashes(places: Places, *, all_placed: bool) -> None:
    """Nobody is in two lessons at once; who has as many hours as there are open slots is always in one."""
    ground, settled = places.ground, places.settled
    slots = range(ground.problem.grid.size)
    for members in ground.clashes:
        if all(index in settled for index in members):
            continue
        for slot in slots:
            at_most(places, places.busy(members, slot), 1)
    if not all_placed:
        return
    full = {person.members: person for person in ground.people if _is_full(ground, person)}
    for members, person in full.items():
        for slot in slots:
            if slot not in person.closed:
                total = places.busy(members, slot)
                if total.literals and not total.constant:
                    places.model.add_bool_or(total.literals)


def _is_full(ground: Ground, person: Person) -> bool:
    return sum(ground.durations[index] for index in person.members) == ground.problem.grid.size - len(person.closed)


def _part_buildings(places: Places, choices: tuple[RoomChoice, ...]) -> None:
    """Time to walk between lessons whose rooms are all in one building, and in another."""
    ground = places.ground
    walks = [rule for rule in ground.problem.rules if isinstance(rule, rules.MinGapsBetweenBuildings) and rule.is_hard]
    if not walks:
        return
    from lyceum.solver.cpsat.walking import part_buildings  # Rare: most schools have one building.

    part_buildings(places, walks, choices)


# ── Solving ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Answer:
    starts: Starts | None
    """None where nothing was found in time, or nothing exists."""
    rooms: Mapping[int, str]
    """Where the model chose them."""
    is_proven: bool
    """The starts are the best there are; without starts: there are none."""
    cost: float
    bound: float


def hint(model: Model, starts: Starts) -> None:
    places = model.places
    for index, literals in places.starts.items():
        for slot, literal in literals.items():
            places.model.add_hint(literal, int(starts[index] == slot))


def minimize(model: Model) -> None:
    objective: Total = model.demands.objective
    if objective.literals:
        model.places.model.minimize(objective.expression())


def solver_for(seconds: float, *, seed: int, workers: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers
    return solver


def read_answer(model: Model, solver: cp_model.CpSolver, status: cp_model.CpSolverStatus) -> Answer:
    """Costs are of what the model counts: around free lessons, what touches them."""
    constant = model.demands.objective.constant
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        is_proven = status == cp_model.INFEASIBLE
        return Answer(None, {}, is_proven, float("inf"), float("inf") if is_proven else 0.0)
    places = model.places
    starts = [places.fixed.get(index, NOWHERE) for index in range(len(model.ground.durations))]
    for index, literals in places.starts.items():
        starts[index] = next((slot for slot, literal in literals.items() if solver.boolean_value(literal)), NOWHERE)
    rooms = {
        index: name
        for index, literals_of in model.rooms.items()
        for name, literal in literals_of.items()
        if solver.boolean_value(literal)
    }
    has_objective = bool(model.demands.objective.literals)
    value = solver.objective_value if has_objective else 0.0
    bound = solver.best_objective_bound if has_objective else 0.0
    return Answer(starts, rooms, status == cp_model.OPTIMAL, (value + constant) / SCALE, (bound + constant) / SCALE)


def solve_model(model: Model, seconds: float, *, seed: int = 0, workers: int = 2) -> Answer:
    minimize(model)
    solver = solver_for(seconds, seed=seed, workers=workers)
    return read_answer(model, solver, solver.solve(model.places.model))
