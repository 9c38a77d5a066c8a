"""GraphQL door of assessment: a gradebook with everybody in it, a student's marks, saving cells."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import strawberry
from strawberry.scalars import JSON

from lyceum.core.graphql import Info, Payload, Problem, act, problem_of, row_id, shown_as
from lyceum.core.instants import given_instant
from lyceum.domains.assessment.books import Book, Learner, due_of
from lyceum.domains.assessment.calculation.trace import Total
from lyceum.domains.assessment.calculation.values import State
from lyceum.domains.assessment.models import Column
from lyceum.domains.assessment.queries import read_grid, read_student_marks
from lyceum.domains.assessment.rules.cells import CellAnswer, GivenCell, save_cells
from lyceum.domains.assessment.shapes import explanation_shape, list_marks
from lyceum.domains.assessment.words import TOTALS


@strawberry.type(description="One of the two totals, with its name.")
class MarkTotal:
    book: strawberry.Private[Book]
    student: strawberry.Private[UUID]
    kind: str

    @strawberry.field
    def label(self) -> str:
        """Current or final, in words."""
        return str(TOTALS[Total(self.kind)])

    @strawberry.field
    def percent(self) -> Decimal | None:
        """Rounded once, as it is printed; null where nothing counts."""
        return self.book.total(self.student, Total(self.kind)).rounded

    @strawberry.field
    def band(self) -> str | None:
        """What the scale calls it."""
        band = self.book.total(self.student, Total(self.kind)).band
        return band.label if band else None

    @strawberry.field
    def explanation(self) -> JSON:
        """Everything that made it, as over REST with `?explain=1`."""
        shape = explanation_shape(self.book, self.book.total(self.student, Total(self.kind)))
        return JSON(msgspec.to_builtins(shape, enc_hook=str, str_keys=True))


@strawberry.type(description="What is known of one learner in one column.")
class MarkCell:
    column_id: strawberry.ID
    student_id: strawberry.ID
    state: str
    score: Decimal | None
    late_minutes: int
    extended_due_at: datetime | None
    version: int
    is_held_back: bool


@strawberry.type(description="Something that is marked.")
class MarkColumn:
    id: strawberry.ID
    category_id: strawberry.ID
    title: str
    points: Decimal
    max_score: Decimal
    due_at: datetime | None
    kind: str
    source_id: strawberry.ID | None


@strawberry.type(description="Somebody who is or was in the class.")
class MarkLearner:
    student_id: strawberry.ID
    name: str
    joined_on: date
    left_on: date | None
    current: MarkTotal
    final: MarkTotal
    cells: list[MarkCell]


@strawberry.type(description="A class's gradebook for a term, with everybody in it.")
class Gradebook:
    id: strawberry.ID
    class_id: strawberry.ID
    class_name: str
    term_id: strawberry.ID
    term_name: str
    policy_id: strawberry.ID
    columns: list[MarkColumn]
    learners: list[MarkLearner]


@strawberry.type(description="One mark of a student: what was given, and what counts of it.")
class StudentMark:
    column_id: strawberry.ID
    title: str
    category: str
    points: Decimal
    due_at: datetime | None
    state: str
    score: Decimal | None
    percent: Decimal | None
    says: str


@strawberry.type(description="A class's gradebook, as far as it is about one student.")
class StudentGradebook:
    gradebook_id: strawberry.ID
    class_id: strawberry.ID
    class_name: str
    term_id: strawberry.ID
    term_name: str
    current: MarkTotal
    final: MarkTotal
    marks: list[StudentMark]


@strawberry.input(description="One cell. `value` is what a person types; or `state` and `score`.")
class CellInput:
    column_id: strawberry.ID
    student_id: strawberry.ID
    value: str | None = strawberry.UNSET
    state: str | None = strawberry.UNSET
    score: Decimal | None = strawberry.UNSET
    late_minutes: int | None = strawberry.UNSET
    extended_due_at: datetime | None = strawberry.UNSET
    version: int | None = None


@strawberry.input(description="At most 500 cells; with `atomic` all or nothing.")
class SaveCellsInput:
    gradebook_id: strawberry.ID
    cells: list[CellInput]
    atomic: bool = False
    reason: str = ""


@strawberry.type(description="What became of one cell, and what it is now.")
class SavedCell:
    cell: MarkCell
    outcome: str
    problem: Problem | None


@strawberry.type
class SaveCellsPayload(Payload):
    cells: list[SavedCell] = strawberry.field(default_factory=list)


@strawberry.type
class Query:
    @strawberry.field
    def gradebook(self, info: Info, id: strawberry.ID) -> Gradebook:
        """A gradebook that the caller reads at work."""
        return _gradebook(read_grid(row_id(id), actor=info.context.actor))

    @shown_as(list[StudentGradebook])
    def student_marks(self, info: Info, student_id: strawberry.ID) -> Any:
        """A student's marks of this year, as far as the caller may know of them."""
        found = read_student_marks(row_id(student_id), actor=info.context.actor)
        return [_of_student(book, found.student.pk) for book in found.books]


@strawberry.type
class Mutation:
    @act
    def save_cells(self, info: Info, input: SaveCellsInput) -> SaveCellsPayload:
        """Write cells, each saved or refused by itself."""
        saved = save_cells(
            row_id(input.gradebook_id),
            cells=[_given(each) for each in input.cells],
            atomic=input.atomic,
            reason=input.reason,
            actor=info.context.actor,
        )
        return SaveCellsPayload(cells=[_saved(each) for each in saved.answers])


def _given(cell: CellInput) -> GivenCell:
    names = ("value", "state", "score", "late_minutes", "extended_due_at")
    values = {name: getattr(cell, name) for name in names if getattr(cell, name) is not strawberry.UNSET}
    if values.get("extended_due_at") is not None:
        values["extended_due_at"] = given_instant(values["extended_due_at"], "/extended_due_at")
    return GivenCell(row_id(cell.column_id), row_id(cell.student_id), values, cell.version)


def _saved(answer: CellAnswer) -> SavedCell:
    problem = problem_of(answer.error) if answer.error else None
    cell = _cell_of(answer.known, answer.column, answer.student)
    return SavedCell(cell=cell, outcome=answer.outcome, problem=problem)


def _id(key: object) -> strawberry.ID:
    return strawberry.ID(str(key))


def _cell_of(known: Any, column: UUID, student: UUID) -> MarkCell:
    return MarkCell(
        column_id=_id(column),
        student_id=_id(student),
        state=known.state.value,
        score=known.score,
        late_minutes=known.late_minutes,
        extended_due_at=known.extended_due_at,
        version=known.version,
        is_held_back=known.is_held_back,
    )


def _total(book: Book, student: UUID, kind: Total) -> MarkTotal:
    return MarkTotal(book=book, student=student, kind=kind.value)


def _gradebook(book: Book) -> Gradebook:
    row = book.row
    return Gradebook(
        id=_id(row.pk),
        class_id=_id(row.school_class_id),
        class_name=row.school_class.name,
        term_id=_id(row.term_id),
        term_name=row.term.name,
        policy_id=_id(row.policy_id),
        columns=[_column(each) for each in book.columns],
        learners=[_learner(book, each) for each in book.learners],
    )


def _column(row: Column) -> MarkColumn:
    return MarkColumn(
        id=_id(row.pk),
        category_id=_id(row.category_id),
        title=row.title,
        points=row.points,
        max_score=row.max_score,
        due_at=due_of(row),
        kind=row.kind,
        source_id=_id(row.source_id) if row.source_id else None,
    )


def _learner(book: Book, learner: Learner) -> MarkLearner:
    student = learner.student.pk
    known = [(column.pk, book.cell(column.pk, student)) for column in book.columns]
    return MarkLearner(
        student_id=_id(student),
        name=learner.student.person.called,
        joined_on=learner.joined_on,
        left_on=learner.left_on,
        current=_total(book, student, Total.CURRENT),
        final=_total(book, student, Total.FINAL),
        cells=[_cell_of(each, column, student) for column, each in known if each.state is not State.EMPTY],
    )


def _of_student(book: Book, student: UUID) -> StudentGradebook:
    row = book.row
    names = ("title", "category", "points", "due_at", "state", "score", "percent", "says")
    return StudentGradebook(
        gradebook_id=_id(row.pk),
        class_id=_id(row.school_class_id),
        class_name=row.school_class.name,
        term_id=_id(row.term_id),
        term_name=row.term.name,
        current=_total(book, student, Total.CURRENT),
        final=_total(book, student, Total.FINAL),
        marks=[
            StudentMark(column_id=_id(each["column_id"]), **{name: each[name] for name in names})
            for each in list_marks(book, student)
        ],
    )
