"""The cells of a gradebook over REST: read with the totals, written many at once."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.rest import Instant, Strict, actor_of, left_out
from lyceum.domains.assessment.books import Book, KnownCell
from lyceum.domains.assessment.queries import read_grid, spread_of
from lyceum.domains.assessment.rest.router import router
from lyceum.domains.assessment.rest.shapes import MarkTotalOut
from lyceum.domains.assessment.rules.cells import CellAnswer, GivenCell, save_cells
from lyceum.domains.assessment.shapes import four, learner_shape

States = Literal["empty", "submitted", "scored", "missing", "excused", "exempt", "absent"]
_CELLS = "gradebooks/{uuid:gradebook_id}/cells/"


class Explain(Strict):
    """How much is said."""

    explain: bool = Field(False, description="Whether each total comes with everything that made it.")


class CellsWay(Strict):
    """How they are saved."""

    atomic: bool = Field(False, description="All or nothing; otherwise each by itself.")


class CellOut(Schema):
    """What is known of one learner in one column."""

    column_id: UUID
    student_id: UUID
    state: str
    score: Decimal | None = Field(description="In points, before anything is taken away for lateness.")
    late_minutes: int
    extended_due_at: datetime | None
    version: int = Field(description="To be given back with a change; 0 where nothing was ever typed.")
    submission_id: UUID | None = Field(description="Of an assignment: where it is marked.")
    is_held_back: bool


class LearnerTotalsOut(Schema):
    """Somebody who is or was in the class, with both totals."""

    student_id: UUID
    name: str
    joined_on: date
    left_on: date | None
    current: MarkTotalOut
    final: MarkTotalOut


class ColumnSpreadOut(Schema):
    """How a column came out, among those who are in the class now."""

    column_id: UUID
    title: str
    count: int
    mean: Decimal | None
    median: Decimal | None


class GridOut(Schema):
    """A gradebook with everybody in it. Cells of which nothing is known are left out."""

    cells: list[CellOut]
    learners: list[LearnerTotalsOut]
    columns: list[ColumnSpreadOut]


class CellIn(Strict):
    """One cell. `value` is what a person types; or `state` and `score`. What is left out stays."""

    column_id: UUID
    student_id: UUID
    value: str = Field(default_factory=left_out, max_length=40, description="7.5, 7,5, 80 %, a band, EX, M, AB, -")
    state: States = Field(default_factory=left_out)
    score: Decimal = Field(default_factory=left_out)
    late_minutes: int = Field(default_factory=left_out, ge=0, le=1_000_000)
    extended_due_at: Instant | None = None
    version: int | None = Field(None, ge=0, description="As it was read. Left out: whatever is there.")


class CellsIn(Strict):
    """At most 500 cells."""

    cells: list[CellIn] = Field(min_length=1, max_length=500)
    reason: str = Field("", max_length=500, description="Needed from who does not teach the class.")


class CellAnswerOut(CellOut):
    """What became of one cell, and what it is now."""

    outcome: Literal["saved", "unchanged", "refused"]
    code: str | None
    detail: str | None
    theirs: str | None = Field(None, description="Of `cell_changed`: what somebody else typed.")
    yours: str | None = None
    who: str | None = None
    when: str | None = None
    href: str | None = Field(None, description="Of `cell_of_assignment`: where it is marked.")


class CellAnswersOut(Schema):
    """The cells in the order in which they were given."""

    cells: list[CellAnswerOut]


@router.get(_CELLS, response=GridOut, operation_id="getCells")
def cells(request: HttpRequest, gradebook_id: UUID, chosen: Query[Explain]) -> dict[str, Any]:
    """Everything that is known in a gradebook, with everybody's current and final total."""
    book = read_grid(gradebook_id, actor=actor_of(request))
    return {
        "cells": [_cell(column, student, known) for (column, student), known in book.cells.items() if _says(known)],
        "learners": [learner_shape(book, each, explain=chosen.explain) for each in book.learners],
        "columns": [_spread(book, each) for each in book.columns],
    }


@router.put(_CELLS, response=CellAnswersOut, operation_id="saveCells")
def save(request: HttpRequest, gradebook_id: UUID, body: CellsIn, chosen: Query[CellsWay]) -> dict[str, Any]:
    """Write cells. Each is saved or refused by itself; a refusal of the only one is that of the call."""
    given = [given_cell(each.dict(exclude_unset=True)) for each in body.cells]
    saved = save_cells(gradebook_id, cells=given, atomic=chosen.atomic, reason=body.reason, actor=actor_of(request))
    if len(saved.answers) == 1 and saved.answers[0].error:
        raise saved.answers[0].error
    return {"cells": [_answer(each) for each in saved.answers]}


def given_cell(values: dict[str, Any]) -> GivenCell:
    """One cell of a body as the rule takes it."""
    return GivenCell(values.pop("column_id"), values.pop("student_id"), values, values.pop("version", None))


def _says(known: KnownCell) -> bool:
    return bool(known.version or known.submission_id or known.state != "empty")


def _cell(column: UUID, student: UUID, known: KnownCell) -> dict[str, Any]:
    return {
        "column_id": column,
        "student_id": student,
        "state": known.state.value,
        "score": known.score,
        "late_minutes": known.late_minutes,
        "extended_due_at": known.extended_due_at,
        "version": known.version,
        "submission_id": known.submission_id,
        "is_held_back": known.is_held_back,
    }


def _spread(book: Book, column: Any) -> dict[str, Any]:
    found = spread_of(book, column.pk)
    return {
        "column_id": column.pk,
        "title": column.title,
        "count": found.count,
        "mean": four(found.mean),
        "median": four(found.median),
    }


def _answer(answer: CellAnswer) -> dict[str, Any]:
    error = answer.error
    return {
        **_cell(answer.column, answer.student, answer.known),
        "outcome": answer.outcome,
        "code": error.code if error else None,
        "detail": error.detail if error else None,
        **{name: error.extra.get(name) if error else None for name in ("theirs", "yours", "who", "when", "href")},
    }
