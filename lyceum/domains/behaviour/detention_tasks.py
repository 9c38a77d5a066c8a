"""What detentions do by the clock."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from procrastinate.contrib.django import app

from lyceum.core.actor import system_actor
from lyceum.core.schools import school_scope
from lyceum.domains.behaviour.rules.detentions.days import note_days_since
from lyceum.domains.behaviour.rules.detentions.following import follow_up
from lyceum.domains.tenancy.models import School


@app.periodic(cron="12 * * * *")
@app.task(name="behaviour.follow_detentions", queueing_lock="behaviour.follow_detentions")
def follow_detentions(timestamp: int) -> None:
    """Every hour, so on each school's morning: what follows missed detentions, closed days, those without a slot."""
    del timestamp
    for school_id in School.objects.filter(status__in=("active", "restricted")).values_list("pk", flat=True):
        with school_scope(school_id):
            follow_up(system_actor(school_id))
    if not connection.in_atomic_block:
        connection.close()


@app.periodic(cron="* * * * *")
@app.task(name="behaviour.note_days", queueing_lock="behaviour.note_days")
def note_days(timestamp: int) -> None:
    """Every minute: the marks of the last minutes; every quarter of an hour those of a day, for who missed some."""
    instant = datetime.fromtimestamp(timestamp, UTC)
    back = timedelta(days=1) if instant.minute % 15 == 0 else timedelta(minutes=5)
    for school_id in School.objects.filter(status__in=("active", "restricted")).values_list("pk", flat=True):
        with school_scope(school_id):
            note_days_since(instant - back, actor=system_actor(school_id))
    if not connection.in_atomic_block:
        connection.close()
