"""What is due in seconds does not wait for what takes minutes: a real worker, busy with all the long jobs it takes."""

import os
import subprocess
import sys
import time
from pathlib import Path

from django.db import connection
from procrastinate.contrib.django import app

from lyceum.config.worker import AT_ONCE
from lyceum.core.queues import LONG, SOON

WORKER = """
import time
from lyceum.config.loading import load_django
load_django()
from procrastinate.contrib.django import app
app.task(name="tests.long", queue="long")(lambda: time.sleep(120))
app.task(name="tests.soon")(lambda: None)
from lyceum.config.worker import serve_jobs
serve_jobs()
"""
LONGEST = 60
"""Seconds to wait for what must happen."""


def states_of(task: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [status for (status,) in cursor.fetchall()]


def test_a_message_goes_while_everything_long_is_busy(fresh_database, tmp_path: Path):
    for _ in range(AT_ONCE[LONG] + 1):
        app.configure_task("tests.long", queue=LONG).defer()
    surroundings = os.environ | {
        "DJANGO_SETTINGS_MODULE": "lyceum.config.settings",
        "LYCEUM_DATA": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    with subprocess.Popen([sys.executable, "-c", WORKER], env=surroundings) as worker:
        try:
            wait_for(lambda: states_of("tests.long").count("doing") == AT_ONCE[LONG])
            app.configure_task("tests.soon", queue=SOON).defer()
            wait_for(lambda: states_of("tests.soon") == ["succeeded"])
            assert states_of("tests.long") == ["doing"] * AT_ONCE[LONG] + ["todo"]
        finally:
            worker.kill()


def test_every_job_waits_in_a_queue_that_is_served():
    queues = {task.queue for task in app.tasks.values()} - {"builtin"}  # of the library: we defer none of them

    assert queues == set(AT_ONCE)


def wait_for(ready) -> None:
    deadline = time.monotonic() + LONGEST
    while not ready():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
