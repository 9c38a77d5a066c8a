"""Writing marks: many cells at once, each saved or refused by itself; or all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.domains.accounts.models import User
from lyceum.domains.assessment.books import Book, KnownCell
from lyceum.domains.assessment.calculation.values import State
from lyceum.domains.assessment.facts import CellsSaved
from lyceum.domains.assessment.models import Cell, Column
from lyceum.domains.assessment.queries import read_whole
from lyceum.domains.assessment.rules.access import gradebook_for_edit
from lyceum.domains.assessment.rules.refusals import (
    CellChangedError,
    CellOfAssignmentError,
    CellsRefusedError,
    LearnerLeftError,
    ScoreOutOfRangeError,
    TooManyPlacesError,
    UnreadableValueError,
)
from lyceum.domains.assessment.rules.wording import CENT, choice, one_of
from lyceum.domains.assessment.typed import TypedCell, UnreadableCellError, read_typed
from lyceum.domains.assessment.words import SIGNS, plain
from lyceum.domains.journal.rules import Target, record

MOST_CELLS, MOST_LATE_MINUTES = 500, 1_000_000


@dataclass(frozen=True)
class GivenCell:
    """What somebody says about one cell; what is left out stays."""

    column: UUID
    student: UUID
    values: Mapping[str, Any]
    """`value` as it is typed; or `state` and `score`; `late_minutes`, `extended_due_at`."""
    version: int | None = None
    """Of the cell as it was read, 0 where it was empty: an old one is refused. None: whatever is there."""


@dataclass(frozen=True)
class CellAnswer:
    """What became of one cell."""

    column: UUID
    student: UUID
    known: KnownCell
    """As it is now."""
    error: RuleError | None = None
    is_changed: bool = False

    @property
    def outcome(self) -> str:
        """saved, unchanged or refused."""
        if self.error is not None:
            return "refused"
        return "saved" if self.is_changed else "unchanged"


@dataclass(frozen=True)
class Saved:
    """What became of all cells, in the order in which they were given."""

    book: Book
    """As it is now."""
    answers: list[CellAnswer]


@dataclass
class _Writing:
    """What is being written."""

    book: Book
    actor: Actor
    at: datetime
    columns: Mapping[UUID, Column]
    rows: Mapping[tuple[UUID, UUID], Cell]
    new: dict[tuple[UUID, UUID], Cell] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)


@transaction.atomic
def save_cells(
    gradebook_id: UUID, *, cells: Sequence[GivenCell], atomic: bool = False, reason: str = "", actor: Actor
) -> Saved:
    """Write cells of a gradebook: one statement for all of them and one for the record.

    A refused cell keeps nothing of the others from being saved, unless `atomic`: then all are refused.
    """
    row = gradebook_for_edit(gradebook_id, reason=reason, actor=actor)
    _check_number(cells)
    book = read_whole(row, actor=actor)
    columns = {column.pk: column for column in book.columns}
    rows = {(c.column_id, c.student_id): c for c in Cell.objects.filter(column__in={each.column for each in cells})}
    writing = _Writing(book, actor, clock.now(), columns, rows)
    refused = {n: error for n, given in enumerate(cells) if (error := _take(writing, given)) is not None}
    refused = _with_names(refused)
    if refused and atomic:
        raise CellsRefusedError(
            _("Nothing was saved: %(n)s of %(all)s cells are refused.") % {"n": len(refused), "all": len(cells)},
            cells=[_refusal(cells[n], error) for n, error in refused.items()],
        )
    if writing.new:
        _write(writing, row.pk, Target.of(row), reason)
        book = read_whole(row, actor=actor)
    return Saved(
        book,
        [
            CellAnswer(
                given.column,
                given.student,
                book.cell(given.column, given.student),
                refused.get(n),
                (given.column, given.student) in writing.new and n not in refused,
            )
            for n, given in enumerate(cells)
        ],
    )


def _check_number(cells: Sequence[GivenCell]) -> None:
    if not 1 <= len(cells) <= MOST_CELLS:
        raise invalid_field("/cells", "range", _("Give from 1 to %(n)s cells.") % {"n": MOST_CELLS})
    keys = [(each.column, each.student) for each in cells]
    if len(set(keys)) < len(keys):
        raise invalid_field("/cells", "twice", _("Name each cell once."))


def _write(writing: _Writing, gradebook: UUID, target: Target, reason: str) -> None:
    fields = ["state", "score", "late_minutes", "extended_due_at", "entered_by", "entered_at", "version", "updated_at"]
    Cell.objects.bulk_create(
        writing.new.values(),
        update_conflicts=True,
        unique_fields=["school", "column", "student"],
        update_fields=fields,
    )
    fact = CellsSaved(
        gradebook=gradebook,
        columns=sorted({column for column, _student in writing.new}),
        students=sorted({student for _column, student in writing.new}),
    )
    record(
        "assessment.cells.save",
        target=target,
        changes=writing.changes,
        reason=reason,
        facts=[fact],
        actor=writing.actor,
    )


def _take(writing: _Writing, given: GivenCell) -> RuleError | None:
    """Prepare one cell to be written; or say why not."""
    try:
        _prepare(writing, given)
    except RuleError as error:
        return error
    return None


def _prepare(writing: _Writing, given: GivenCell) -> None:
    column, learner = writing.columns.get(given.column), writing.book.learner(given.student)
    if column is None or learner is None:
        raise NotFoundError
    known = writing.book.cell(column.pk, given.student)
    if column.source_id:
        link = (
            f"/submissions/{known.submission_id}/mark/" if known.submission_id else f"/assignments/{column.source_id}/"
        )
        raise CellOfAssignmentError(_("This is marked with the assignment %(name)s.") % {"name": column}, href=link)
    if learner.left_on is not None:
        raise LearnerLeftError(_("Left the class: what is there is kept, and nothing more is written."))
    row = writing.rows.get((column.pk, given.student)) or Cell(column=column, student_id=given.student, version=0)
    wanted = _wanted(column, given, writing)
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return
    if given.version is not None and given.version != row.version:
        raise _changed(row, wanted)
    before = written(State(row.state), row.score)
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version += 1
    row.entered_by, row.entered_at, row.updated_at = writing.actor.id, writing.at, writing.at
    key = (column.pk, given.student)
    writing.new[key] = row
    writing.changes[f"{column.pk}/{given.student}"] = [before, written(State(row.state), row.score)]


def written(state: State, score: Decimal | None) -> str:
    """A cell as it would be typed."""
    return plain(score) if state is State.SCORED else SIGNS[state]


def _wanted(column: Column, given: GivenCell, writing: _Writing) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    values = given.values
    typed = _typed(column, values, writing)
    if typed is not None:
        wanted |= {"state": typed.state.value, "score": _checked(typed.score, column)}
    if values.get("late_minutes") is not None:
        late = values["late_minutes"]
        if not 0 <= late <= MOST_LATE_MINUTES:
            message = _("Give a number from %(least)s to %(most)s.") % {"least": 0, "most": MOST_LATE_MINUTES}
            raise invalid_field("/late_minutes", "range", message)
        wanted["late_minutes"] = late
    if "extended_due_at" in values:
        wanted["extended_due_at"] = _extension(values["extended_due_at"], column)
    return wanted


def _typed(column: Column, values: Mapping[str, Any], writing: _Writing) -> TypedCell | None:
    if values.get("state") is not None:
        state, score = State(choice(values, "state", [each.value for each in State])), values.get("score")
        if (state is State.SCORED) != (score is not None):
            message = _("A score goes with the state scored, and with no other.")
            raise one_of(UnreadableValueError, "/score", message)
        return TypedCell(state, score)
    if values.get("score") is not None:
        return TypedCell(State.SCORED, values["score"])
    text = values.get("value") or ""
    try:
        return read_typed(text, points=column.points, bands=writing.book.values.policy.bands)
    except UnreadableCellError:
        message = _("“%(text)s” is no mark: give points, a percent, a band, EX, M, AB, or - to clear.")
        raise one_of(UnreadableValueError, "/value", message % {"text": text[:40]}) from None


def _extension(until: datetime | None, column: Column) -> datetime | None:
    if until is not None and (column.due_at is None or until < column.due_at):
        message = _("More time is until after the column's due date; without one there is nothing to extend.")
        raise invalid_field("/extended_due_at", "due", message)
    return until


def _checked(score: Decimal | None, column: Column) -> Decimal | None:
    if score is None:
        return None
    if not score.is_finite() or score < 0:
        message = _("Give a number from %(least)s to %(most)s.") % {"least": 0, "most": plain(column.max_score)}
        raise one_of(ScoreOutOfRangeError, "/score", message)
    if score > column.max_score:
        message = _("%(score)s is more than %(most)s for %(column)s.")
        said = message % {"score": plain(score), "most": plain(column.max_score), "column": column}
        raise one_of(ScoreOutOfRangeError, "/score", said)
    if score != score.quantize(CENT):
        raise one_of(TooManyPlacesError, "/score", _("Give two decimals at most."))
    return score.quantize(CENT)


def _changed(row: Cell, wanted: Mapping[str, Any]) -> CellChangedError:
    yours = written(State(wanted.get("state", row.state)), wanted.get("score", row.score))
    return CellChangedError(
        _("Somebody else changed this since you read it. Choose one."),
        version=row.version,
        theirs=written(State(row.state), row.score),
        yours=yours,
        who=str(row.entered_by or ""),
        when=row.entered_at.isoformat() if row.entered_at else "",
    )


def _with_names(refused: dict[int, RuleError]) -> dict[int, RuleError]:
    """The same, with the names of those who changed a cell meanwhile: one statement, and only where somebody did."""
    changed = [error for error in refused.values() if isinstance(error, CellChangedError)]
    ids = {error.extra["who"] for error in changed if error.extra["who"]}
    names = (
        {str(pk): name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "full_name")} if ids else {}
    )
    for error in changed:
        error.extra["who"] = names.get(error.extra["who"], "")
    return refused


def _refusal(given: GivenCell, error: RuleError) -> dict[str, Any]:
    return {
        "column_id": str(given.column),
        "student_id": str(given.student),
        "code": error.code,
        "detail": error.detail,
        **error.extra,
    }
