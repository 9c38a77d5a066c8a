"""Enrolments in runs, over REST."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.actor import Actor
from lyceum.core.etags import Shown, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.learning.models import CourseEnrolment
from lyceum.domains.learning.progress import Progress, read_progress
from lyceum.domains.learning.queries import get_enrolment, list_enrolments
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rules.completion import confirm_completion, reverse_completion
from lyceum.domains.learning.rules.enrolling import Waiver, enrol_student, withdraw
from lyceum.domains.learning.rules.places import position_of

_OF_RUN = "schedules/{learning_schedule_id}/enrolments/"
_ONE = "course-enrolments/{course_enrolment_id}/"


class CourseEnrolmentOut(Schema):
    """A student's place in a run."""

    id: UUID
    student_id: UUID
    student_name: str
    schedule_id: UUID
    course_id: UUID
    status: str
    position: int | None = Field(description="In the waiting list, from 1.")
    enrolled_at: datetime
    held_until: datetime | None
    ended_at: datetime | None
    end_reason: str
    percent: int | None
    lessons_done: int
    lessons_required: int


class EnrolIn(Strict):
    """Whom to enrol. The office may make an exception, for a reason."""

    student_id: UUID
    reason: str = Field("", max_length=500)
    over_capacity: bool = False
    without_prerequisites: bool = False


class EnrolmentReasonIn(Strict):
    """Why."""

    reason: str = Field("", max_length=500)


class EnrolmentChoice(Walk):
    """Which enrolments of a run."""

    status: str = Field("", max_length=15)


@router.get(_OF_RUN, response=ListOf[CourseEnrolmentOut], operation_id="listCourseEnrolments")
def enrolments(request: HttpRequest, learning_schedule_id: UUID, chosen: Query[EnrolmentChoice]) -> dict[str, Any]:
    """The learners of a run that the caller may see, first come first."""
    rows = list_enrolments(learning_schedule_id, actor=actor_of(request))
    if chosen.status:
        rows = rows.filter(status=chosen.status)
    page = page_of(rows, order=("enrolled_at", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    progress = read_progress(page.rows)
    waiting = list_enrolments(learning_schedule_id, actor=actor_of(request)).filter(status="waitlisted")
    places = {pk: n for n, pk in enumerate(waiting.order_by("enrolled_at", "pk").values_list("pk", flat=True), 1)}
    return listed(page, [enrolment_shape(row, progress[row.pk], places.get(row.pk)) for row in page.rows])


@router.post(_OF_RUN, response={200: CourseEnrolmentOut, 201: CourseEnrolmentOut}, operation_id="enrolInCourse")
def enrol(request: HttpRequest, learning_schedule_id: UUID, body: EnrolIn) -> Status[dict[str, Any]]:
    """Enrol a child of one's own, or, from the office, anybody. The same call again gives the same enrolment."""
    actor = actor_of(request)
    waiver = Waiver(body.reason, body.over_capacity, body.without_prerequisites)
    joined = enrol_student(learning_schedule_id, body.student_id, waiver=waiver, actor=actor)
    return Status(201 if joined.is_new else 200, shown_enrolment(joined.enrolment.pk, actor))


@router.get(_ONE, response=CourseEnrolmentOut, operation_id="getCourseEnrolment")
def one(request: HttpRequest, response: HttpResponse, course_enrolment_id: UUID) -> Shown | HttpResponse:
    """One enrolment."""
    return with_etag(request, response, shown_enrolment(course_enrolment_id, actor_of(request)))


@router.post(_ONE + "withdraw/", response=CourseEnrolmentOut, operation_id="withdrawFromCourse")
def leave(request: HttpRequest, course_enrolment_id: UUID, body: EnrolmentReasonIn) -> dict[str, Any]:
    """Leave a run; whoever waits first takes the place."""
    actor = actor_of(request)
    withdraw(course_enrolment_id, reason=body.reason, actor=actor)
    return shown_enrolment(course_enrolment_id, actor)


@router.post(_ONE + "complete/", response=CourseEnrolmentOut, operation_id="confirmCompletion")
def complete(request: HttpRequest, course_enrolment_id: UUID) -> dict[str, Any]:
    """Confirm that a learner completed the run: its instructor or the office."""
    actor = actor_of(request)
    confirm_completion(course_enrolment_id, actor=actor)
    return shown_enrolment(course_enrolment_id, actor)


@router.post(_ONE + "reverse/", response=CourseEnrolmentOut, operation_id="reverseCompletion")
def reverse(request: HttpRequest, course_enrolment_id: UUID, body: EnrolmentReasonIn) -> dict[str, Any]:
    """Take a completion back, for a reason; its certificate falls with it."""
    actor = actor_of(request)
    reverse_completion(course_enrolment_id, reason=body.reason, actor=actor)
    return shown_enrolment(course_enrolment_id, actor)


def shown_enrolment(enrolment_id: UUID, actor: Actor) -> dict[str, Any]:
    """One enrolment as the caller may see it."""
    row = get_enrolment(enrolment_id, actor=actor)
    return enrolment_shape(row, read_progress([row])[row.pk], position_of(row))


def enrolment_shape(row: CourseEnrolment, progress: Progress, position: int | None) -> dict[str, Any]:
    """One enrolment with how far it is."""
    same = ("student_id", "schedule_id", "status", "enrolled_at", "held_until", "ended_at", "end_reason")
    return {
        "id": row.pk,
        "student_name": row.student.person.called,
        "course_id": row.schedule.course_id,
        **{name: getattr(row, name) for name in same},
        "position": position,
        "percent": progress.percent,
        "lessons_done": progress.done,
        "lessons_required": progress.required,
    }
