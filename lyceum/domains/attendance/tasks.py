"""What attendance does by the clock."""

from django.db import connection
from procrastinate.contrib.django import app

from lyceum.core.schools import school_scope
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import today


@app.periodic(cron="3 * * * *")
@app.task(name="attendance.open_days", queueing_lock="attendance.open_days")
def open_days(timestamp: int) -> None:
    """Every hour, so soon after each school's midnight: make the registers of its day."""
    del timestamp
    schools = School.objects.filter(status__in=("active", "restricted")).values_list("pk", flat=True)
    for school_id in schools:
        open_school_day(school_id)
    connection.close()


def open_school_day(school_id: int) -> int:
    """Make today's registers of one school; a school that is not set up yet has none."""
    with school_scope(school_id):
        try:
            return open_day(today())
        except AttendanceNotSetUpError:
            return 0
