"""The waiting list by the clock."""

from uuid import UUID

from django.db import transaction

from lyceum.core.actor import Actor
from lyceum.domains.calendars.models import Event
from lyceum.domains.calendars.rules.seats import fill_seats


@transaction.atomic
def move_on(event_id: UUID, *, actor: Actor) -> None:
    """Let seats go that were not confirmed in time, and give what is free to those who wait."""
    event = Event.objects.select_for_update().filter(pk=event_id).first()
    if event is not None:
        fill_seats(event, actor=actor)
