"""What detentions do by the clock."""

from datetime import UTC, datetime, timedelta
from functools import partial

from procrastinate.contrib.django import app

from lyceum.domains.behaviour.rules.detentions.days import note_days_since
from lyceum.domains.behaviour.rules.detentions.following import follow_up
from lyceum.domains.tenancy.everywhere import in_every_school


@app.periodic(cron="12 * * * *")
@app.task(name="behaviour.follow_detentions", queueing_lock="behaviour.follow_detentions")
def follow_detentions(timestamp: int) -> None:
    """Every hour, so on each school's morning: what follows missed detentions, closed days, those without a slot."""
    del timestamp
    in_every_school(follow_up)


@app.periodic(cron="* * * * *")
@app.task(name="behaviour.note_days", queueing_lock="behaviour.note_days")
def note_days(timestamp: int) -> None:
    """Every minute: the marks of the last minutes; every quarter of an hour those of a day, for who missed some."""
    instant = datetime.fromtimestamp(timestamp, UTC)
    back = timedelta(days=1) if instant.minute % 15 == 0 else timedelta(minutes=5)
    in_every_school(partial(note_days_since, instant - back))
