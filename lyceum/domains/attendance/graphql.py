"""GraphQL door of attendance: registers, marks, numbers."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.connections import Found, Span, connection, elsewhere, find_page, find_pages, page_of_list
from lyceum.core.errors import NotFoundError
from lyceum.core.graphql import Group, Info, Node, grows, related, row_id, shown_as, through, together
from lyceum.core.instants import given_instant
from lyceum.core.permissions import Permission
from lyceum.domains.academics.batches import read_classes
from lyceum.domains.academics.models import Class as ClassRow
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.attendance import models, numbers
from lyceum.domains.attendance.batches import (
    LINE_ORDER,
    count_marks,
    list_class_registers,
    list_lines,
    read_known_marks,
)
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.queries import find_register, get_register, list_registers
from lyceum.domains.people.batches import read_students
from lyceum.domains.people.models import Student as StudentRow
from lyceum.domains.tenancy.queries import today

Day = date
Student, Class = elsewhere("Student", "people"), elsewhere("Class", "academics")
REGISTER_ORDER = ("due_at", "class_name", "pk")


@strawberry.type(description="A mark as it stands. `status` is P, L, A or E; null where neither fits.")
class Mark:
    id: strawberry.ID
    code: str = through("code.symbol")
    meaning: str = through("code.meaning")
    minutes_late: int | None
    time_in: time | None
    note: str
    version: int
    marked_by: strawberry.ID | None
    marked_at: datetime

    @strawberry.field
    def status(self, mark: strawberry.Parent[models.Mark]) -> str | None:
        """P, L, A or E."""
        return COUNTS[Meaning(mark.code.meaning)].status


@strawberry.type(description="A student on a register; `mark` is null while not taken, which is not absent.")
class RegisterLine:
    student_id: strawberry.ID
    name: str = through("student.person.called")
    registration_number: str = through("student.registration_number")

    @shown_as(Mark | None)
    def mark(
        self, line: strawberry.Parent[ClassMembership], info: Info, as_known_at: datetime | None = None
    ) -> models.Mark | None:
        """The mark as it stands, or as it was known at an instant."""
        actor, instant = info.context.actor, _instant(as_known_at)

        def read(lines: list[ClassMembership]) -> dict[tuple[UUID, UUID], models.Mark]:
            students = (each.student_id for each in lines)
            return read_known_marks(_registers(lines), students, as_known_at=instant, actor=actor)

        return related(line, ("marks", instant), read).get((_register_of(line), line.student_id))

    @shown_as(Student | None)
    def student(self, line: strawberry.Parent[ClassMembership], info: Info) -> StudentRow | None:
        """The student, where the caller may see more than the name."""
        actor = info.context.actor
        return related(
            line, "students", lambda lines: read_students([each.student_id for each in lines], actor=actor)
        ).get(line.student_id)


def _instant(given: datetime | None) -> datetime | None:
    return given and given_instant(given, "/asKnownAt")


def _register_of(line: Any) -> UUID:
    found: UUID = line.register_id  # made by list_lines
    return found


def _registers(lines: list[ClassMembership]) -> set[UUID]:
    return {_register_of(line) for line in lines}


@strawberry.type(description="The marks of one class for one session of a day, or for one lesson.")
class Register(Node):
    kind: str
    date: Day = through("on")
    session: str
    period: str
    class_name: str
    room: str = through("room_name")
    due_at: datetime
    closes_at: datetime
    locks_at: datetime
    taken_at: datetime | None
    version: int

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.Register)

    @strawberry.field
    def state(self, register: strawberry.Parent[models.Register]) -> str:
        """due, taken, missed, closed, locked or not_required, at this moment."""
        return register.state_at(clock.now())

    @strawberry.field
    def marked(self, register: strawberry.Parent[models.Register]) -> int:
        """How many students have a mark."""
        return together(register, "marked", lambda rows: count_marks(_ids(rows)))[register.pk]

    @shown_as(Class | None, name="class")
    def class_(self, register: strawberry.Parent[models.Register], info: Info) -> ClassRow | None:
        """The class, where the caller may see it."""
        actor = info.context.actor
        return related(
            register, "class", lambda rows: read_classes((row.school_class_id for row in rows), actor=actor)
        ).get(register.school_class_id)

    @connection(RegisterLine)
    def lines(self, register: strawberry.Parent[models.Register], info: Info, span: Span) -> Found:
        """Every student of the day, in name order, with the mark."""

        actor = info.context.actor

        def read(rows: list[models.Register]) -> Any:
            return find_pages(list_lines(_ids(rows), actor=actor), parent="register_id", order=LINE_ORDER, span=span)

        found: Found = together(register, ("lines", span), read)[register.pk]
        return found


def _ids(rows: list[Any]) -> list[UUID]:
    return [row.pk for row in rows]


@grows("Class")
@strawberry.type
class ClassRegisters:
    @connection(Register)
    def registers_on(
        self, school_class: strawberry.Parent[ClassRow], info: Info, span: Span, date: Day | None = None
    ) -> Found:
        """Its registers of a day, as far as the caller may see them."""
        day = date or today()

        def read(rows: list[ClassRow]) -> Any:
            registers = list_class_registers(_ids(rows), actor=info.context.actor).filter(on=day)
            return find_pages(registers, parent="of_class", order=REGISTER_ORDER, span=span)

        found: Found = together(school_class, ("registers", day, span), read)[school_class.pk]
        return found


@strawberry.type(description="Sessions counted. `percent` is null where nothing was possible.")
class AttendanceNumbers:
    possible: int
    attended: int
    authorised: int
    unauthorised: int
    late: int
    missing: int
    half: int
    percent: Decimal | None


@strawberry.type(description="One student's numbers.")
class StudentNumbers:
    student_id: strawberry.ID
    numbers: AttendanceNumbers

    @shown_as(Student | None)
    def student(self, line: strawberry.Parent["NumbersOf"], info: Info) -> StudentRow | None:
        """The student."""
        actor = info.context.actor
        return related(
            line, "students", lambda lines: read_students([each.student_id for each in lines], actor=actor)
        ).get(line.student_id)


class NumbersOf:
    """A student's numbers as they were found."""

    def __init__(self, student_id: UUID, counted: numbers.Numbers) -> None:
        self.student_id = student_id
        self.numbers = counted


@strawberry.type(description="Attendance in numbers, in all and per student.")
class AttendanceSummary:
    total: AttendanceNumbers

    @connection(StudentNumbers)
    def students(self, summary: strawberry.Parent[numbers.Summary], span: Span) -> Found:
        """The students whose sessions were counted."""
        lines = [NumbersOf(student, counted) for student, counted in sorted(summary.per_student.items())]
        page = page_of_list(lines, key=lambda line: line.student_id, span=span)
        Group(edge.node for edge in page.edges)
        return page


@strawberry.type
class Query:
    @shown_as(Register | None)
    def register(
        self,
        info: Info,
        id: strawberry.ID | None = None,
        class_id: strawberry.ID | None = None,
        date: Day | None = None,
        session: str = "",
        period: str = "",
    ) -> models.Register:
        """One register: by id, or by class, date and session or period."""
        actor = info.context.actor
        if id is not None:
            return get_register(row_id(id), actor=actor)
        if class_id is None:
            raise NotFoundError(_("Give the register's id, or its class and date."))
        return find_register(
            class_id=row_id(class_id), day=date or today(), session=session, period=period, actor=actor
        )

    @connection(Register)
    def registers(self, info: Info, span: Span, date: Day | None = None, mine: bool = False) -> Found:
        """The registers of a day: those the caller may see, or may take."""
        permission = Permission.REGISTERS_TAKE if mine else Permission.REGISTERS_VIEW
        rows = list_registers(info.context.actor, day=date or today(), permission=permission)
        return find_page(rows, order=REGISTER_ORDER, span=span)

    @connection(Register)
    def registers_due(self, info: Info, span: Span, date: Day | None = None) -> Found:
        """The registers of a day that the caller may take and that are not taken yet."""
        rows = list_registers(info.context.actor, day=date or today(), permission=Permission.REGISTERS_TAKE)
        return find_page(rows.filter(state=models.Register.State.DUE), order=REGISTER_ORDER, span=span)

    @shown_as(AttendanceSummary | None)
    def attendance_summary(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from")],
        to: date,
        student_id: strawberry.ID | None = None,
        class_id: strawberry.ID | None = None,
        grade_id: strawberry.ID | None = None,
        as_known_at: datetime | None = None,
    ) -> numbers.Summary:
        """The attendance of the students the caller may see, from one day to another."""
        return numbers.summarise(
            info.context.actor,
            first=from_,
            last=to,
            student=row_id(student_id) if student_id else None,
            school_class=row_id(class_id) if class_id else None,
            grade=row_id(grade_id) if grade_id else None,
            as_known_at=_instant(as_known_at),
        )
