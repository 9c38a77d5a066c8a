"""One student's attendance over REST."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.rest import Instant, Strict, actor_of
from lyceum.domains.attendance.families import SessionSeen, read_student_attendance
from lyceum.domains.attendance.rest.marks import span
from lyceum.domains.attendance.rest.numbers import NumbersOut, shape_numbers
from lyceum.domains.attendance.rest.router import router

Day = date  # the schema has a field called date


class SessionSeenOut(Schema):
    """A session. `code` is null for families, who read `label`, and only of sessions that have closed."""

    date: Day
    session: str
    code: str | None
    label: str
    status: str | None
    minutes_late: int | None


class StudentAttendanceOut(Schema):
    """A student's attendance from one day to another: the numbers, and the newest 1,000 sessions."""

    from_: Day = Field(alias="from")
    to: Day
    numbers: NumbersOut
    sessions: list[SessionSeenOut]


class StudentAttendanceFilter(Strict):
    """Which days, and as known when."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    as_known_at: Instant | None = None


@router.get(
    "students/{uuid:student_id}/attendance/",
    response=StudentAttendanceOut,
    by_alias=True,
    operation_id="studentAttendance",
)
def student_attendance(
    request: HttpRequest, student_id: UUID, chosen: Query[StudentAttendanceFilter]
) -> dict[str, Any]:
    """One student's attendance, for those at work, the student and the family."""
    first, last = span(chosen.from_, chosen.to)
    found = read_student_attendance(
        student_id, first=first, last=last, as_known_at=chosen.as_known_at, actor=actor_of(request)
    )
    return {
        "from": first,
        "to": last,
        "numbers": shape_numbers(found.numbers),
        "sessions": [shape_session(each) for each in found.sessions],
    }


def shape_session(each: SessionSeen) -> dict[str, Any]:
    """A session as it is answered."""
    return {
        "date": each.on,
        "session": each.session,
        "code": each.symbol,
        "label": each.label,
        "status": each.status,
        "minutes_late": each.minutes_late,
    }
