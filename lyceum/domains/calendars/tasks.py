"""What calendars do by the clock."""

from procrastinate.contrib.django import app

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.calendars.models import EventInvitation
from lyceum.domains.calendars.rules.waiting import move_on
from lyceum.domains.tenancy.everywhere import in_every_school


@app.periodic(cron="*/10 * * * *")
@app.task(name="calendars.move_on_seats", queueing_lock="calendars.move_on_seats")
def move_on_seats(timestamp: int) -> None:
    """Every ten minutes: seats that nobody confirmed in time go to the next who waits."""
    del timestamp
    in_every_school(_move_on_what_was_held)


def _move_on_what_was_held(*, actor: Actor) -> None:
    held = EventInvitation.objects.filter(confirm_by__lte=clock.now())
    for event_id in set(held.values_list("event", flat=True)):
        move_on(event_id, actor=actor)
