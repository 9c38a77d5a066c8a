"""Who came to an event."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.calendars.queries import list_attendance, list_participation
from lyceum.domains.calendars.rest.router import router
from lyceum.domains.calendars.rest.shapes import AttendanceOut, attendance_shape
from lyceum.domains.calendars.rules.attendance import MOST, Seen, record_event_attendance


class SeenIn(Strict):
    """One student and whether they were there; `state` says more than `attended`: attended, absent or excused."""

    student_id: UUID
    attended: bool | None = None
    state: str = Field("", max_length=10)
    event_id: UUID | None = None

    def seen(self, n: int) -> Seen:
        """As the rule takes it."""
        if not self.state and self.attended is None:
            raise invalid_field(f"/{n}/attended", "required", _("Say whether they were there."))
        return Seen(self.student_id, self.state or ("attended" if self.attended else "absent"))


class AttendanceIn(Strict):
    """The whole list, or a part of it."""

    attendance: list[SeenIn] = Field(max_length=MOST)


@router.get("events/{calendar_event_id}/attendance/", response=list[AttendanceOut], operation_id="getEventAttendance")
def attendance(request: HttpRequest, calendar_event_id: UUID) -> list[dict[str, Any]]:
    """The students who take part or were there, by name, each with what was said."""
    return _listed(calendar_event_id, actor_of(request))


@router.put(
    "events/{calendar_event_id}/attendance/", response=list[AttendanceOut], operation_id="recordEventAttendance"
)
def save_attendance(request: HttpRequest, calendar_event_id: UUID, body: AttendanceIn) -> list[dict[str, Any]]:
    """Say who came: invited or not. Of whom nothing is sent, what was said before stays."""
    for n, each in enumerate(body.attendance):
        if each.event_id not in (None, calendar_event_id):
            raise invalid_field(f"/attendance/{n}/event_id", "choice", _("This row is of another event."))
    seen = [each.seen(n) for n, each in enumerate(body.attendance)]
    record_event_attendance(calendar_event_id, seen=seen, actor=actor_of(request))
    return _listed(calendar_event_id, actor_of(request))


def _listed(calendar_event_id: UUID, actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "event_id": calendar_event_id,
            "student_id": student.pk,
            "name": student.person.full_name,
            **attendance_shape(row),
        }
        for student, row in list_attendance(calendar_event_id, actor=actor)
    ]


class ParticipationOut(Schema):
    """An event, and whether the student was there."""

    event_id: UUID
    student_id: UUID
    title: str
    date: date
    attended: bool | None
    state: str | None


@router.get(
    "students/{uuid:student_id}/participation/", response=ListOf[ParticipationOut], operation_id="listParticipation"
)
def participation(request: HttpRequest, student_id: UUID, walk: Query[Walk]) -> dict[str, Any]:
    """The events at which somebody said whether a student was there; the newest first."""
    rows = list_participation(student_id, actor=actor_of(request))
    page = page_of(rows, order=("-event__date", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    items = [
        {
            "event_id": row.event_id,
            "student_id": row.student_id,
            "title": row.event.title,
            "date": row.event.date,
            **attendance_shape(row),
        }
        for row in page.rows
    ]
    return listed(page, items)
