"""What accounts do by the clock."""

from django.db import connection
from procrastinate.contrib.django import app

from lyceum.domains.accounts.rules.attempts import forget_old_attempts
from lyceum.domains.accounts.rules.sessions import forget_old_sessions


@app.periodic(cron="23 * * * *")
@app.task(name="accounts.forget", queueing_lock="accounts.forget")
def forget(timestamp: int) -> None:
    """Every hour: failures that no longer count, refresh tokens that have ended, sign-ins of more than a year ago."""
    del timestamp
    forget_old_attempts()
    forget_old_sessions()
    connection.close()
