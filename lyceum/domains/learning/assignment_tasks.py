"""What assignments do by the clock."""

from django.db import connection, transaction
from procrastinate.contrib.django import app

from lyceum.core.actor import system_actor
from lyceum.core.schools import school_scope
from lyceum.domains.learning.rules.assignments.publishing import follow_audience, publish_scheduled
from lyceum.domains.learning.rules.assignments.reminding import remind_pending
from lyceum.domains.learning.rules.assignments.writing import close_overdue
from lyceum.domains.tenancy.models import School


@app.periodic(cron="*/5 * * * *")
@app.task(name="learning.assignments_by_the_clock", queueing_lock="learning.assignments_by_the_clock")
def by_the_clock(timestamp: int) -> None:
    """Every five minutes: give out what is to be given out, close what is to be closed."""
    del timestamp
    for school_id in School.objects.filter(status__in=("active", "restricted")).values_list("pk", flat=True):
        with school_scope(school_id):
            publish_scheduled(actor=system_actor(school_id))
            close_overdue(actor=system_actor(school_id))
    _give_back_connection()


@app.periodic(cron="17 * * * *")
@app.task(name="learning.remind_of_assignments", queueing_lock="learning.remind_of_assignments")
def remind(timestamp: int) -> None:
    """Every hour: who belongs to a class today, and reminders two days and one day before work is due."""
    del timestamp
    for school_id in School.objects.filter(status__in=("active", "restricted")).values_list("pk", flat=True):
        with school_scope(school_id):
            with transaction.atomic():
                follow_audience()
            remind_pending(actor=system_actor(school_id))
    _give_back_connection()


def _give_back_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()
