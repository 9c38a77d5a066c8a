"""What can be done with classes and placements over GraphQL, and hearing of it as it happens."""

from datetime import date, timedelta
from typing import Any

import strawberry
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.connections import elsewhere
from lyceum.core.errors import NotFoundError
from lyceum.core.graphql import Info, Payload, act, changes_in, followed_as, row_id, row_ids, shown_as, through
from lyceum.core.live import Followed, Hears
from lyceum.domains.academics import models
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.academics.graphql import Class, ClassTeacher
from lyceum.domains.academics.live import class_topic, follow_class_list
from lyceum.domains.academics.queries import get_class, list_years
from lyceum.domains.academics.rules.classes import (
    NewClass,
    NewMember,
    NewTeacher,
    add_class_members,
    assign_teachers,
    create_class,
    edit_class,
    end_membership,
    move_student,
)
from lyceum.domains.academics.rules.placements import leave_student
from lyceum.domains.people.queries import get_student, list_staff
from lyceum.domains.tenancy.queries import today

Student = elsewhere("Student", "people")


@strawberry.input(description="A class to be made. Without a year it belongs to the one that holds today.")
class CreateClassInput:
    name: str
    year_id: strawberry.ID | None = None
    kind: str = "form"
    grade_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    section: str = ""
    subject_id: strawberry.ID | None = None
    capacity: int = 40
    room_id: strawberry.ID | None = None
    starts: date | None = None
    ends: date | None = None
    registers: str = ""


@strawberry.input(description="New values; what is not given stays as it is.")
class UpdateClassInput:
    id: strawberry.ID
    name: str | None = strawberry.UNSET
    section: str | None = strawberry.UNSET
    capacity: int | None = strawberry.UNSET
    registers: str | None = strawberry.UNSET
    starts: date | None = strawberry.UNSET
    ends: date | None = strawberry.UNSET


@strawberry.input(description="Somebody who is to teach a class.")
class AssignTeacherInput:
    class_id: strawberry.ID
    staff_id: strawberry.ID
    role: str = "lead"
    starts_on: date | None = None
    ends_on: date | None = None


@strawberry.input(description="Students who come into a class; all come in, or none.")
class AddClassMembersInput:
    class_id: strawberry.ID
    student_ids: list[strawberry.ID]
    starts_on: date | None = None
    ends_on: date | None = None
    overfill_reason: str = ""


@strawberry.input(description="Students whose time in a class ends with a last day, yesterday unless told otherwise.")
class RemoveClassMembersInput:
    class_id: strawberry.ID
    student_ids: list[strawberry.ID]
    last_day: date | None = None
    reason: str = ""


@strawberry.input(description="A student who goes into another class. Without a class to come from: from the form.")
class MoveStudentInput:
    student_id: strawberry.ID
    to_class_id: strawberry.ID
    from_class_id: strawberry.ID | None = None
    on: date | None = None
    reason: str = ""
    overfill_reason: str = ""


@strawberry.input(description="A student who leaves the school with a last day.")
class LeaveStudentInput:
    student_id: strawberry.ID
    last_day: date
    exit: str
    reason: str = ""
    to_school: str = ""


@strawberry.type
class ClassPayload(Payload):
    class_: Class | None = strawberry.field(name="class", default=None)


@strawberry.type
class ClassTeacherPayload(Payload):
    teacher: ClassTeacher | None = None


@strawberry.type
class ClassMembersPayload(Payload):
    class_: Class | None = strawberry.field(name="class", default=None)
    changed: int = 0


@strawberry.type
class PlacedStudentPayload(Payload):
    student: Any = strawberry.field(graphql_type=Student | None, default=None)


def _shown(class_id: strawberry.ID, info: Info) -> Any:
    """The class as it is now."""
    return get_class(row_id(class_id), actor=info.context.actor, day=today())


def _year(year_id: strawberry.ID | None, info: Info) -> models.AcademicYear:
    years = list_years(info.context.actor)
    chosen = {"pk": row_id(year_id)} if year_id else {"starts__lte": today(), "ends__gte": today()}
    year = years.filter(**chosen).first()
    if year is None:
        raise NotFoundError(_("There is no such year here."))
    return year


@strawberry.type
class Mutation:
    @act
    def create_class(self, info: Info, input: CreateClassInput) -> ClassPayload:
        """Make a class."""
        new = NewClass(
            _year(input.year_id, info),
            input.name,
            kind=input.kind,
            grades=row_ids(input.grade_ids),
            section=input.section,
            subject_id=row_id(input.subject_id) if input.subject_id else None,
            capacity=input.capacity,
            room_id=row_id(input.room_id) if input.room_id else None,
            starts=input.starts,
            ends=input.ends,
            registers=input.registers,
        )
        made = create_class(new, actor=info.context.actor)
        return ClassPayload(class_=_shown(str(made.pk), info))  # type: ignore[arg-type]  # an id is text

    @act
    def update_class(self, info: Info, input: UpdateClassInput) -> ClassPayload:
        """Change a class's own data."""
        given = changes_in(input, id="")
        values = {name: value for name, value in given.items() if value is not None}
        edit_class(row_id(input.id), values=values, actor=info.context.actor)
        return ClassPayload(class_=_shown(input.id, info))

    @act
    def assign_teacher(self, info: Info, input: AssignTeacherInput) -> ClassTeacherPayload:
        """Give a class a teacher."""
        actor = info.context.actor
        staff = list_staff(actor).filter(pk=row_id(input.staff_id)).first()
        if staff is None:
            raise NotFoundError(_("Nobody of that id works here."))
        row = _shown(input.class_id, info)
        new = NewTeacher(row, staff, input.role, input.starts_on or max(today(), row.starts), input.ends_on)
        teacher: Any = assign_teachers([new], actor=actor)[0]
        return ClassTeacherPayload(teacher=teacher)

    @act
    def add_class_members(self, info: Info, input: AddClassMembersInput) -> ClassMembersPayload:
        """Put students into a class."""
        row = _shown(input.class_id, info)
        first, students = input.starts_on or max(today(), row.starts), dict.fromkeys(row_ids(input.student_ids))
        new = [NewMember(row, student, first, input.ends_on) for student in students]
        rows = add_class_members(new, overfill_reason=input.overfill_reason, actor=info.context.actor)
        return ClassMembersPayload(class_=_shown(input.class_id, info), changed=len(rows))

    @act
    def remove_class_members(self, info: Info, input: RemoveClassMembersInput) -> ClassMembersPayload:
        """End students' time in a class."""
        actor, students = info.context.actor, dict.fromkeys(row_ids(input.student_ids))
        last = input.last_day or today() - timedelta(days=1)
        for student in students:
            end_membership(row_id(input.class_id), student, last_day=last, reason=input.reason, actor=actor)
        return ClassMembersPayload(class_=_shown(input.class_id, info), changed=len(students))

    @act
    def move_student(self, info: Info, input: MoveStudentInput) -> PlacedStudentPayload:
        """Move a student from one class to another."""
        student_id = row_id(input.student_id)
        move_student(
            student_id,
            from_class=row_id(input.from_class_id) if input.from_class_id else None,
            to_class=row_id(input.to_class_id),
            on=input.on or today(),
            reason=input.reason,
            overfill_reason=input.overfill_reason,
            actor=info.context.actor,
        )
        return PlacedStudentPayload(student=get_student(student_id, actor=info.context.actor))

    @act
    def leave_student(self, info: Info, input: LeaveStudentInput) -> PlacedStudentPayload:
        """Record that a student leaves: enrolment, classes and grade end together."""
        student_id = row_id(input.student_id)
        leave_student(
            student_id,
            last_day=input.last_day,
            exit=input.exit,
            reason=input.reason,
            to_school=input.to_school,
            actor=info.context.actor,
        )
        return PlacedStudentPayload(student=get_student(student_id, actor=info.context.actor))


@strawberry.type(description="A student came into a class or left it.")
class ClassListChanged:
    student_id: strawberry.ID = through("student")
    class_id: strawberry.ID = through("school_class")
    starts_on: date
    ends_on: date | None

    @shown_as(Class | None, name="class")
    def class_(self, fact: strawberry.Parent[MembershipChanged], info: Info) -> models.Class:
        """The class as it is now."""
        return get_class(fact.school_class, actor=info.context.actor, day=today())


@strawberry.type
class Subscription:
    @followed_as(ClassListChanged)
    def class_list_changed(self, class_id: strawberry.ID) -> Followed:
        """Who comes into a class and who leaves it."""
        wanted = row_id(class_id)

        def follows(actor: Actor) -> tuple[str, Hears]:
            return class_topic(wanted), follow_class_list(wanted, actor=actor)

        return Followed(follows)
