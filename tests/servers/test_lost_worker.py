"""A worker that is killed in the middle of a run: what the engine had found is kept, and the next one goes on."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lyceum.domains.timetable.models import PlannedLesson, Run
from lyceum.domains.timetable.rules.constraints import NewRule, create_rule
from lyceum.domains.timetable.rules.runs import NewRun, cancel_run, start_run
from lyceum.domains.timetable.tests.conftest import PERIODS, make_small
from lyceum.testing.factories import in_school

WORK = """
import sys
from lyceum.config.loading import load_django
load_django()
from lyceum.domains.timetable.tasks import run_engine
run_engine(int(sys.argv[1]), sys.argv[2], None, "test")
"""


def wait_until(is_so, seconds=120):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def is_alive(pid):
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def endless(fresh_database):
    """A run that finds a timetable at once, and would go on for a day to make it cheaper: it cannot become free."""
    small = make_small()
    with in_school(small.school):
        slots = [[day, period] for day in range(1, 6) for period in PERIODS]
        dear = NewRule("not_available", [("teacher", small.lead("7A/MA"))], {"slots": slots}, weight=50)
        create_rule(small.year.pk, dear, actor=small.system)
        new = NewRun(year=small.year.pk, seconds=86_400, workers=1)
        run = start_run(new, enqueue=lambda _run: None, actor=small.system)
    return small, run.pk, fresh_database


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them")
def test_a_run_whose_worker_is_killed_keeps_its_best_and_goes_on_with_the_next(endless):
    small, run_id, database = endless
    urls = {"DATABASE_URL": database.owner_url, "DATABASE_APP_URL": database.app_url}
    surroundings = os.environ | urls | {"DATABASE_DIRECT_URL": database.app_url}

    def run():
        with in_school(small.school):
            return Run.objects.get(pk=run_id)

    def worker():
        return subprocess.Popen([sys.executable, "-c", WORK, str(small.school.pk), str(run_id)], env=surroundings)

    first = worker()
    wait_until(lambda: len(run().best) == 30 or first.poll() is not None)
    engines = [int(pid) for pid in Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()]
    first.kill()
    first.wait()
    kept = run()
    wait_until(lambda: not any(map(is_alive, engines)))
    second = worker()
    try:
        wait_until(lambda: run().began_at > kept.began_at and run().progress["seconds"] > kept.progress["seconds"])
        with in_school(small.school):
            cancel_run(run_id, actor=small.system)
        assert second.wait(timeout=60) == 0
    finally:
        second.kill()
        second.wait()

    ended = run()
    assert len(engines) == 1
    assert (kept.state, ended.state) == (Run.State.RUNNING, Run.State.CANCELLED)
    assert ended.progress["cost"] <= kept.progress["cost"]
    with in_school(small.school):
        assert PlannedLesson.objects.filter(version=ended.version_id, day=None).count() == 0
