"""Registering for events, and one's own."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.calendars.queries import attendance_of, list_own_events, sees_inside, state_now, student_of
from lyceum.domains.calendars.rest.router import router
from lyceum.domains.calendars.rest.shapes import (
    AnswerOut,
    answer_shape,
    answered_shape,
    attendance_shape,
)
from lyceum.domains.calendars.rules.answers import MOST_SEATS, answer_event, withdraw_from_event
from lyceum.domains.calendars.words import where_in_words


class RegisterForEventIn(Strict):
    """For whom: oneself, or a child; a guardian of several says which."""

    student_id: UUID | None = None
    seats: int = Field(1, ge=1, le=MOST_SEATS)
    note: str = Field("", max_length=500)


class AnswerIn(RegisterForEventIn):
    """Whether somebody comes."""

    answer: str = Field(pattern="^(accepted|declined|tentative)$")


class WithdrawIn(Strict):
    """For whom: oneself, or a child."""

    student_id: UUID | None = None


@router.post("events/{calendar_event_id}/register/", response=AnswerOut, operation_id="registerForEvent")
def register(request: HttpRequest, calendar_event_id: UUID, body: RegisterForEventIn | None = None) -> dict[str, Any]:
    """Take a seat; where there is none, the next place on the waiting list."""
    given = body.dict() if body else {}
    return answered_shape(answer_event(calendar_event_id, **given, actor=actor_of(request)))


@router.post("events/{calendar_event_id}/answer/", response=AnswerOut, operation_id="answerEvent")
def answer(request: HttpRequest, calendar_event_id: UUID, body: AnswerIn) -> dict[str, Any]:
    """Answer an invitation: accepted, declined or tentative. Answering again changes the answer."""
    return answered_shape(answer_event(calendar_event_id, **body.dict(), actor=actor_of(request)))


@router.post("events/{calendar_event_id}/withdraw/", response=AnswerOut, operation_id="withdrawFromEvent")
def withdraw(request: HttpRequest, calendar_event_id: UUID, body: WithdrawIn | None = None) -> dict[str, Any]:
    """Give a seat back, or a place on the waiting list."""
    student = body.student_id if body else None
    return answered_shape(withdraw_from_event(calendar_event_id, student_id=student, actor=actor_of(request)))


class OwnEventOut(Schema):
    """An event that one is invited to or registered for, what was answered, and whether one was there."""

    id: UUID
    slug: str
    title: str
    date: dt.date
    last_day: dt.date
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    location_id: UUID | None
    where: str
    is_virtual: bool
    join_url: str | None
    event_state: str
    answer: AnswerOut
    attended: bool | None
    attendance: str | None


@router.get("students/me/events/", response=ListOf[OwnEventOut], operation_id="listOwnEvents")
def own_events(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The events that the caller and their children are registered for or invited to, with attendance; newest first."""
    actor = actor_of(request)
    rows = list_own_events(actor)
    page = page_of(rows, order=("-date", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    said = attendance_of(page.rows)
    items = []
    for row in page.rows:
        event, student = row.event, student_of(row)
        inside = sees_inside(event, [row], actor=actor)
        seen = attendance_shape(said.get((event.pk, student.pk)) if student else None)
        shows_place = inside or event.visibility != "private"
        items.append({
            "id": event.pk,
            "slug": event.slug,
            "title": event.title,
            "date": event.date,
            "last_day": event.last_day,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "location_id": event.location_id if shows_place else None,
            "where": where_in_words(event) if shows_place else "",
            "is_virtual": event.is_virtual,
            "join_url": (event.join_url or None) if inside else None,
            "event_state": state_now(event),
            "answer": answer_shape(row),
            "attended": seen["attended"],
            "attendance": seen["state"],
        })  # fmt: skip
    return listed(page, items)
