"""Two thousand guardians told at once: how long until all is handed over; and, told again, what kill -9 of the worker
half-way does: one notification for each, every mail sent, and at most one of them twice."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from bench.people import school
from bench.place import Place
from bench.processes import backends, cpu_seconds, find_parts
from bench.results import Result
from lyceum.core.actor import system_actor
from lyceum.core.schools import school_scope
from lyceum.domains.notifications.models import Delivery, Notification, Provider
from lyceum.domains.notifications.rules.notify import News, Recipient, notify

PEOPLE, LONGEST_SECONDS, TARGET_SECONDS = 2_000, 240, 60


class Sink:
    """A mail server that takes everything and remembers to whom it was."""

    def __init__(self) -> None:
        from aiosmtpd.controller import Controller

        self.got: Counter[str] = Counter()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.update(envelope.rcpt_tos)
        return "250 OK"

    def stop(self) -> None:
        self._controller.stop()


def run(place: Place) -> Result:
    """Tell everybody twice; the second time the worker is killed half-way."""
    result = Result("fan_out")
    sink = Sink()
    school_id = school().pk
    with school_scope(school_id):
        carrier = Provider.objects.create(
            kind="smtp",
            channel="email",
            sender="office@example.org",
            settings={"host": "127.0.0.1", "port": sink.port},
            hook_token=uuid4().hex,
        )
    try:
        _tell_all(result, place, sink, school_id, "calm", lambda: None)
        _tell_all(result, place, sink, school_id, "killed", lambda: _kill_worker(place))
    finally:
        with school_scope(school_id):
            carrier.delete()
        sink.stop()
    return result


def _kill_worker(place: Place) -> None:
    (worker,) = find_parts(place.server, place.folder).worker
    os.kill(worker, signal.SIGKILL)


def _used(place: Place) -> tuple[float, float]:
    """Processor time of worker and PostgreSQL so far."""
    parts = find_parts(place.server, place.folder)
    return cpu_seconds(parts.worker), cpu_seconds(backends(parts))


def _tell_all(
    result: Result, place: Place, sink: Sink, school_id: int, name: str, half_way: Callable[[], None]
) -> None:
    key, before = f"{name}-{uuid4().hex[:8]}", _used(place)
    sink.got.clear()
    people = [Recipient(uuid4(), f"Guardian {n}", addresses={"email": [f"g{n}-{key}@x.org"]}) for n in range(PEOPLE)]
    began = time.perf_counter()
    with school_scope(school_id):
        news = News("attendance", "test", {}, key, urgency="urgent", channels=("email",), source=key)
        notify(news, people, actor=system_actor(school_id))
    told = time.perf_counter() - began
    _wait(lambda: len(sink.got) >= PEOPLE // 2)
    at_half = len(sink.got)
    half_way()
    _wait(lambda: len(sink.got) >= PEOPLE)
    seconds = time.perf_counter() - began
    time.sleep(2)
    used = [now - then for now, then in zip(_used(place), before, strict=True)]
    with school_scope(school_id):
        rows = Notification.objects.filter(source=key).count()
        sent = Delivery.objects.filter(notification__source=key, state="sent").count()
    twice = sum(count - 1 for count in sink.got.values())
    result.say(f"{name}: told {told:.2f} s, handed over {seconds:.1f} s (half-way: {at_half:,})")
    if name == "calm":  # another worker's time says nothing of the one that was killed
        result.say(f"  processor time: worker {used[0]:.1f} s, PostgreSQL {used[1]:.1f} s (target {TARGET_SECONDS} s)")
    result.say(f"  {rows:,} rows, {len(sink.got):,} people reached, {twice} messages twice, {sent:,} marked as sent")
    result.keep(
        name, {"told": told, "seconds": seconds, "rows": rows, "reached": len(sink.got), "twice": twice, "used": used}
    )


def _wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not ready() and time.monotonic() < deadline:
        time.sleep(0.02)
