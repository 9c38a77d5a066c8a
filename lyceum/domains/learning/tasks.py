"""What learning does by the clock."""

from django.db import connection
from procrastinate.contrib.django import app

from lyceum.core.actor import system_actor
from lyceum.core.schools import school_scope
from lyceum.domains.learning import assignment_tasks, certificate_tasks  # noqa: F401  # found through this module
from lyceum.domains.learning.rules.lapsing import lapse_enrolments
from lyceum.domains.tenancy.models import School


@app.periodic(cron="*/10 * * * *")
@app.task(name="learning.lapse", queueing_lock="learning.lapse")
def lapse(timestamp: int) -> None:
    """Every ten minutes: unpaid places and offers lapse, and whoever waits gets the place. Safe to run twice."""
    del timestamp
    for school_id in School.objects.filter(status__in=("active", "restricted")).values_list("pk", flat=True):
        with school_scope(school_id):
            lapse_enrolments(actor=system_actor(school_id))
    if not connection.in_atomic_block:
        connection.close()
