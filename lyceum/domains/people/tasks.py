"""What people do by the clock."""

from django.db import connection
from procrastinate.contrib.django import app

from lyceum.core.actor import system_actor
from lyceum.core.schools import school_scope
from lyceum.domains.people.rules.access import tell_of_coming_of_age
from lyceum.domains.people.rules.deletions import erase_deleted
from lyceum.domains.tenancy.models import School


@app.periodic(cron="41 5 * * *")
@app.task(name="people.coming_of_age", queueing_lock="people.coming_of_age")
def coming_of_age(timestamp: int) -> None:
    """Every day: tell those who come of age within 30 days, and their guardians."""
    del timestamp
    schools = School.objects.filter(status__in=("active", "restricted")).values_list("pk", flat=True)
    for school_id in schools:
        with school_scope(school_id):
            tell_of_coming_of_age(actor=system_actor(school_id))
    connection.close()


@app.periodic(cron="11 4 * * *")
@app.task(name="people.erase_deleted", queueing_lock="people.erase_deleted")
def erase_old(timestamp: int) -> None:
    """Once a night: erase students who were deleted 30 days ago."""
    del timestamp
    for school_id in School.objects.values_list("pk", flat=True):
        with school_scope(school_id):
            erase_deleted(actor=system_actor(school_id))
    connection.close()
