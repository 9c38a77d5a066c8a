"""Addresses of calendars for other programs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema, Status

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.calendars.feeds import list_feeds
from lyceum.domains.calendars.models import CalendarFeed
from lyceum.domains.calendars.rest.router import router
from lyceum.domains.calendars.rules.feeds import make_feed, revoke_feed


class CalendarFeedIn(Strict):
    """Whose calendar."""

    student_id: UUID | None = Field(None, description="One of one's children; null: one's own.")


class CalendarFeedOut(Schema):
    """An address of a calendar."""

    id: UUID
    student_id: UUID | None
    created_at: datetime


class NewCalendarFeedOut(CalendarFeedOut):
    """An address that was made just now."""

    path: str = Field(description="Told this once. Add it to the school's address, and give it to a calendar program.")


class CalendarFeedsOut(Schema):
    """One's own addresses, the oldest first."""

    items: list[CalendarFeedOut]


@router.get("calendar-feeds/", response=CalendarFeedsOut, operation_id="listCalendarFeeds")
def feeds(request: HttpRequest) -> dict[str, Any]:
    """The addresses of calendars that the caller made and did not take back."""
    return {"items": [_shape(row) for row in list_feeds(actor_of(request))]}


@router.post("calendar-feeds/", response={201: NewCalendarFeedOut}, operation_id="createCalendarFeed")
def create(request: HttpRequest, body: CalendarFeedIn) -> Status[dict[str, Any]]:
    """Make an address of one's own calendar, or of one child's: lessons, events, courses, due work, as iCalendar."""
    made = make_feed(student_id=body.student_id, actor=actor_of(request))
    return Status(201, _shape(made.feed) | {"path": made.path})


@router.delete("calendar-feeds/{calendar_feed_id}/", response={204: None}, operation_id="revokeCalendarFeed")
def revoke(request: HttpRequest, calendar_feed_id: UUID) -> Status[None]:
    """Take an address back: it answers nobody any more."""
    revoke_feed(calendar_feed_id, actor=actor_of(request))
    return Status(204, None)


def _shape(row: CalendarFeed) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("student_id", "created_at")} | {"id": row.pk}
