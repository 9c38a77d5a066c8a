"""GraphQL door of academics: classes, who is in them, who teaches them; and students by class."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry

from lyceum.core.connections import Found, Span, connection, elsewhere, find_page, find_pages, page_of_list
from lyceum.core.graphql import Info, Node, grows, row_id, shown_as, together
from lyceum.domains.academics import models
from lyceum.domains.academics.batches import (
    count_rolls,
    list_class_teachers,
    list_memberships,
    list_rolls,
    list_visible_roll,
    read_grades,
)
from lyceum.domains.academics.queries import Standing, get_class, list_classes, standings
from lyceum.domains.people.models import Student as StudentRow
from lyceum.domains.people.queries import list_students, matching, with_status
from lyceum.domains.tenancy.queries import today

Student, Staff = elsewhere("Student", "people"), elsewhere("Staff", "people")
STUDENT_ORDER = ("person__sort_name", "pk")
CLASS_ORDER = ("kind", "name", "pk")


@strawberry.type(description="A school year.")
class AcademicYear:
    id: strawberry.ID
    name: str
    starts: date
    ends: date
    state: str


@strawberry.type(description="A year group.")
class Grade:
    id: strawberry.ID
    code: str
    name: str
    position: int


@strawberry.type(description="What is taught.")
class Subject:
    id: strawberry.ID
    code: str
    name: str
    department: str


@strawberry.type(description="Who teaches a class, from when to when.")
class ClassTeacher:
    id: strawberry.ID
    role: str
    starts_on: date
    ends_on: date | None
    staff: Any = strawberry.field(graphql_type=Staff)


@strawberry.type(description="A form, or a group that is taught one subject.")
class Class(Node):
    name: str
    kind: str
    section: str
    capacity: int
    registers: str
    starts: date
    ends: date
    year: AcademicYear
    subject: Subject | None

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.Class)

    @strawberry.field
    def room(self, school_class: strawberry.Parent[models.Class]) -> str | None:
        """Where it meets."""
        return school_class.room.name if school_class.room else None

    @strawberry.field
    def size(self, school_class: strawberry.Parent[models.Class], on: date | None = None) -> int:
        """How many students are in it on a day."""
        day = on or today()
        return together(school_class, ("size", day), lambda rows: count_rolls(_ids(rows), day=day))[school_class.pk]

    @connection(Grade)
    def grades(self, school_class: strawberry.Parent[models.Class], span: Span) -> Found:
        """Its year groups."""
        known = together(school_class, "grades", lambda rows: read_grades(g for row in rows for g in row.grades))
        mine = sorted((known[g] for g in school_class.grades if g in known), key=lambda g: g.position)
        return page_of_list(mine, key=lambda grade: grade.pk, span=span)

    @connection(ClassTeacher)
    def teachers(self, school_class: strawberry.Parent[models.Class], span: Span) -> Found:
        """Who teaches it today."""

        def read(rows: list[models.Class]) -> Any:
            teachers = list_class_teachers(_ids(rows), day=today())
            return find_pages(teachers, parent="school_class_id", order=("-role", "pk"), span=span)

        found: Found = together(school_class, ("teachers", span), read)[school_class.pk]
        return found

    @connection(Student)
    def students(
        self,
        school_class: strawberry.Parent[models.Class],
        info: Info,
        span: Span,
        on: date | None = None,
    ) -> Found:
        """Its students on a day, in name order, as far as the caller may see them."""
        day = on or today()

        def read(rows: list[models.Class]) -> Any:
            return find_pages(
                list_rolls(_ids(rows), actor=info.context.actor, day=day),
                parent="school_class_id",
                order=("student__person__sort_name", "student_id"),
                span=span,
                node=lambda membership: membership.student,
            )

        found: Found = together(school_class, ("students", day, span), read)[school_class.pk]
        return found


def _ids(rows: list[Any]) -> list[UUID]:
    return [row.pk for row in rows]


@grows("Student")
@strawberry.type
class StudentInClasses:
    @strawberry.field
    def grade(self, student: strawberry.Parent[StudentRow], on: date | None = None) -> str | None:
        """The name of the year group on a day."""
        return _standing(student, on).grade or None

    @strawberry.field
    def form(self, student: strawberry.Parent[StudentRow], on: date | None = None) -> str | None:
        """The name of the form on a day."""
        return _standing(student, on).form or None

    @connection(Class)
    def classes(self, student: strawberry.Parent[StudentRow], info: Info, span: Span, on: date | None = None) -> Found:
        """The classes on a day, as far as the caller may see them."""
        day = on or today()

        def read(rows: list[StudentRow]) -> Any:
            return find_pages(
                list_memberships(_ids(rows), actor=info.context.actor, day=day),
                parent="student_id",
                order=("-is_form", "school_class__name", "school_class_id"),
                span=span,
                node=lambda membership: membership.school_class,
            )

        found: Found = together(student, ("classes", day, span), read)[student.pk]
        return found


def _standing(student: StudentRow, on: date | None) -> Standing:
    day = on or today()
    found: Standing = together(student, ("standing", day), lambda rows: standings(_ids(rows), day))[student.pk]
    return found


@strawberry.type
class Query:
    @connection(Student)
    def students(
        self,
        info: Info,
        span: Span,
        q: str = "",
        class_: Annotated[strawberry.ID | None, strawberry.argument(name="class")] = None,
        status: str = "",
        on: date | None = None,
    ) -> Found:
        """Students in name order: by name, number or official id, by class and by status, as on a day."""
        actor, day = info.context.actor, on or today()
        if class_ is None:
            rows = list_students(actor, text=q, status=status, day=day)
        else:
            rows = list_visible_roll(row_id(class_), actor=actor, day=day)
            rows = rows.filter(matching(q)) if q else rows
            rows = rows.filter(with_status(status, day)) if status else rows
        return find_page(rows, order=STUDENT_ORDER, span=span)

    @shown_as(Class | None, name="class")
    def class_(self, info: Info, id: strawberry.ID) -> models.Class:
        """One class."""
        return get_class(row_id(id), actor=info.context.actor, day=today())

    @connection(Class)
    def classes(
        self,
        info: Info,
        span: Span,
        grade: strawberry.ID | None = None,
        section: str = "",
        teacher: strawberry.ID | None = None,
        on: date | None = None,
    ) -> Found:
        """Classes of the year that holds the day."""
        rows = list_classes(
            info.context.actor,
            day=on or today(),
            grade=row_id(grade) if grade else None,
            section=section,
            teacher=row_id(teacher) if teacher else None,
        )
        return find_page(rows.prefetch_related(None), order=CLASS_ORDER, span=span)

    @connection(Class)
    def my_classes(self, info: Info, span: Span, on: date | None = None) -> Found:
        """The classes that the caller teaches."""
        rows = list_classes(info.context.actor, day=on or today(), mine=True)
        return find_page(rows.prefetch_related(None), order=CLASS_ORDER, span=span)
