"""Jobs whose worker was killed go back to the queue, whatever waits there."""

import asyncio
from types import SimpleNamespace

from django.db import connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app

from lyceum.domains.journal.tasks import retry_stalled_jobs


def test_a_silent_job_whose_work_waits_already_ends_and_hinders_no_other(fresh_database):
    """Each holds a lock; the work of the first was enqueued anew while it was silent."""
    for name in ("one", "two"):
        app.configure_task("tests.silent", lock=name, queueing_lock=name).defer()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    app.configure_task("tests.silent", lock="one", queueing_lock="one").defer()

    asyncio.run(_retry(fresh_database.app_url))

    with connection.cursor() as cursor:
        cursor.execute("SELECT lock, status::text FROM procrastinate_jobs ORDER BY id")
        assert cursor.fetchall() == [("one", "failed"), ("two", "todo"), ("one", "todo")]


async def _retry(url: str) -> None:
    async with app.with_connector(PsycopgConnector(conninfo=url, min_size=1, max_size=2)).open_async() as opened:
        await retry_stalled_jobs.func(SimpleNamespace(app=opened), 0)
