"""What accounts do by the clock."""

from django.db import connection, connections
from procrastinate.contrib.django import app

from lyceum.core.owner import OWNER
from lyceum.domains.accounts.rules.attempts import forget_old_attempts
from lyceum.domains.accounts.rules.school_erasing import erase_due_schools
from lyceum.domains.accounts.rules.sessions import forget_old_sessions

ERASE_SCHOOLS = "accounts.erase_closed_schools"


@app.periodic(cron="23 * * * *")
@app.task(name="accounts.forget", queueing_lock="accounts.forget")
def forget(timestamp: int) -> None:
    """Every hour: failures that no longer count, refresh tokens that have ended, sign-ins of more than a year ago."""
    del timestamp
    forget_old_attempts()
    forget_old_sessions()
    connection.close()


@app.periodic(cron="37 * * * *")
@app.task(name=ERASE_SCHOOLS, queueing_lock=ERASE_SCHOOLS, lock=ERASE_SCHOOLS)
def erase_closed_schools(timestamp: int) -> None:
    """Every hour: erase closed schools whose time is over, one at a time; what was cut off goes on."""
    del timestamp
    try:
        erase_due_schools()
    finally:
        connections[OWNER].close()
        connection.close()
