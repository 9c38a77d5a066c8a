"""What assignments do by the clock."""

from procrastinate.contrib.django import app

from lyceum.core.actor import Actor
from lyceum.domains.learning.rules.assignments.publishing import follow_audience, publish_scheduled
from lyceum.domains.learning.rules.assignments.reminding import remind_pending
from lyceum.domains.learning.rules.assignments.writing import close_overdue
from lyceum.domains.tenancy.everywhere import in_every_school


@app.periodic(cron="*/5 * * * *")
@app.task(name="learning.assignments_by_the_clock", queueing_lock="learning.assignments_by_the_clock")
def by_the_clock(timestamp: int) -> None:
    """Every five minutes: give out what is to be given out, close what is to be closed."""
    del timestamp
    in_every_school(publish_scheduled, close_overdue)


@app.periodic(cron="17 * * * *")
@app.task(name="learning.remind_of_assignments", queueing_lock="learning.remind_of_assignments")
def remind(timestamp: int) -> None:
    """Every hour: who belongs to a class today, and reminders two days and one day before work is due."""
    del timestamp
    in_every_school(_follow_members, remind_pending)


def _follow_members(*, actor: Actor) -> None:
    del actor
    follow_audience()
