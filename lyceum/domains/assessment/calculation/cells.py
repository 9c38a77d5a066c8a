"""What one cell counts: lateness is taken off each attempt, then one attempt is chosen."""

from dataclasses import replace
from fractions import Fraction

from lyceum.domains.assessment.calculation.trace import AttemptTrace, CellTrace, Total, Why
from lyceum.domains.assessment.calculation.values import AttemptValue, CellValue, ColumnValue, PolicyValues, State

MINUTES = {"hour": 60, "day": 24 * 60, "school_day": 24 * 60}
_LEFT_OUT = {State.EXCUSED: Why.EXCUSED, State.EXEMPT: Why.EXEMPT}


def judge_attempt(attempt: AttemptValue, column: ColumnValue, policy: PolicyValues) -> AttemptTrace:
    """An attempt with what lateness takes away: never below the floor, and the floor raises nothing."""
    percent = 100 * Fraction(attempt.score) / Fraction(column.points)
    is_late = attempt.late_minutes > policy.late_grace_minutes
    intervals = -(-attempt.late_minutes // MINUTES[policy.late_interval]) if is_late else 0
    room = max(Fraction(0), percent - Fraction(policy.late_floor))
    deduction = min(Fraction(policy.late_rate) * intervals, room)
    return AttemptTrace(
        number=attempt.number,
        score=attempt.score,
        percent=percent,
        late_minutes=attempt.late_minutes,
        intervals=intervals,
        deduction=deduction,
        result=percent - deduction,
        is_chosen=False,
    )


def judge_attempts(cell: CellValue, column: ColumnValue, policy: PolicyValues) -> tuple[AttemptTrace, ...]:
    """Every attempt, those chosen by the policy marked so."""
    judged = sorted((judge_attempt(each, column, policy) for each in cell.attempts), key=lambda each: each.number)
    if not judged:
        return ()
    chosen = {
        "first": [judged[0]],
        "latest": [judged[-1]],
        "best": [max(judged, key=lambda each: (each.result, -each.number))],
        "average": judged,
    }[policy.attempts]
    return tuple(replace(each, is_chosen=each in chosen) for each in judged)


def judge_cell(column: ColumnValue, cell: CellValue, policy: PolicyValues, kind: Total) -> CellTrace:
    """What a cell gives to one of the totals, and why."""
    attempts = judge_attempts(cell, column, policy) if cell.state is State.SCORED else ()
    why, percent = _count(cell, attempts, policy, kind)
    if not column.counts:
        why, percent = Why.DOES_NOT_COUNT, None
    return CellTrace(column=column, state=cell.state, why=why, attempts=attempts, percent=percent)


def chosen_percent(attempts: tuple[AttemptTrace, ...]) -> Fraction | None:
    """The percent of the attempts that were chosen."""
    chosen = [each.result for each in attempts if each.is_chosen]
    return sum(chosen, Fraction(0)) / len(chosen) if chosen else None


def _count(
    cell: CellValue, attempts: tuple[AttemptTrace, ...], policy: PolicyValues, kind: Total
) -> tuple[Why, Fraction | None]:
    percent = chosen_percent(attempts)
    if percent is not None:
        return Why.SCORED, percent
    if cell.state in _LEFT_OUT:
        return _LEFT_OUT[cell.state], None
    if cell.state is State.ABSENT:
        return (Why.ABSENT_AS_ZERO, Fraction(0)) if policy.absent == "zero" else (Why.ABSENT_LEFT_OUT, None)
    if cell.state is State.MISSING and policy.missing_percent is not None:
        return Why.MISSING_AS_PERCENT, Fraction(policy.missing_percent)
    return (Why.NOTHING_YET_AS_ZERO, Fraction(0)) if kind is Total.FINAL else (Why.NOTHING_YET, None)
