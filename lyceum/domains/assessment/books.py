"""Gradebooks as they are counted and shown: read in a fixed number of statements, however large and however many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from lyceum.core import clock
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.assessment.calculation.totals import count_total
from lyceum.domains.assessment.calculation.trace import Total, TotalTrace
from lyceum.domains.assessment.calculation.values import (
    AttemptValue,
    BandValue,
    BookValues,
    CategoryValue,
    CellValue,
    ColumnValue,
    PolicyValues,
    State,
)
from lyceum.domains.assessment.lateness import after_extension, counted_minutes
from lyceum.domains.assessment.models import Band, Category, Cell, Column, Gradebook, GradingPolicy
from lyceum.domains.learning.assignment_attempts import MarkedAttempt, Work, read_work
from lyceum.domains.learning.models import Assignment
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import time_zone, today


@dataclass(frozen=True)
class Learner:
    """Somebody who is or was in the class during the term."""

    student: Student
    joined_on: date
    left_on: date | None
    """The last day, of who left before the class or the term ended."""


@dataclass(frozen=True)
class KnownCell:
    """What is known of one learner in one column."""

    value: CellValue
    score: Decimal | None = None
    """In points, as it was typed or as the newest attempt was marked; before anything is taken away."""
    version: int = 0
    late_minutes: int = 0
    extended_due_at: datetime | None = None
    entered_by: UUID | None = None
    entered_at: datetime | None = None
    submission_id: UUID | None = None
    """Of an assignment: where it is marked."""
    is_held_back: bool = False
    """Marked, and not for the family to know yet."""

    @property
    def state(self) -> State:
        """Empty, scored, missing …"""
        return self.value.state


EMPTY = KnownCell(CellValue())


@dataclass(frozen=True)
class Book:
    """A gradebook with everything that is counted in it."""

    row: Gradebook
    values: BookValues
    categories: Sequence[Category]
    columns: Sequence[Column]
    """In the order of their categories."""
    learners: Sequence[Learner]
    """By name."""
    cells: Mapping[tuple[UUID, UUID], KnownCell] = field(default_factory=dict)
    """By column and student."""
    _counted: dict[tuple[UUID, Total], TotalTrace] = field(default_factory=dict, repr=False, compare=False)

    def cell(self, column: UUID, student: UUID) -> KnownCell:
        """What is known there."""
        return self.cells.get((column, student), EMPTY)

    def total(self, student: UUID, kind: Total) -> TotalTrace:
        """A learner's total with everything that made it."""
        key = (student, kind)
        if key not in self._counted:
            cells = {column.pk: self.cell(column.pk, student).value for column in self.columns}
            self._counted[key] = count_total(self.values, cells, kind)
        return self._counted[key]

    def learner(self, student: UUID) -> Learner | None:
        """The learner, where they belong here."""
        return next((each for each in self.learners if each.student.pk == student), None)


def read_books(
    rows: Sequence[Gradebook], *, student: UUID | None = None, kept_from: Q | None = None, for_family: bool = False
) -> list[Book]:
    """Gradebooks with all learners or one of them. For a family: without what is hidden or held back.

    Six statements. `kept_from`: a filter on ClassMembership of learners who are left out.
    """
    keys = [row.pk for row in rows]
    categories = list(Category.objects.filter(gradebook__in=keys).order_by("position", "pk"))
    columns = _read_columns(keys, for_family)
    members = _read_members(rows, student, kept_from)
    cells = Cell.objects.filter(column__gradebook__in=keys)
    sources = {column.source_id for column in columns if column.source_id}
    if student is not None:
        cells = cells.filter(student=student)
    typed = {(cell.column_id, cell.student_id): cell for cell in cells}
    works = read_work(sources, students=None if student is None else [student]) if sources else []
    done = {(work.assignment_id, work.student_id): work for work in works}
    bands = _read_bands(row.policy for row in rows)
    found = []
    for row in rows:
        own_categories = [each for each in categories if each.gradebook_id == row.pk]
        order = {each.pk: n for n, each in enumerate(own_categories)}
        own = [each for each in columns if each.gradebook_id == row.pk]
        own.sort(key=lambda each: order[each.category_id])
        policy = policy_values(row.policy, bands.get(row.policy.scale_id, ()))
        learners = _learners(row, members)
        known = {}
        for column in own:
            for learner in learners:
                key = (column.pk, learner.student.pk)
                work = done.get((column.source_id, learner.student.pk)) if column.source_id else None
                known[key] = _known(column, learner, typed.get(key), work, policy, for_family)
        values = BookValues(tuple(_category(each, own) for each in own_categories), policy)
        found.append(Book(row, values, own_categories, own, learners, known))
    return found


def policy_values(row: GradingPolicy, bands: Iterable[BandValue]) -> PolicyValues:
    """A policy as the calculation takes it."""
    names = [name for name in PolicyValues.__dataclass_fields__ if name != "bands"]
    return PolicyValues(**{name: getattr(row, name) for name in names}, bands=tuple(bands))


def due_of(column: Column) -> datetime | None:
    """When a column is due."""
    return column.source.due_at if column.source is not None else column.due_at


def _read_columns(books: Sequence[UUID], for_family: bool) -> list[Column]:
    rows = Column.objects.filter(gradebook__in=books).select_related("source").order_by("pk")
    if for_family:
        rows = rows.exclude(shown=Column.Visibility.HIDDEN).exclude(source__status=Assignment.Status.DRAFT)
    return list(rows)


def _read_members(rows: Sequence[Gradebook], student: UUID | None, kept_from: Q | None) -> list[ClassMembership]:
    members = ClassMembership.objects.filter(
        school_class__in={row.school_class_id for row in rows}, student__deleted_at__isnull=True
    )
    if student is not None:
        members = members.filter(student=student)
    if kept_from is not None:
        members = members.exclude(kept_from)
    return list(
        members.select_related("student__person").order_by("student__person__sort_name", "student", "starts_on")
    )


def _read_bands(policies: Iterable[GradingPolicy]) -> dict[UUID | None, list[BandValue]]:
    found: dict[UUID | None, list[BandValue]] = {}
    scales = {policy.scale_id for policy in policies if policy.scale_id}
    for band in Band.objects.filter(scale__in=scales).order_by("-min_percent") if scales else ():
        found.setdefault(band.scale_id, []).append(BandValue(band.label, band.min_percent, band.is_pass))
    return found


def _learners(row: Gradebook, members: Sequence[ClassMembership]) -> list[Learner]:
    """Those whose membership touches the term, as far as it has come; who came twice came the first time."""
    term, day = row.term, today()
    latest = max(min(day, term.ends), term.starts)
    found: dict[UUID, Learner] = {}
    for each in members:
        if each.school_class_id != row.school_class_id or each.starts_on > latest:
            continue
        if each.ends_on is not None and each.ends_on < term.starts:
            continue
        ended = each.ends_on
        left = ended if ended is not None and ended < min(day, term.ends, row.school_class.ends) else None
        before = found.get(each.student_id)
        found[each.student_id] = Learner(each.student, before.joined_on if before else each.starts_on, left)
    return list(found.values())


def _category(row: Category, columns: Sequence[Column]) -> CategoryValue:
    return CategoryValue(
        key=row.pk,
        title=row.title,
        columns=tuple(_column(each) for each in columns if each.category_id == row.pk),
        weight=row.weight,
        drop_lowest=row.drop_lowest,
        drop_highest=row.drop_highest,
        is_extra_credit=row.is_extra_credit,
    )


def _column(row: Column) -> ColumnValue:
    return ColumnValue(
        key=row.pk,
        title=row.title,
        points=row.points,
        due_at=due_of(row),
        counts=row.counts,
        is_extra_credit=row.is_extra_credit,
        never_drop=row.never_drop,
    )


def _known(
    column: Column, learner: Learner, typed: Cell | None, work: Work | None, policy: PolicyValues, for_family: bool
) -> KnownCell:
    found = _of_work(column, work, policy, for_family) if column.source_id else _typed(column, typed, policy)
    nothing = found.state is State.EMPTY or (column.source_id and found.state is State.MISSING)
    if nothing and policy.exempts_late_joiners and _joined_after(learner, due_of(column)):
        return KnownCell(
            CellValue(State.EXEMPT), version=found.version, extended_due_at=found.extended_due_at,
            submission_id=found.submission_id,
        )  # fmt: skip
    return found


def _joined_after(learner: Learner, due_at: datetime | None) -> bool:
    return due_at is not None and learner.joined_on > clock.local(due_at, time_zone()).date()


def _typed(column: Column, cell: Cell | None, policy: PolicyValues) -> KnownCell:
    if cell is None:
        return EMPTY
    attempts: tuple[AttemptValue, ...] = ()
    if cell.score is not None:
        late = after_extension(column.due_at, cell.late_minutes, cell.extended_due_at)
        begins = cell.extended_due_at or column.due_at
        if begins is not None:
            late = counted_minutes(begins, late, policy.late_interval)
        attempts = (AttemptValue(cell.score, late),)
    return KnownCell(
        CellValue(State(cell.state), attempts),
        score=cell.score,
        version=cell.version,
        late_minutes=cell.late_minutes,
        extended_due_at=cell.extended_due_at,
        entered_by=cell.entered_by,
        entered_at=cell.entered_at,
    )


def _of_work(column: Column, work: Work | None, policy: PolicyValues, for_family: bool) -> KnownCell:
    if work is None or work.is_void:
        return EMPTY
    seen = [each for each in work.attempts if each.is_let_out or not for_family]
    marked = bool(seen) and not work.is_excused
    if work.is_excused:
        state = State.EXCUSED
    elif seen:
        state = State.SCORED
    elif work.is_handed_in:
        state = State.SUBMITTED
    else:
        state = State.MISSING if work.is_missing else State.EMPTY
    attempts = tuple(_attempt(each, column, policy) for each in seen) if marked else ()
    return KnownCell(
        CellValue(state, attempts),
        score=attempts[-1].score if attempts else None,
        late_minutes=seen[-1].late_minutes if seen else 0,
        extended_due_at=work.extended_due_at,
        submission_id=work.submission_id,
        is_held_back=any(not each.is_let_out for each in work.attempts) and not for_family,
    )


def _attempt(attempt: MarkedAttempt, column: Column, policy: PolicyValues) -> AttemptValue:
    """Scaled: grade × points ÷ 100."""
    late = attempt.late_minutes
    if attempt.submitted_at is not None:
        due = attempt.submitted_at - timedelta(minutes=late)
        late = counted_minutes(due, late, policy.late_interval)
    return AttemptValue(attempt.grade * column.points / 100, late, attempt.number)
