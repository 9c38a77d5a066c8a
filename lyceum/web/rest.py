"""What spans domains, over REST."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.attendance.rest.numbers import NumbersOut, shape_numbers
from lyceum.domains.attendance.rest.students import SessionSeenOut, shape_session
from lyceum.domains.reports.journey import read_journey
from lyceum.domains.reports.learner import read_learner
from lyceum.domains.reports.rest.shapes import (
    NOTHING_LEARNT,
    ComingEventOut,
    DueOut,
    JourneyOut,
    NextMeetingOut,
    OwnApplicationOut,
    OwnCertificateOut,
    OwnCourseLineOut,
    application_shape,
    journey_shape,
    learner_shape,
)
from lyceum.domains.timetable.agenda import Dated
from lyceum.web.own_day import OwnDay, read_own_day

router = Router(tags=["dashboards"])


class OwnStudentOut(Schema):
    """Whose day it is."""

    id: UUID
    name: str
    registration_number: str
    form: str


class OwnLessonOut(Schema):
    """A lesson of today."""

    id: UUID
    name: str
    period: str
    starts_at: datetime
    ends_at: datetime
    room: str
    teachers: list[str]
    cancelled: bool


class OwnAttendanceOut(Schema):
    """The year in numbers, and the sessions of the last two weeks, the newest first."""

    numbers: NumbersOut
    recent: list[SessionSeenOut]


class OwnPointsOut(Schema):
    """Points on one scale."""

    scale: str
    positive: int
    negative: int
    net: int


class StudentDashboardOut(Schema):
    """A learner's own page. `student` is null for who has no student record, and for an admin who asked about none."""

    student: OwnStudentOut | None
    application: OwnApplicationOut | None
    journey: JourneyOut
    course_enrolments: list[OwnCourseLineOut]
    next_meeting: NextMeetingOut | None
    lessons: list[OwnLessonOut] = Field(description="Of today.")
    due: list[DueOut] = Field(description="Work that is due in the coming two weeks.")
    events: list[ComingEventOut] = Field(description="Events ahead that one is registered for or invited to.")
    certificates: list[OwnCertificateOut]
    attendance: OwnAttendanceOut | None
    points: list[OwnPointsOut]


class StudentDashboardFilter(Strict):
    """About whom, for who sees everybody's way."""

    student: UUID | None = None


@router.get("students/me/dashboard/", response=StudentDashboardOut, operation_id="studentDashboard")
def student_dashboard(request: HttpRequest, chosen: Query[StudentDashboardFilter]) -> dict[str, Any]:
    """One's own application, journey, courses, lessons, due work, events, certificates, attendance, points."""
    actor = actor_of(request)
    found = read_own_day(actor, student_id=chosen.student)
    journey = read_journey(actor, student_id=chosen.student)
    return {
        "student": _student(found),
        "application": application_shape(journey),
        "journey": journey_shape(journey),
        **(learner_shape(read_learner(found.student, actor=actor)) if found.student else NOTHING_LEARNT),
        "lessons": [_lesson(each) for each in found.lessons],
        "attendance": found.attendance
        and {
            "numbers": shape_numbers(found.attendance.numbers),
            "recent": [shape_session(each) for each in found.attendance.sessions],
        },
        "points": [
            {"scale": each.scale, "positive": each.positive, "negative": each.negative, "net": each.net}
            for each in found.points
        ],
    }


def _student(found: OwnDay) -> dict[str, Any] | None:
    student = found.student
    if student is None:
        return None
    return {
        "id": student.pk,
        "name": student.person.called,
        "registration_number": student.registration_number,
        "form": found.standing.form if found.standing else "",
    }


def _lesson(each: Dated) -> dict[str, Any]:
    return {
        "id": each.lesson.pk,
        "name": each.name,
        "period": each.lesson.period,
        "starts_at": each.starts_at,
        "ends_at": each.ends_at,
        "room": each.room.name if each.room else "",
        "teachers": [str(staff) for staff in each.teachers()],
        "cancelled": each.is_off,
    }
