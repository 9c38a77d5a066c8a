"""Who is in a class, and who teaches it, over REST."""

from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema

from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.academics.queries import get_class, list_class_teachers, list_members
from lyceum.domains.academics.rest.classes import TeacherRef, teacher_shape
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.rules.class_details import get_class_for_edit
from lyceum.domains.academics.rules.members import (
    Move,
    NewMember,
    add_class_members,
    end_membership,
    move_students,
)
from lyceum.domains.academics.rules.teachers import NewTeacher, assign_teachers, end_class_teachers
from lyceum.domains.people.batches import read_students
from lyceum.domains.people.queries import list_staff
from lyceum.domains.tenancy.queries import today


class MemberOut(Schema):
    """A student in a class. The number is null where the caller sees only the name."""

    id: UUID = Field(description="Of the time in the class.")
    student: UUID
    full_name: str
    preferred_name: str
    registration_number: str | None
    starts_on: date
    ends_on: date | None


class RollFilter(Walk):
    """The class list of which day."""

    on: date | None = None


@router.get("classes/{class_id}/students/", response=ListOf[MemberOut], operation_id="listClassStudents")
def members(request: HttpRequest, class_id: UUID, chosen: Query[RollFilter]) -> dict[str, Any]:
    """The class list of a day: a question with a date, so that any past day gives that day's list."""
    actor = actor_of(request)
    rows = list_members(class_id, actor=actor, day=chosen.on or today())
    order = ("student__person__sort_name", "pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    known = read_students([row.student_id for row in page.rows], actor=actor)
    return listed(page, [_member(row, row.student_id in known) for row in page.rows])


def _member(row: ClassMembership, known: bool) -> dict[str, Any]:
    return {
        "id": row.pk,
        "student": row.student_id,
        "full_name": row.student.person.full_name,
        "preferred_name": row.student.person.preferred_name,
        "registration_number": row.student.registration_number if known else None,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }


class MembersIn(Strict):
    """Students who come into a class from a day on, today or its first day unless told otherwise."""

    students: list[UUID] = Field(min_length=1, max_length=500)
    starts_on: date | None = None
    ends_on: date | None = None
    overfill_reason: str = Field("", max_length=300, description="Why the class may hold more than its capacity.")


class AddedOut(Schema):
    """A student's time in a class."""

    id: UUID
    student: UUID
    starts_on: date
    ends_on: date | None


@router.post("classes/{class_id}/students/", response={201: list[AddedOut]}, operation_id="addClassStudents")
def add(request: HttpRequest, class_id: UUID, body: MembersIn) -> list[dict[str, Any]]:
    """Put students into a class: all of them, or none."""
    actor = actor_of(request)
    row = get_class(class_id, actor=actor, day=today())
    first = body.starts_on or max(today(), row.starts)
    new = [NewMember(row, student, first, body.ends_on) for student in dict.fromkeys(body.students)]
    made = add_class_members(new, overfill_reason=body.overfill_reason, actor=actor)
    names = ("starts_on", "ends_on")
    return [{"id": m.pk, "student": m.student_id, **{n: getattr(m, n) for n in names}} for m in made]


class FormMoveIn(Strict):
    """A student and the form they go into."""

    student: UUID
    to_class: UUID


class FormMovesIn(Strict):
    """Students who go into other forms from a day on, today unless told otherwise."""

    moves: list[FormMoveIn] = Field(min_length=1, max_length=500)
    on: date | None = None
    reason: str = Field("", max_length=300)
    overfill_reason: str = Field("", max_length=300, description="Why a form may hold more than its capacity.")


@router.post("class-moves/", response={201: list[AddedOut]}, operation_id="moveStudents")
def move(request: HttpRequest, body: FormMovesIn) -> list[dict[str, Any]]:
    """Move students between forms, all together or none: two may change places in full forms."""
    made = move_students(
        [Move(each.student, each.to_class) for each in body.moves],
        on=body.on or today(),
        reason=body.reason,
        overfill_reason=body.overfill_reason,
        actor=actor_of(request),
    )
    return [{"id": m.pk, "student": m.student_id, "starts_on": m.starts_on, "ends_on": m.ends_on} for m in made]


class EndFilter(Strict):
    """The last day; yesterday unless told otherwise."""

    last_day: date | None = None
    reason: str = Field("", max_length=300)


@router.delete("classes/{class_id}/students/{student_id}/", response={204: None}, operation_id="removeClassStudent")
def remove(request: HttpRequest, class_id: UUID, student_id: UUID, chosen: Query[EndFilter]) -> None:
    """Take a student out of a class after a last day. What was marked in it stays."""
    last = chosen.last_day or today() - timedelta(days=1)
    end_membership(class_id, student_id, last_day=last, reason=chosen.reason, actor=actor_of(request))


@router.get("classes/{class_id}/teachers/", response=list[TeacherRef], operation_id="listClassTeachers")
def teachers(request: HttpRequest, class_id: UUID) -> list[dict[str, Any]]:
    """Everybody who teaches a class, did, or will."""
    rows = list_class_teachers(class_id, actor=actor_of(request), day=today())
    return [teacher_shape(row) for row in rows]


class TeacherIn(Strict):
    """A member of staff who is to teach a class."""

    staff: UUID
    role: Literal["lead", "co_teacher", "assistant"] = "lead"
    starts_on: date | None = None
    ends_on: date | None = None


@router.post("classes/{class_id}/teachers/", response={201: TeacherRef}, operation_id="assignTeacher")
def assign(request: HttpRequest, class_id: UUID, body: TeacherIn) -> dict[str, Any]:
    """Give a class a teacher. It has one lead at a time."""
    actor = actor_of(request)
    row = get_class(class_id, actor=actor, day=today())
    staff = list_staff(actor).filter(pk=body.staff).first()
    if staff is None:
        raise invalid_field("/staff", "teacher_unknown", _("There is no such member of staff here."))
    new = NewTeacher(row, staff, body.role, body.starts_on or max(today(), row.starts), body.ends_on)
    return teacher_shape(assign_teachers([new], actor=actor)[0])


@router.delete("classes/{class_id}/teachers/{assignment_id}/", response={204: None}, operation_id="removeClassTeacher")
def unassign(request: HttpRequest, class_id: UUID, assignment_id: UUID, chosen: Query[EndFilter]) -> None:
    """End a teacher's time with a class after a last day."""
    actor = actor_of(request)
    row = get_class_for_edit(class_id, actor=actor)
    if not list_class_teachers(row.pk, actor=actor, day=today()).filter(pk=assignment_id).exists():
        raise NotFoundError
    last = chosen.last_day or today() - timedelta(days=1)
    end_class_teachers({assignment_id: last}, actor=actor)
