"""The guest list, for who keeps an event."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.calendars.queries import list_guests
from lyceum.domains.calendars.rest.router import router
from lyceum.domains.calendars.rest.shapes import AnswerOut, answer_shape, answered_shape
from lyceum.domains.calendars.rules.invitations import invite_people, uninvite


class GuestOut(AnswerOut):
    """Somebody on the guest list, as what, and why they were invited."""

    part: str
    reason_invited: str
    answered_by: str


class InviteIn(Strict):
    """Whom to invite: students, the students of classes, staff."""

    students: list[UUID] = Field(default_factory=list, max_length=2000)
    classes: list[UUID] = Field(default_factory=list, max_length=200)
    staff: list[UUID] = Field(default_factory=list, max_length=2000)
    part: str = Field("optional", pattern="^(required|optional|speaker|host)$")


@router.get("events/{calendar_event_id}/invitations/", response=ListOf[GuestOut], operation_id="listEventInvitations")
def guests(request: HttpRequest, calendar_event_id: UUID, walk: Query[Walk]) -> dict[str, Any]:
    """Who is invited and what they said."""
    rows = list_guests(calendar_event_id, actor=actor_of(request))
    page = page_of(rows, order=("name", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_shape(row) for row in page.rows])


@router.post("events/{calendar_event_id}/invitations/", response=list[GuestOut], operation_id="inviteToEvent")
def invite(request: HttpRequest, calendar_event_id: UUID, body: InviteIn) -> list[dict[str, Any]]:
    """Invite people; answers those who were not invited before. Once the event is published they are told."""
    rows = invite_people(calendar_event_id, **body.dict(), actor=actor_of(request))
    return [_shape(row) for row in rows]


@router.delete(
    "events/{calendar_event_id}/invitations/{invited_id}/", response=AnswerOut, operation_id="takeEventInvitationBack"
)
def take_back(request: HttpRequest, calendar_event_id: UUID, invited_id: UUID) -> dict[str, Any]:
    """Take an invitation back. A seat that it held goes to the first who waits."""
    return answered_shape(uninvite(calendar_event_id, invited_id, actor=actor_of(request)))


def _shape(row: Any) -> dict[str, Any]:
    more = {"part": row.part, "reason_invited": row.reason, "answered_by": row.answered_by_name}
    return answer_shape(row) | more
