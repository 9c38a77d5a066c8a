"""What calendars do by the clock."""

from django.db import connection
from procrastinate.contrib.django import app

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.schools import school_scope
from lyceum.domains.calendars.models import EventInvitation
from lyceum.domains.calendars.rules.waiting import move_on
from lyceum.domains.tenancy.models import School


@app.periodic(cron="*/10 * * * *")
@app.task(name="calendars.move_on_seats", queueing_lock="calendars.move_on_seats")
def move_on_seats(timestamp: int) -> None:
    """Every ten minutes: seats that nobody confirmed in time go to the next who waits."""
    del timestamp
    for school_id in School.objects.filter(status__in=("active", "restricted")).values_list("pk", flat=True):
        with school_scope(school_id):
            held = EventInvitation.objects.filter(confirm_by__lte=clock.now())
            for event_id in set(held.values_list("event", flat=True)):
                move_on(event_id, actor=system_actor(school_id))
    if not connection.in_atomic_block:
        connection.close()
