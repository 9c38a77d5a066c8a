"""What assignments do by the clock, and soon after an act."""

from collections.abc import Sequence
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import Actor, system_actor
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.learning.rules.assignments.publishing import follow_audience, publish_scheduled
from lyceum.domains.learning.rules.assignments.reminding import remind_pending
from lyceum.domains.learning.rules.assignments.telling import tell_of_work
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


@app.task(name="learning.tell_of_work", retry=RetryStrategy(max_attempts=3, exponential_wait=3))
def tell(school_id: int, submissions: Sequence[str]) -> None:
    """Tell learners of marks, and of work that came back. Twice tells them once."""
    with school_scope(school_id):
        tell_of_work([UUID(each) for each in submissions], actor=system_actor(school_id))
    give_back_connection()
