"""kill -9 of a worker half-way through telling many: a real process, a real mail server, and a real signal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lyceum.config.worker import CONCURRENCY
from lyceum.core import clock
from lyceum.domains.notifications.models import Delivery, DeliveryAttempt, Notification
from lyceum.domains.notifications.rules.notify import notify
from lyceum.domains.notifications.tasks import sweep
from lyceum.domains.notifications.tests.conftest import news, somebody, system
from lyceum.testing.factories import in_school, make_school
from tests.servers.conftest import WORKER

PEOPLE, HALF_WAY, LONGEST = 130, 60, 60
"""More than one portion; the messages that arrive before the kill; seconds to wait for what must happen."""


@pytest.fixture(autouse=True)
def noon() -> None:
    """Two processes share the machine's clock here."""


@dataclass
class Post:
    """A mail server that counts what it got, and kills a worker in the middle of one message."""

    got: Counter[str] = field(default_factory=Counter)
    victim: subprocess.Popen[bytes] | None = None
    all_there: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.got.update(envelope.rcpt_tos)
        if self.victim is not None and sum(self.got.values()) == HALF_WAY:
            self.victim.send_signal(signal.SIGKILL)  # it has handed this one over, and will never know
            self.victim.wait()
        if len(self.got) == PEOPLE:
            self.all_there.set()
        return "250 OK"


@pytest.fixture
def post() -> Iterator[Post]:
    found = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found.port = probe.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


@contextmanager
def working(post: Post, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as `lyceum start --only worker` runs it."""
    surroundings = os.environ | {
        "DJANGO_SETTINGS_MODULE": "lyceum.config.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{post.port}?from=office@hill.example",
        "LYCEUM_DATA": str(folder),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=surroundings)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_after_kill_9_half_way_everybody_has_one_row_and_only_what_was_in_hand_goes_twice(
    fresh_database, post: Post, tmp_path: Path
):
    school = make_school()
    with in_school(school):
        people = [somebody(f"G{number}") for number in range(PEOPLE)]
        notify(news(urgency="urgent"), people, actor=system(school))

    with working(post, tmp_path) as worker:
        post.victim = worker
        assert worker.wait(LONGEST) == -signal.SIGKILL
    arrived = len(post.got)
    post.victim = None
    _a_minute_later(school)
    with working(post, tmp_path):
        assert post.all_there.wait(LONGEST)
        _wait_until_written_down(school)

    assert HALF_WAY <= arrived < HALF_WAY + CONCURRENCY
    again = [count for count in post.got.values() if count > 1]
    assert again in ([2], [2, 2])  # what it had in its hands: one message in each
    with in_school(school):
        assert sorted(Notification.objects.values_list("name", flat=True)) == sorted(each.name for each in people)
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
        assert DeliveryAttempt.objects.values("delivery").distinct().count() == PEOPLE


def _a_minute_later(school) -> None:
    """What a worker took more than a minute ago counts as left lying, and the sweep finds it."""
    with in_school(school):
        Delivery.objects.filter(state="sending").update(taken_at=clock.now() - timedelta(seconds=61))
    sweep.func(0)


def _wait_until_written_down(school) -> None:
    pause = threading.Event()
    for _tenth in range(LONGEST * 10):
        with in_school(school):
            if not Delivery.objects.exclude(state="sent").exists():
                return
        pause.wait(0.1)
    raise AssertionError("the worker never wrote down what it sent")
