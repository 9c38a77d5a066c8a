"""Numbers with what made them, as every door shows them."""

from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from lyceum.core import clock
from lyceum.domains.assessment.books import Book, Learner, due_of
from lyceum.domains.assessment.calculation.cells import judge_cell
from lyceum.domains.assessment.calculation.rounding import round_once
from lyceum.domains.assessment.calculation.trace import CategoryTrace, CellTrace, Total, TotalTrace
from lyceum.domains.assessment.words import TOTALS, plain, say_category, say_cell, say_dropped, say_total


def four(value: Fraction | None) -> Decimal | None:
    """An exact value to four places, for reading."""
    return None if value is None else round_once(value, "half_up", 4)


def total_shape(book: Book, student: UUID, kind: Total, *, explain: bool) -> dict[str, Any]:
    """A learner's total."""
    trace = book.total(student, kind)
    return {
        "kind": kind.value,
        "label": str(TOTALS[kind]),
        "percent": trace.rounded,
        "band": trace.band.label if trace.band else None,
        "explanation": explanation_shape(book, trace) if explain else None,
    }


def explanation_shape(book: Book, trace: TotalTrace) -> dict[str, Any]:
    """Everything that made a total."""
    return {
        "rule": say_total(trace),
        "policy_id": book.row.policy_id,
        "policy_version": book.row.policy.version,
        "is_pooled": trace.is_pooled,
        "weight_sum": trace.weight_sum,
        "exact": four(trace.exact),
        "rounding": trace.policy.rounding,
        "places": trace.policy.places,
        "categories": [_category(each, trace) for each in trace.categories],
        "as_of": clock.now(),
    }


def _category(trace: CategoryTrace, total: TotalTrace) -> dict[str, Any]:
    return {
        "category_id": trace.category.key,
        "title": trace.category.title,
        "weight": trace.category.weight,
        "percent": four(trace.percent),
        "earned": four(trace.earned),
        "possible": four(trace.possible),
        "why": trace.why.value,
        "says": say_category(trace, total.policy.total_method),
        "dropped": say_dropped(trace.dropped),
        "cells": [cell_trace_shape(each, total.policy.attempts, total.policy.late_interval) for each in trace.cells],
    }


def cell_trace_shape(trace: CellTrace, attempts: str, interval: str) -> dict[str, Any]:
    """What a cell gave, and why."""
    return {
        "column_id": trace.column.key,
        "title": trace.column.title,
        "state": trace.state.value,
        "points": trace.column.points,
        "percent": four(trace.percent),
        "earned": four(trace.earned),
        "is_counted": trace.is_counted,
        "why": trace.why.value,
        "says": say_cell(trace, attempts=attempts, interval=interval),
        "attempts": [
            {
                "number": each.number,
                "score": plain(each.score),
                "percent": four(each.percent),
                "late_minutes": each.late_minutes,
                "intervals": each.intervals,
                "deduction": four(each.deduction),
                "result": four(each.result),
                "is_chosen": each.is_chosen,
            }
            for each in trace.attempts
        ],
    }


def list_marks(book: Book, student: UUID) -> list[dict[str, Any]]:
    """Each column with what the student has there."""
    policy = book.values.policy
    rows = {row.pk: row for row in book.columns}
    found = []
    for category in book.values.categories:
        for column in category.columns:
            row, known = rows[column.key], book.cell(column.key, student)
            trace = judge_cell(column, known.value, policy, Total.CURRENT)
            found.append(
                {
                    "column_id": column.key,
                    "title": column.title,
                    "category": category.title,
                    "points": column.points,
                    "due_at": due_of(row),
                    "state": known.state.value,
                    "score": known.score,
                    "percent": four(trace.percent),
                    "says": say_cell(trace, attempts=policy.attempts, interval=policy.late_interval),
                    "assignment_id": row.source_id,
                }
            )
    return found


def learner_shape(book: Book, learner: Learner, *, explain: bool) -> dict[str, Any]:
    """A learner with both totals."""
    student = learner.student
    return {
        "student_id": student.pk,
        "name": student.person.called,
        "joined_on": learner.joined_on,
        "left_on": learner.left_on,
        "current": total_shape(book, student.pk, Total.CURRENT, explain=explain),
        "final": total_shape(book, student.pk, Total.FINAL, explain=explain),
    }
