"""Events: the public ones for everybody, the others for those whom they are for, all of them for who keeps them."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query

from lyceum.core.etags import is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.calendars.models import Event
from lyceum.domains.calendars.queries import WALK, get_event, list_events
from lyceum.domains.calendars.rest.router import router
from lyceum.domains.calendars.rest.shapes import EventOut, event_shapes
from lyceum.domains.calendars.rules.events import (
    LARGEST,
    LONGEST_LINK,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_SPEAKERS,
    cancel_event,
    create_event,
    edit_event,
    get_event_for_edit,
    publish_event,
    remove_event,
)

MOST_CLASSES = 500


class EventFilter(Walk):
    """Which events."""

    first: dt.date | None = Field(None, alias="from", description="Those that end on this day or later.")
    last: dt.date | None = Field(None, alias="to", description="Those that begin on this day or before.")
    type: str = Field("", pattern=f"^({'|'.join(Event.Type.values)})?$")
    state: str = Field("", pattern="^(draft|published|completed|cancelled)?$")
    q: str = Field("", max_length=200, description="Part of the title.")


class EventPut(Strict):
    """An event, whole. With `date` alone it takes the whole day, with `starts_at` and `ends_at` hours; what is left
    out is as usual.
    """

    title: str = Field(max_length=LONGEST_TITLE)
    date: dt.date | None = None
    last_day: dt.date | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    location_id: UUID | None = None
    is_virtual: bool = False
    join_url: str = Field("", max_length=LONGEST_LINK)
    type: str = Field("other", max_length=20)
    description: str = Field("", max_length=LONGEST_TEXT)
    speakers: list[str] = Field(default_factory=list, max_length=MOST_SPEAKERS)
    capacity: int | None = Field(None, ge=1, le=LARGEST)
    waiting_list: bool = True
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    who_may_register: str = Field("audience", max_length=20)
    visibility: str = Field("school", max_length=20)
    groups: list[str] = Field(default_factory=list, max_length=10)
    class_ids: list[UUID] = Field(default_factory=list, max_length=MOST_CLASSES)
    needs_consent: bool = False


class EventIn(EventPut):
    """An event to be made, as a draft unless it is to be published at once."""

    publish: bool = False


class EventPatch(Strict):
    """Some of an event. A new `date` alone moves it and keeps its hours."""

    title: str = Field(default_factory=left_out, max_length=LONGEST_TITLE)
    date: dt.date = Field(default_factory=left_out)
    last_day: dt.date = Field(default_factory=left_out)
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    location_id: UUID | None = None
    is_virtual: bool = Field(default_factory=left_out)
    join_url: str = Field(default_factory=left_out, max_length=LONGEST_LINK)
    type: str = Field(default_factory=left_out, max_length=20)
    description: str = Field(default_factory=left_out, max_length=LONGEST_TEXT)
    speakers: list[str] = Field(default_factory=left_out, max_length=MOST_SPEAKERS)
    capacity: int | None = Field(None, ge=1, le=LARGEST)
    waiting_list: bool = Field(default_factory=left_out)
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    who_may_register: str = Field(default_factory=left_out, max_length=20)
    visibility: str = Field(default_factory=left_out, max_length=20)
    groups: list[str] = Field(default_factory=left_out, max_length=10)
    class_ids: list[UUID] = Field(default_factory=left_out, max_length=MOST_CLASSES)
    needs_consent: bool = Field(default_factory=left_out)


class EventReasonIn(Strict):
    """Why."""

    reason: str = Field("", max_length=500)


@router.get("events/", response=ListOf[EventOut], operation_id="listEvents", auth=Visiting())
def events(request: HttpRequest, chosen: Query[EventFilter]) -> dict[str, Any]:
    """Events by date: for strangers the published public ones; for others those, and what is for them."""
    actor = actor_of(request)
    rows = list_events(actor, first=chosen.first, last=chosen.last, type=chosen.type, state=chosen.state, text=chosen.q)
    page = page_of(rows, order=WALK, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, event_shapes(page.rows, actor=actor))


@router.post("events/", response={201: EventOut}, operation_id="createEvent")
def create(request: HttpRequest, response: HttpResponse, body: EventIn) -> Any:
    """Make an event: a draft, unless it is to be published at once."""
    actor, values = actor_of(request), body.dict()
    publish = values.pop("publish")
    event = create_event(values=values, actor=actor)
    if publish:
        publish_event(event.pk, actor=actor)
    response["Location"] = f"/api/v1/events/{event.pk}/"
    return with_etag(request, response, _shown(request, event.pk))


@router.get("events/{calendar_event_id}/", response=EventOut, operation_id="getEvent", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, calendar_event_id: UUID) -> Any:
    """One event, with what the caller and their children answered."""
    return with_etag(request, response, _shown(request, calendar_event_id))


@router.put("events/{calendar_event_id}/", response=EventOut, operation_id="replaceEvent")
def replace(request: HttpRequest, response: HttpResponse, calendar_event_id: UUID, body: EventPut) -> Any:
    """Replace an event's data."""
    return _changed(request, response, calendar_event_id, body.dict())


@router.patch("events/{calendar_event_id}/", response=EventOut, operation_id="changeEvent")
def change(request: HttpRequest, response: HttpResponse, calendar_event_id: UUID, body: EventPatch) -> Any:
    """Change some of an event. A new time or place raises `sequence` and tells those who did not decline."""
    return _changed(request, response, calendar_event_id, body.dict(exclude_unset=True))


@router.delete("events/{calendar_event_id}/", response={204: None}, operation_id="deleteEvent")
def delete(request: HttpRequest, calendar_event_id: UUID, body: EventReasonIn | None = None) -> None:
    """Delete a draft. A published event is cancelled, not deleted; those who did not decline are told."""
    actor = actor_of(request)
    if is_conditional(request):
        get_event_for_edit(calendar_event_id, actor=actor)
        refuse_stale(request, _shown(request, calendar_event_id))
    remove_event(calendar_event_id, reason=body.reason if body else "", actor=actor)


@router.post("events/{calendar_event_id}/publish/", response=EventOut, operation_id="publishEvent")
def publish(request: HttpRequest, response: HttpResponse, calendar_event_id: UUID) -> Any:
    """Let those whom it is for know of it; who is invited is told."""
    publish_event(calendar_event_id, actor=actor_of(request))
    return with_etag(request, response, _shown(request, calendar_event_id))


@router.post("events/{calendar_event_id}/cancel/", response=EventOut, operation_id="cancelEvent")
def cancel(request: HttpRequest, response: HttpResponse, calendar_event_id: UUID, body: EventReasonIn) -> Any:
    """Call an event off, with a reason that those who did not decline are told."""
    cancel_event(calendar_event_id, reason=body.reason, actor=actor_of(request))
    return with_etag(request, response, _shown(request, calendar_event_id))


def _changed(request: HttpRequest, response: HttpResponse, calendar_event_id: UUID, values: dict[str, Any]) -> Any:
    actor = actor_of(request)
    if is_conditional(request):
        get_event_for_edit(calendar_event_id, actor=actor)
        refuse_stale(request, _shown(request, calendar_event_id))
    edit_event(calendar_event_id, values=values, actor=actor)
    return with_etag(request, response, _shown(request, calendar_event_id))


def _shown(request: HttpRequest, calendar_event_id: UUID) -> dict[str, Any]:
    actor = actor_of(request)
    return event_shapes([get_event(calendar_event_id, actor=actor)], actor=actor)[0]
