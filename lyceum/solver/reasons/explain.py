"""Why a problem has no timetable, in the time given."""

import time
from collections.abc import Callable
from dataclasses import replace

from lyceum.solver import rules
from lyceum.solver.cpsat.model import Wishes, build_model, solve_model
from lyceum.solver.problem import Problem
from lyceum.solver.reasons.conflicts import Part, find_conflict, units_needed
from lyceum.solver.reasons.counts import count_all
from lyceum.solver.reasons.saying import Conflict, Reasons, Relaxation, Verdict
from lyceum.solver.rules import Rule
from lyceum.solver.solution import Violation
from lyceum.solver.terms.counting import broken
from lyceum.solver.terms.ground import NOWHERE, Ground, take_apart

IsPossible = Callable[[Problem, float], bool | None]
"""Whether a problem has a timetable; None where that did not show in so many seconds."""


def explain(problem: Problem, *, seconds: float = 30.0, is_possible: IsPossible | None = None) -> Reasons:
    """Counts, else the fewest contradicting rules with the one to relax; where nothing is proven, what is in the way.

    `is_possible` may be a faster search than the model's own.
    """
    started = time.monotonic()
    until = started + seconds
    ground = take_apart(problem)
    ask = is_possible or is_possible_by_model
    counts = count_all(ground)
    if counts:
        relaxation = _relax_counted(problem, [at for each in counts for at in each.rules], ask, until)
        return Reasons(Verdict.IMPOSSIBLE, counts, relaxation=relaxation, seconds=time.monotonic() - started)
    found = find_conflict(ground, started + seconds * 0.7)
    if found is not None:
        part, conflict = found
        relaxation = _relax(part, conflict, ask, until)
        return Reasons(Verdict.IMPOSSIBLE, (), conflict, relaxation, seconds=time.monotonic() - started)
    return _in_the_way(ground, until, started)


def is_possible_by_model(problem: Problem, seconds: float) -> bool | None:
    ground = take_apart(problem)
    if not all(ground.starts):
        return False
    answer = solve_model(build_model(ground, Wishes(soft=False)), seconds)
    if answer.starts is not None:
        return True
    return False if answer.is_proven else None


# ── What to relax ─────────────────────────────────────────────────────────────────────────────────────────────

EASY = (
    rules.PreferredStarts,
    rules.PreferredSlots,
    rules.PreferredRooms,
    rules.MinDaysBetween,
    rules.MaxGapsPerWeek,
    rules.MaxGapsPerDay,
    rules.MaxDays,
    rules.MinHoursDaily,
    rules.MaxHoursDaily,
)
"""Wishes rather than facts, easier ones first. Who is away, and when there are breaks, comes last."""


def _ease(rule: Rule) -> int:
    if isinstance(rule, rules.NotAvailable | rules.RoomNotAvailable):
        return len(EASY) + 1 + (getattr(rule, "who", rule) is None)
    return next((at for at, kind in enumerate(EASY) if isinstance(rule, kind)), len(EASY))


def _relax(part: Part, conflict: Conflict, ask: IsPossible, until: float) -> Relaxation | None:
    """The rule that has to give way least; verified where the whole is found possible without it."""
    needed: list[tuple[int, int, int]] = []
    for at in conflict.rules:
        left = until - time.monotonic()
        units = units_needed(part, conflict, at, min(2.0, left)) if left > 0 else None
        needed.append((units if units else 1_000, _ease(part.problem.rules[at]), at))
    first: Relaxation | None = None
    for units, _, at in sorted(needed):
        left = until - time.monotonic()
        answer = ask(_without(part.problem, at), max(0.5, left / 2)) if left > 0 else None
        this = Relaxation(at, part.problem.rules[at].ref, units if units < 1_000 else 0, answer is True)
        if this.is_verified:
            return this
        if answer is None and first is None:
            first = this
    return first


def _relax_counted(problem: Problem, at: list[int], ask: IsPossible, until: float) -> Relaxation | None:
    """One of the counted rules without which nothing is counted any more."""
    first: Relaxation | None = None
    for index in sorted(dict.fromkeys(at), key=lambda each: (_ease(problem.rules[each]), each)):
        smaller = _without(problem, index)
        if count_all(take_apart(smaller)):
            continue
        left = until - time.monotonic()
        answer = ask(smaller, max(0.5, left / 2)) if left > 0 else None
        this = Relaxation(index, problem.rules[index].ref, 0, answer is True)
        if this.is_verified:
            return this
        first = first or this
    return first


def _without(problem: Problem, at: int) -> Problem:
    return replace(problem, rules=(*problem.rules[:at], *problem.rules[at + 1 :]))


# ── Where nothing is proven ───────────────────────────────────────────────────────────────────────────────────


def _in_the_way(ground: Ground, until: float, started: float) -> Reasons:
    wishes = Wishes(soft=False, may_be_unplaced=True, soften=True)
    answer = solve_model(build_model(ground, wishes), max(1.0, until - time.monotonic()))
    starts = answer.starts or [NOWHERE] * len(ground.durations)
    activities = ground.problem.activities
    unplaced = tuple(each.name for index, each in enumerate(activities) if starts[index] == NOWHERE)
    violations: dict[int, Violation] = {}
    for term, units in broken(ground, starts):
        known = violations.get(term.rule_index)
        violations[term.rule_index] = Violation(
            type(term.rule).__name__,
            term.rule.ref,
            tuple(activities[index].name for index in term.activities)[:20],
            units + (known.units if known else 0),
            term.rule.weight,
            "" if term.person is None or known else ", ".join(term.person.names),
        )
    most = tuple(sorted(violations.values(), key=lambda each: -each.units))
    is_possible = answer.starts is not None and not most and not unplaced
    verdict = Verdict.POSSIBLE if is_possible else Verdict.UNKNOWN
    return Reasons(verdict, most_violated=most, unplaced=unplaced, seconds=time.monotonic() - started)
