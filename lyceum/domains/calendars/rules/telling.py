"""Telling people of events: who is invited, who takes part, who came up from the waiting list."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor, system_actor
from lyceum.domains.accounts.models import User
from lyceum.domains.calendars.models import Event, EventInvitation
from lyceum.domains.calendars.words import when_in_words, where_in_words
from lyceum.domains.notifications.choice import FAMILY_WISHES, STAFF_WISHES
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.rules.wording import Said
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Type, Urgency
from lyceum.domains.people.contacts_for import Purpose, contacts_of
from lyceum.domains.people.models import Person, Staff, Student
from lyceum.domains.people.office import staff_recipient
from lyceum.domains.tenancy.queries import today

INVITED, CHANGED, CANCELLED = "calendars.invited", "calendars.changed", "calendars.cancelled"
SEAT, CONSENT = "calendars.seat", "calendars.consent"
State = EventInvitation.State
_GONE = (State.DECLINED, State.WITHDRAWN)
_NAMED = ("school", "title", "when", "where")

declare(
    INVITED,
    Text(
        subject=_("An invitation from {school}"),
        message=_("You are invited: {title}, {when}. {where} Please answer."),
        short=_("{school}: you are invited: {title}, {when}."),
        placeholders=_NAMED,
    ),
)
declare(
    CHANGED,
    Text(
        subject=_("An event of {school} has changed"),
        message=_("{title} is now: {when}. {where}"),
        short=_("{school}: {title} is now: {when}."),
        placeholders=_NAMED,
    ),
)
declare(
    CANCELLED,
    Text(
        subject=_("An event of {school} is cancelled"),
        message=_("{title}, {when}, does not take place: {reason}"),
        short=_("{school}: {title}, {when}, does not take place."),
        placeholders=(*_NAMED, "reason"),
    ),
)
declare(
    SEAT,
    Text(
        subject=_("A place is free for you"),
        message=_("There is a place now: {title}, {when}. Confirm it, or it goes to the next."),
        short=_("{school}: there is a place now: {title}, {when}. Please confirm."),
        placeholders=_NAMED,
    ),
)
declare(
    CONSENT,
    Text(
        subject=_("{school} asks for your consent"),
        message=_("Your child would like to take part: {title}, {when}. It needs your yes."),
        short=_("{school}: your child would like to take part: {title}. It needs your yes."),
        placeholders=_NAMED,
    ),
)


def tell_invited(event: Event, rows: Sequence[EventInvitation] | None = None, *, actor: Actor) -> None:
    """Who is invited and did not answer hears of it, once the event is published."""
    if event.state == Event.State.PUBLISHED:
        asked = _rows(event).filter(state=State.PENDING) if rows is None else rows
        _tell(INVITED, event, asked, occasion="", actor=actor)


def tell_changed(event: Event, *, confirm: bool, actor: Actor) -> None:
    """Who did not decline hears of the new time or place; who said yes is asked to confirm where it moved far."""
    if confirm:
        _rows(event).filter(state=State.ACCEPTED).update(please_confirm=True)
    _tell(CHANGED, event, _rows(event).exclude(state__in=_GONE), occasion=str(event.sequence), actor=actor)


def tell_cancelled(event: Event, *, actor: Actor) -> None:
    """Who did not decline hears that it does not take place, and why."""
    rows = _rows(event).exclude(state__in=_GONE)
    _tell(CANCELLED, event, rows, occasion="", actor=actor, values={"reason": event.reason})


def tell_seat(event: Event, row: EventInvitation, *, actor: Actor) -> None:
    """Somebody came up from the waiting list."""
    _tell(SEAT, event, [row], occasion=f"{row.pk}:{row.confirm_by}", actor=actor)


def ask_consent(event: Event, student: Student, *, actor: Actor) -> None:
    """The guardians of a student hear that it needs their yes."""
    news = _news(CONSENT, event, occasion=str(student.pk), values={})
    choices = contacts_of([student.pk], purpose=Purpose.GENERAL, day=today(), actor=system_actor(actor.school))
    notify(news, [each.as_recipient() for each in choices.get(student.pk, ()) if each.is_told], actor=actor)


def _rows(event: Event) -> "QuerySet[EventInvitation]":
    return EventInvitation.objects.filter(event=event)


def _tell(
    template: str,
    event: Event,
    rows: "QuerySet[EventInvitation] | Sequence[EventInvitation]",
    *,
    occasion: str,
    actor: Actor,
    values: dict[str, Said] | None = None,
) -> None:
    told = recipients_of(list(rows), actor=actor)
    if told:
        notify(_news(template, event, occasion=occasion, values=values or {}), told, actor=actor)


def _news(template: str, event: Event, *, occasion: str, values: dict[str, Said]) -> News:
    return News(
        type=Type.EVENT.value,
        template=template,
        values={
            "title": event.title,
            "when": lambda: when_in_words(event),
            "where": lambda: where_in_words(event),
            **values,
        },
        dedupe_key=f"{template}:{event.pk}:{occasion}",
        urgency=Urgency.IMPORTANT.value,
        link=f"/calendar/events/{event.pk}/",
        source=str(event.pk),
    )


def recipients_of(rows: Sequence[EventInvitation], *, actor: Actor) -> list[Recipient]:
    """Whom to tell of what concerns invited people: a student with their guardians, anybody else alone.

    Five statements, however many.
    """
    people = [row.person_id for row in rows if row.person_id]
    students = Student.objects.filter(person__in=people, deleted_at=None).values_list("pk", flat=True)
    choices = contacts_of(list(students), purpose=Purpose.GENERAL, day=today(), actor=system_actor(actor.school))
    told = [each.as_recipient() for found in choices.values() for each in found if each.is_told]
    own = Person.objects.filter(pk__in=people, user__isnull=False).values_list("pk", "user")
    staff = set(Staff.objects.filter(person__in=people).values_list("person", flat=True))
    accounts: list[tuple[UUID | None, UUID]] = [*own, *((None, row.user) for row in rows if row.user)]
    users = User.objects.filter(pk__in=[user for _person, user in accounts]).prefetch_related("emails").in_bulk()
    for person, user_id in accounts:
        known = staff_recipient(users[user_id], "invited")
        wishes = STAFF_WISHES if person is None or person in staff else FAMILY_WISHES
        told.append(replace(known, person=person or user_id, usual=wishes))
    return told
