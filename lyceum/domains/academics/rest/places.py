"""Where a student belongs: guardians, time on roll; leaving and moving."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema

from lyceum.core.actor import Actor
from lyceum.core.rest import Strict, actor_of
from lyceum.domains.academics.queries import get_grade_named
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.rules.leaving import undo_leaving
from lyceum.domains.academics.rules.members import move_student
from lyceum.domains.academics.rules.placements import change_enrolment_days, leave_student, place_and_seat
from lyceum.domains.academics.shapes import ClassRef, StudentOut, student_shapes
from lyceum.domains.people.models import GuardianLink
from lyceum.domains.people.queries import get_student, list_enrolments, list_guardians
from lyceum.domains.people.rules.adults import add_guardians
from lyceum.domains.people.rules.enrolments import enrol_student
from lyceum.domains.people.shapes import (
    EnrolmentOut,
    Exit,
    GuardianIn,
    GuardianOut,
    enrolment_shape,
    guardian_shape,
)
from lyceum.domains.tenancy.queries import today


@router.get("students/{student_id}/guardians/", response=list[GuardianOut], operation_id="listGuardiansOfStudent")
def guardians(request: HttpRequest, student_id: UUID) -> list[dict[str, Any]]:
    """A student's guardians in contact order, for those who may see contacts; a guardian sees their own line."""
    return [_guardian(link) for link in _links(student_id, actor_of(request))]


def _links(student_id: UUID, actor: Actor) -> list[GuardianLink]:
    student = get_student(student_id, actor=actor)
    return list(list_guardians(student, actor=actor, day=today()))


def _guardian(link: GuardianLink) -> dict[str, Any]:
    return guardian_shape(link, link.guardian.contact_points.all())


@router.post("students/{student_id}/guardians/", response={201: GuardianOut}, operation_id="addGuardianToStudent")
def add_guardian(request: HttpRequest, student_id: UUID, body: GuardianIn) -> dict[str, Any]:
    """Tie an adult to a student, last in the contact order."""
    actor = actor_of(request)
    made = add_guardians([body.as_new(student_id)], actor=actor)[0]
    return _guardian(next(link for link in _links(student_id, actor) if link.pk == made.pk))


@router.get("students/{student_id}/enrolments/", response=list[EnrolmentOut], operation_id="listEnrolments")
def enrolments(request: HttpRequest, student_id: UUID) -> list[dict[str, Any]]:
    """When a student was on roll, newest first."""
    actor = actor_of(request)
    student = get_student(student_id, actor=actor)
    return [enrolment_shape(row) for row in list_enrolments(student, actor=actor)]


class EnrolmentIn(Strict):
    """A student who comes on roll from a day on; with a grade, placed in it from that day."""

    first_day: date
    last_day: date | None = None
    kind: Literal["main", "dual_main", "dual_subsidiary", "guest"] = "main"
    entry: Literal["new", "transfer", "re_entry", "returning"] = "new"
    from_school: str = Field("", max_length=200)
    grade: str = Field("", max_length=40, description="Id or code.")


@router.post("students/{student_id}/enrolments/", response={201: EnrolmentOut}, operation_id="enrolStudent")
def enrol(request: HttpRequest, student_id: UUID, body: EnrolmentIn) -> dict[str, Any]:
    """Put a student on roll."""
    actor = actor_of(request)
    row = enrol_student(student_id, **body.dict(exclude={"grade"}), actor=actor)
    if body.grade:
        place_and_seat(student_id, grade=get_grade_named(body.grade), on=body.first_day, actor=actor)
    return enrolment_shape(row)


class EnrolmentPatch(Strict):
    """New dates, or how it ended. A last day of null opens it again."""

    first_day: date | None = None
    last_day: date | None = None
    exit: Exit | None = None
    exit_reason: str | None = Field(None, max_length=300)
    from_school: str | None = Field(None, max_length=200)
    to_school: str | None = Field(None, max_length=200)


@router.patch("enrolments/{enrolment_id}/", response=EnrolmentOut, operation_id="changeEnrolment")
def change_enrolment(request: HttpRequest, enrolment_id: UUID, body: EnrolmentPatch) -> dict[str, Any]:
    """Move an enrolment's days. Classes and grade outside them end with it; marks are kept and not counted."""
    given = body.dict(exclude_unset=True)
    values = {k: "" if v is None and k != "last_day" else v for k, v in given.items() if (k, v) != ("first_day", None)}
    return enrolment_shape(change_enrolment_days(enrolment_id, values=values, actor=actor_of(request)))


class LeaveIn(Strict):
    """The last day on roll, how it ends, and where to."""

    last_day: date
    exit: Exit
    reason: str = Field("", max_length=300)
    to_school: str = Field("", max_length=200)


@router.post("students/{student_id}/leave/", response=EnrolmentOut, operation_id="leaveStudent")
def leave(request: HttpRequest, student_id: UUID, body: LeaveIn) -> dict[str, Any]:
    """Record that a student leaves: enrolment, classes and grade end with the last day."""
    return enrolment_shape(leave_student(student_id, **body.dict(), actor=actor_of(request)))


class LeavingOut(Schema):
    """A leaving that was taken back."""

    last_day: date
    exit: str
    made_by: str
    undone_by: str


@router.post("students/{student_id}/leave/undo/", response=LeavingOut, operation_id="undoLeave")
def undo_leave(request: HttpRequest, student_id: UUID) -> dict[str, Any]:
    """Take a leaving of the last 30 days back: enrolment, classes and grade are as they were."""
    leaving = undo_leaving(student_id, actor=actor_of(request))
    return {
        "last_day": leaving.last_day,
        "exit": leaving.exit,
        "made_by": leaving.made_by_name,
        "undone_by": leaving.undone_by_name,
    }


class MoveIn(Strict):
    """From which class, into which, on which day. Without `from_class`: from the form the student is in."""

    to_class: UUID
    from_class: UUID | None = None
    on: date | None = None
    reason: str = Field("", max_length=300)
    overfill_reason: str = Field("", max_length=300)


class ClassMembershipOut(Schema):
    """A student's time in a class."""

    id: UUID
    student: UUID
    class_: ClassRef = Field(alias="class")
    starts_on: date
    ends_on: date | None


@router.post("students/{student_id}/move/", response=ClassMembershipOut, by_alias=True, operation_id="moveStudent")
def move(request: HttpRequest, student_id: UUID, body: MoveIn) -> dict[str, Any]:
    """Move a student into another class: the old time ends the day before."""
    values = body.dict() | {"on": body.on or today()}
    row = move_student(student_id, **values, actor=actor_of(request))
    shown = {"id": row.school_class_id, "name": row.school_class.name}
    return {"id": row.pk, "student": student_id, "class": shown, "starts_on": row.starts_on, "ends_on": row.ends_on}


class StandingIn(Strict):
    """A grade, from a day on."""

    grade: str = Field(max_length=40, description="Id or code.")
    on: date | None = None


@router.post("students/{student_id}/place/", response=StudentOut, by_alias=True, operation_id="placeStudent")
def place(request: HttpRequest, student_id: UUID, body: StandingIn) -> dict[str, Any]:
    """Put a student into a grade from a day on; what came before stays as it was."""
    actor, on = actor_of(request), body.on or today()
    place_and_seat(student_id, grade=get_grade_named(body.grade), on=on, actor=actor)
    student = get_student(student_id, actor=actor)
    return student_shapes([student], actor=actor, day=on)[0]
