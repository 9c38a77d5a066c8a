"""The seats of an event. Whoever counts them has locked the event: of two who want the last, one comes second."""

from datetime import datetime

from django.db.models import Max, Sum

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.calendars.facts import InvitationAnswered
from lyceum.domains.calendars.models import Event, EventInvitation
from lyceum.domains.calendars.rules.telling import tell_seat
from lyceum.domains.calendars.settings import HOLDS_FREED_SEAT
from lyceum.domains.journal.rules import Target, record

State = EventInvitation.State


def seats_left(event: Event) -> int | None:
    """How many seats nobody has; None where there is no limit, never below nought."""
    if event.capacity is None:
        return None
    rows = event.invitations.filter(state=State.ACCEPTED)
    return max(0, event.capacity - (rows.aggregate(taken=Sum("seats"))["taken"] or 0))


def next_place(event: Event) -> int:
    """The end of the waiting list."""
    return (event.invitations.aggregate(last=Max("place"))["last"] or 0) + 1


def is_waiting(event: Event) -> bool:
    """Whether anybody waits: who comes later comes after them."""
    return event.invitations.filter(state=State.WAITLISTED).exists()


def fill_seats(event: Event, *, actor: Actor) -> None:
    """Give seats that are free to those who wait, the first of them first, and tell them.

    Nobody overtakes: where the first wants more seats than there are, the list waits with them.
    """
    _let_go(event, actor=actor)
    left = seats_left(event)
    if event.state != Event.State.PUBLISHED:
        return
    for row in event.invitations.filter(state=State.WAITLISTED).order_by("place"):
        if left is not None and row.seats > left:
            return
        left = None if left is None else left - row.seats
        row.state, row.place, row.confirm_by = State.ACCEPTED, None, _until(event)
        row.save()
        _note(event, row, actor)
        tell_seat(event, row, actor=actor)


def _until(event: Event) -> datetime | None:
    """Until when a freed seat is held; no later than the event begins."""
    until = clock.now() + HOLDS_FREED_SEAT
    return min(until, event.starts_at) if event.starts_at and event.starts_at > clock.now() else until


def _let_go(event: Event, *, actor: Actor) -> None:
    """Who did not confirm in time the seat that they came up to has it no more."""
    for row in event.invitations.filter(state=State.ACCEPTED, confirm_by__lte=clock.now()):
        row.state, row.confirm_by = State.DECLINED, None
        row.save()
        _note(event, row, actor)


def _note(event: Event, row: EventInvitation, actor: Actor) -> None:
    fact = InvitationAnswered(event=event.pk, person=row.person_id, state=row.state)
    record(
        "calendars.invitation.move",
        target=Target.of(row),
        changes={"state": [None, row.state]},
        facts=[fact],
        actor=actor,
    )
