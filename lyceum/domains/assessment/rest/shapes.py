"""Numbers as REST shows them, each with what made it where that is asked for."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from lyceum.core import clock
from lyceum.domains.assessment.books import Book
from lyceum.domains.assessment.calculation.rounding import round_once
from lyceum.domains.assessment.calculation.trace import CategoryTrace, CellTrace, Total, TotalTrace
from lyceum.domains.assessment.words import TOTALS, plain, say_category, say_cell, say_dropped, say_total


class AttemptTraceOut(Schema):
    """One attempt, with what lateness took away."""

    number: int
    score: Decimal
    percent: Decimal
    late_minutes: int
    intervals: int
    deduction: Decimal = Field(description="Percentage points.")
    result: Decimal
    is_chosen: bool


class CellTraceOut(Schema):
    """What a cell gave to its category."""

    column_id: UUID
    title: str
    state: str
    points: Decimal
    percent: Decimal | None
    earned: Decimal
    is_counted: bool
    why: str
    says: str
    attempts: list[AttemptTraceOut]


class CategoryTraceOut(Schema):
    """What a category came to."""

    category_id: UUID
    title: str
    weight: Decimal | None
    percent: Decimal | None
    earned: Decimal
    possible: Decimal
    why: str
    says: str
    dropped: str = Field(description="What was dropped, in words; empty where nothing was.")
    cells: list[CellTraceOut]


class ExplanationOut(Schema):
    """Everything that made a number. It comes out of the calculation itself."""

    rule: str
    policy_id: UUID
    policy_version: int
    is_pooled: bool
    weight_sum: Decimal
    exact: Decimal | None = Field(description="Before rounding, to four places.")
    rounding: str
    places: int
    categories: list[CategoryTraceOut]
    as_of: datetime


class TotalOut(Schema):
    """One of the two totals, with its name."""

    kind: str
    label: str
    percent: Decimal | None = Field(description="Rounded once, as it is printed; null where nothing counts.")
    band: str | None
    explanation: ExplanationOut | None = Field(None, description="With `?explain=1`.")


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
