"""From an act to a webhook: a real worker hears of it, numbers it and sends it, long before the sweep of the minute."""

import os
import subprocess
import sys
import time
from pathlib import Path

from lyceum.core.actor import Via, system_actor
from lyceum.domains.accounts.rules.keys import create_key, revoke_key
from lyceum.domains.journal.rules.endpoints import NewWebhook, create_webhook
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school
from lyceum.testing.receivers import receiving
from tests.servers.conftest import WORKER

LONGEST, AT_ONCE = 90, 20
"""Seconds in which a worker has begun and a sweep has passed; and in which what is heard is sent, on a busy machine."""


def test_what_happens_is_told_as_it_happens(fresh_database, settings, tmp_path: Path):
    settings.WEBHOOKS_TO_LOOPBACK = True
    school = make_school()
    admin = as_actor(make_admin(school), school, via=Via.PAGE)
    surroundings = os.environ | {
        "DJANGO_SETTINGS_MODULE": "lyceum.config.settings",
        "LYCEUM_DATA": str(tmp_path),
        "LYCEUM_WEBHOOKS_TO_LOOPBACK": "1",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    with receiving() as receiver:
        with in_school(school):
            create_webhook(NewWebhook(receiver.url, ["accounts.key.*"]), actor=system_actor(school.pk))
            key = create_key(name="Key", scopes=["users:read"], actor=admin).key
        with subprocess.Popen([sys.executable, "-c", WORKER], env=surroundings) as worker:
            try:
                wait_for(lambda: len(receiver.got) == 1, LONGEST)
                with in_school(school):
                    revoke_key(key.pk, actor=admin)
                wait_for(lambda: len(receiver.got) == 2, AT_ONCE)
            finally:
                worker.kill()

    assert receiver.types == ["accounts.key.created", "accounts.key.revoked"]
    first, second = (got.said["seq"] for got in receiver.got)
    assert second > first


def wait_for(is_so, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
