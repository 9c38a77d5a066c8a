"""What the operations of events answer with."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.calendars.answering import answers_until, why_closed
from lyceum.domains.calendars.models import Event, EventAttendance, EventInvitation
from lyceum.domains.calendars.queries import own_answers, sees_inside, state_now, student_of, waiting_number


class PlaceOut(Schema):
    """Where it is."""

    id: UUID
    name: str
    address: str
    map_link: str


class AnswerOut(Schema):
    """What somebody answered to an event."""

    id: UUID
    event_id: UUID
    student_id: UUID | None
    name: str
    state: str = Field(description="pending, accepted, declined, tentative, waitlisted or withdrawn.")
    seats: int
    waiting: int | None = Field(description="The number on the waiting list, from 1.")
    please_confirm: bool = Field(description="The event moved since they said yes.")
    confirm_by: dt.datetime | None = Field(description="Until when a seat that became free is held for them.")
    answered_at: dt.datetime | None
    note: str


class EventOut(Schema):
    """An event. `date` is its first day at the school; `starts_at` is null where it takes whole days."""

    id: UUID
    slug: str
    title: str
    type: str
    description: str = Field(description="In Markdown.")
    description_html: str
    date: dt.date
    last_day: dt.date
    all_day: bool
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    time_zone: str
    location_id: UUID | None
    location: PlaceOut | None = Field(description="Null where it has none, and where it is not for this caller.")
    is_virtual: bool
    join_url: str | None = Field(description="For those who take part and who keep the event; null for others.")
    speakers: list[str]
    organiser: str
    capacity: int | None
    seats_left: int | None
    waiting_list: bool
    opens_at: dt.datetime | None
    closes_at: dt.datetime = Field(description="Until when it can be answered.")
    is_open: bool = Field(description="Whether it can be answered now.")
    who_may_register: str
    visibility: str
    groups: list[str]
    class_ids: list[UUID]
    needs_consent: bool
    sequence: int
    state: str = Field(description="draft, published, completed or cancelled.")
    reason: str = Field(description="Why it was cancelled.")
    answers: list[AnswerOut] = Field(description="The caller's own, and those of their children.")


def event_shapes(events: Sequence[Event], *, actor: Actor) -> list[dict[str, Any]]:
    """Events as the actor may see them, in a fixed number of statements."""
    answers = own_answers(events, actor=actor)
    return [event_shape(event, answers.get(event.pk, []), actor=actor) for event in events]


def event_shape(event: Event, answers: Iterable[EventInvitation], *, actor: Actor) -> dict[str, Any]:
    """One event, read with its classes, its place and the seats that are taken."""
    mine = list(answers)
    inside = sees_inside(event, mine, actor=actor)
    keeps = actor.reaches_all(Permission.EVENTS_EDIT)
    location = event.location if _tells_place(event, inside, actor) else None
    taken: int = event.taken  # type: ignore[attr-defined]  # annotated by every query of events
    return {
        "id": event.pk,
        "slug": event.slug,
        "title": event.title,
        "type": event.type,
        "description": event.description,
        "description_html": event.description_html,
        "date": event.date,
        "last_day": event.last_day,
        "all_day": event.all_day,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "time_zone": event.zone,
        "location_id": event.location_id if location or keeps else None,
        "location": location
        and {
            "id": location.pk,
            "name": location.name,
            "address": location.address,
            "map_link": location.map_link,
        },
        "is_virtual": event.is_virtual,
        "join_url": (event.join_url or None) if inside else None,
        "speakers": event.speakers,
        "organiser": event.organiser_name if actor.user_id else "",
        "capacity": event.capacity,
        "seats_left": None if event.capacity is None else max(0, event.capacity - taken),
        "waiting_list": event.waiting_list,
        "opens_at": event.opens_at,
        "closes_at": answers_until(event),
        "is_open": not why_closed(event),
        "who_may_register": event.who_may_register,
        "visibility": event.visibility,
        "groups": event.groups,
        "class_ids": [each.school_class_id for each in event.classes.all()] if keeps else [],
        "needs_consent": event.needs_consent,
        "sequence": event.sequence,
        "state": state_now(event),
        "reason": event.reason if actor.user_id else "",
        "answers": [answer_shape(each) for each in mine],
    }


def _tells_place(event: Event, inside: bool, actor: Actor) -> bool:
    """A private event's place is for who takes part; strangers learn of public places alone."""
    if event.location is None or inside:
        return event.location is not None
    if event.visibility == Event.Visibility.PRIVATE:
        return False
    return actor.user_id is not None or event.location.is_public


def answer_shape(row: EventInvitation) -> dict[str, Any]:
    """What somebody answered; the person comes with their student records."""
    student = student_of(row)
    return {
        "id": row.pk,
        "event_id": row.event_id,
        "student_id": student.pk if student else None,
        "name": row.name,
        "state": row.state,
        "seats": row.seats,
        "waiting": getattr(row, "number", None) if row.place is not None else None,
        "please_confirm": row.please_confirm,
        "confirm_by": row.confirm_by,
        "answered_at": row.answered_at,
        "note": row.note,
    }


def answered_shape(row: EventInvitation) -> dict[str, Any]:
    """One answer as it was just given, with its number on the waiting list."""
    return answer_shape(row) | {"waiting": waiting_number(row)}


class AttendanceOut(Schema):
    """Whether one student was there. `attended` is null where nobody said, and for who was excused."""

    event_id: UUID
    student_id: UUID
    name: str
    attended: bool | None
    state: str | None
    checked_in_at: dt.datetime | None


def attendance_shape(row: EventAttendance | None) -> dict[str, Any]:
    """What was said of somebody, or that nothing was."""
    state = row.state if row else None
    attended = {"attended": True, "absent": False}.get(state or "")
    return {"attended": attended, "state": state, "checked_in_at": row.checked_in_at if row else None}
