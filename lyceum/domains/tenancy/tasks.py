"""What tenancy does by the clock."""

from django.db import connections
from procrastinate.contrib.django import app

from lyceum.core.owner import OWNER
from lyceum.core.statistics import analyze_changed


@app.periodic(cron="47 2 * * *")
@app.task(name="tenancy.count_rows", queueing_lock="tenancy.count_rows")
def count_rows(timestamp: int) -> None:
    """Every night: let the database count the rows of tables that have grown, for a school that is new among others."""
    del timestamp
    try:
        analyze_changed()
    finally:
        connections[OWNER].close()
