"""The engine in a process of its own, so that it can be stopped, and takes nothing with it when it dies.

One line of JSON goes in, a `Task`; lines of JSON come out, each a `Line`. The child ends when its input is closed: with
us, however we end.
"""

import contextlib
import queue
import subprocess  # nosec - our own module, no shell
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import IO, Any

import msgspec

from lyceum.solver.solution import Placement, Progress, Result

MODULE = "lyceum.domains.timetable.engine_child"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine is to do."""

    problem: dict[str, Any]
    """As `lyceum.solver.interchange` writes it."""
    seconds: float
    seed: int = 0
    workers: int = 2
    scope: tuple[str, ...] | None = None
    """The lessons that may move; None: all."""
    hints: Mapping[str, Placement] | None = None
    kind: str = "solve"
    """solve, repair or explain."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the engine says: how far it is, the result at last, why not all is possible, or what broke."""

    progress: Progress | None = None
    result: Result | None = None
    reasons: dict[str, Any] | None = None
    """`lyceum.solver.reasons.Reasons` as plain values."""
    error: str = ""


class Engine:
    """A child process at work on a task."""

    def __init__(self, task: Task) -> None:
        self._child = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        stdin, stdout = self._child.stdin, self._child.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("no pipes")
        self._stdin: IO[bytes] = stdin
        self._reader = threading.Thread(target=self._read, args=(stdout,), daemon=True)
        self._reader.start()
        with contextlib.suppress(BrokenPipeError):  # a child that could not start says so by ending
            stdin.write(msgspec.json.encode(task) + b"\n")
            stdin.flush()

    def _read(self, stdout: IO[bytes]) -> None:
        for line in stdout:
            self._lines.put(line)
        self._lines.put(None)

    def next(self, *, seconds: float) -> Line | None:
        """The next line; None where none came in time. Raises EOFError when the child has ended."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if line is None:
            raise EOFError
        return msgspec.json.decode(line, type=Line)

    def stop(self) -> None:
        """Ask for the best so far."""
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        self._reader.join()
        if self._child.stdout:
            self._child.stdout.close()
