"""Keeps the parts of a running Lyceum alive, and ends them in order."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from lyceum.config.children import HANDLED, fork_child, has_ended
from lyceum.config.postgres import EmbeddedPostgres

logger = logging.getLogger("lyceum.supervisor")

TICK_SECONDS = 0.1
SHORTEST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
SETTLED_SECONDS = 30.0
STOP_SECONDS = 22.0
START_ATTEMPTS = 3


@dataclass(slots=True)
class Part:
    """One process of a running Lyceum, started again whenever it ends."""

    name: str
    run: Callable[[], None]
    pid: int | None = None
    started_at: float = 0.0
    failures: int = 0
    last_code: int = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.pid = fork_child(self.run)

    def notice_end(self) -> bool:
        """Whether it has ended since it was last asked."""
        code = has_ended(self.pid) if self.pid is not None else None
        if code is None:
            return False
        if time.monotonic() - self.started_at > SETTLED_SECONDS:
            self.failures = 0
        self.failures += 1
        self.pid, self.last_code = None, code
        return True

    @property
    def is_due(self) -> bool:
        """Whether it is time to start it again; the pause doubles with each failure in a row."""
        pause: float = min(SHORTEST_PAUSE_SECONDS * 2.0 ** min(self.failures, 10), LONGEST_PAUSE_SECONDS)
        return time.monotonic() >= self.started_at + pause


class Supervisor:
    """Runs the parts until it is told to stop."""

    def __init__(self, parts: list[Part], postgres: EmbeddedPostgres | None) -> None:
        self._parts = parts
        self._postgres = postgres
        self._is_told_to_stop = False
        self._is_told_twice = False

    @property
    def is_told_to_stop(self) -> bool:
        return self._is_told_to_stop

    def start(self) -> None:
        for number in HANDLED:
            signal.signal(number, self._note_signal)
        for part in self._parts:
            part.start()

    def wait_until(self, is_ready: Callable[[], bool]) -> bool:
        """Wait for the first sign of life. False when told to stop, or when a part fails every time."""
        while not self._is_told_to_stop:
            if is_ready():
                return True
            self._tick()
            if any(part.failures >= START_ATTEMPTS for part in self._parts):
                return False
            time.sleep(TICK_SECONDS / 5)
        return False

    def run(self) -> None:
        """Keep every part alive until SIGTERM, Ctrl-C or the terminal's end."""
        while not self._is_told_to_stop:
            self._tick()
            time.sleep(TICK_SECONDS)

    def stop(self) -> None:
        """Let the parts finish what they are doing, for a limited time, then end them."""
        deadline = time.monotonic() + STOP_SECONDS
        self._signal_parts(signal.SIGTERM)
        while any(part.pid is not None for part in self._parts):
            for part in self._parts:
                part.notice_end()
            if self._is_told_twice or time.monotonic() > deadline:
                self._signal_parts(signal.SIGKILL)
            time.sleep(TICK_SECONDS / 5)

    def _tick(self) -> None:
        if self._postgres is not None and (news := self._postgres.watch()):
            logger.warning(news)
        for part in self._parts:
            if part.notice_end():
                logger.error("The %s process ended (%s); starting another.", part.name, part.last_code)
            if part.pid is None and part.is_due:
                part.start()

    def _signal_parts(self, number: signal.Signals) -> None:
        for part in self._parts:
            if part.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(part.pid, number)

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._is_told_twice = self._is_told_to_stop
        self._is_told_to_stop = True
