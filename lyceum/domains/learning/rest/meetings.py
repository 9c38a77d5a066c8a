"""Meetings of a run, over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Status

from lyceum.core.actor import Actor
from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.academics.days import school_days
from lyceum.domains.learning.meetings import get_meeting, list_meetings, may_see_join_url
from lyceum.domains.learning.models import Meeting
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rest.shapes import MeetingOut, meeting_shape
from lyceum.domains.learning.rules.meetings import LONGEST_NOTE, create_meeting, delete_meeting, edit_meeting

_OF_RUN = "schedules/{learning_schedule_id}/meetings/"
_ONE = "meetings/{meeting_id}/"


class MeetingIn(Strict):
    """A gathering. `allow_clash` keeps it although the instructor or the place is busy then."""

    starts_at: Instant
    ends_at: Instant
    location_id: UUID | None = None
    join_url: str = Field("", max_length=500)
    note: str = Field("", max_length=LONGEST_NOTE)
    allow_clash: bool = False


class MeetingPatch(Strict):
    """Some of a gathering."""

    starts_at: Instant = Field(default_factory=left_out)
    ends_at: Instant = Field(default_factory=left_out)
    location_id: UUID | None = None
    join_url: str = Field(default_factory=left_out, max_length=500)
    note: str = Field(default_factory=left_out, max_length=LONGEST_NOTE)
    allow_clash: bool = False


@router.get(_OF_RUN, response=ListOf[MeetingOut], operation_id="listMeetings", auth=Visiting())
def meetings(request: HttpRequest, learning_schedule_id: UUID, chosen: Query[Walk]) -> dict[str, Any]:
    """When a run meets, in order."""
    actor = actor_of(request)
    rows = list_meetings(learning_schedule_id, actor=actor)
    page = page_of(rows, order=("starts_at", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    with_url = may_see_join_url(learning_schedule_id, actor)
    return listed(page, [_shape(row, with_url) for row in page.rows])


@router.post(_OF_RUN, response={201: MeetingOut}, operation_id="createMeeting")
def create(request: HttpRequest, response: HttpResponse, learning_schedule_id: UUID, body: MeetingIn) -> Any:
    """One more gathering. A clash is refused and named, unless it is allowed."""
    values = body.dict(exclude_unset=True)
    allowed = values.pop("allow_clash", False)
    row = create_meeting(learning_schedule_id, values=values, allow_clash=allowed, actor=actor_of(request))
    response["Location"] = f"/api/v1/meetings/{row.pk}/"
    return with_etag(request, response, _shape(row, True))


@router.get(_ONE, response=MeetingOut, operation_id="getMeeting", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, meeting_id: UUID) -> Shown | HttpResponse:
    """One gathering."""
    return with_etag(request, response, _whole(meeting_id, actor_of(request)))


@router.patch(_ONE, response=MeetingOut, operation_id="changeMeeting")
def change(request: HttpRequest, response: HttpResponse, meeting_id: UUID, body: MeetingPatch) -> Any:
    """Move or change a gathering."""
    actor, values = actor_of(request), body.dict(exclude_unset=True)
    if is_conditional(request):
        refuse_stale(request, _whole(meeting_id, actor))
    allowed = values.pop("allow_clash", False)
    edit_meeting(meeting_id, values=values, allow_clash=allowed, actor=actor)
    return with_etag(request, response, _whole(meeting_id, actor))


@router.delete(_ONE, response={204: None}, operation_id="deleteMeeting")
def delete(request: HttpRequest, meeting_id: UUID) -> Any:
    """Take a gathering away."""
    actor = actor_of(request)
    if is_conditional(request):
        refuse_stale(request, _whole(meeting_id, actor))
    delete_meeting(meeting_id, actor=actor)
    return Status(204, None)


def _whole(meeting_id: UUID, actor: Actor) -> dict[str, Any]:
    row = get_meeting(meeting_id, actor=actor)
    return _shape(row, may_see_join_url(row.schedule_id, actor))


def _shape(row: Meeting, with_url: bool) -> dict[str, Any]:
    return meeting_shape(row, with_url=with_url, closed=school_days().why_closed(row.starts_at.date()))
