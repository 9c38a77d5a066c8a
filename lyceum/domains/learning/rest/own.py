"""What a learner does and finds, over REST."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema, Status

from lyceum.core.rest import actor_of
from lyceum.domains.academics.days import school_days
from lyceum.domains.learning.queries import OwnEnrolment, list_own_enrolments, own_student_or_refuse
from lyceum.domains.learning.rest.enrolments import CourseEnrolmentOut, enrolment_shape, shown_enrolment
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rest.shapes import LessonLineOut, MeetingOut, lesson_line, meeting_shape
from lyceum.domains.learning.rules.enrolling import enrol_myself


class OwnCourseOut(CourseEnrolmentOut):
    """An own enrolment, with where to go on."""

    course_name: str
    course_slug: str
    schedule_name: str
    start_date: date
    end_date: date
    next_lesson: LessonLineOut | None
    next_meeting: MeetingOut | None
    certificate_id: UUID | None


class OwnCoursesOut(Schema):
    """Everything that the caller joined, the newest first."""

    items: list[OwnCourseOut] = Field(description="Empty for who is no learner.")


@router.post(
    "students/me/enroll/{learning_schedule_id}/",
    response={200: CourseEnrolmentOut, 201: CourseEnrolmentOut},
    operation_id="enrolMyself",
)
def enroll(request: HttpRequest, learning_schedule_id: UUID) -> Status[dict[str, Any]]:
    """Join a run. A full one is no error: 201 with `waitlisted` and the position. Again: 200 with the same."""
    actor = actor_of(request)
    joined = enrol_myself(learning_schedule_id, actor=actor)
    return Status(201 if joined.is_new else 200, shown_enrolment(joined.enrolment.pk, actor))


@router.get("students/me/courses/", response=OwnCoursesOut, operation_id="listOwnCourses")
def own_courses(request: HttpRequest) -> dict[str, Any]:
    """The caller's enrolments with percent, next lesson, next meeting and certificate."""
    actor = actor_of(request)
    student = own_student_or_refuse(actor)
    rows = list_own_enrolments(student.pk, actor=actor) if student else []
    return {"items": [_shape(row) for row in rows]}


def _shape(row: OwnEnrolment) -> dict[str, Any]:
    schedule, meeting = row.enrolment.schedule, row.next_meeting
    closed = school_days().why_closed(meeting.starts_at.date()) if meeting else ""
    return enrolment_shape(row.enrolment, row.progress, row.position) | {
        "course_name": schedule.course.name,
        "course_slug": schedule.course.slug,
        "schedule_name": schedule.name,
        "start_date": schedule.start_on,
        "end_date": schedule.end_on,
        "next_lesson": lesson_line(row.next_lesson) if row.next_lesson else None,
        "next_meeting": meeting_shape(meeting, with_url=True, closed=closed) if meeting else None,
        "certificate_id": row.certificate_id,
    }
