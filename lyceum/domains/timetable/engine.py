"""The engine in a process of its own, so that it can be stopped, and takes nothing with it when it dies."""

import contextlib
import pickle
import queue
import subprocess  # nosec - our own module, no shell
import sys
import threading
from collections.abc import Collection
from dataclasses import dataclass
from types import TracebackType
from typing import IO

from lyceum.solver.problem import Problem
from lyceum.solver.solution import Progress, Result, Timetable

MODULE = "lyceum.domains.timetable.engine_child"


@dataclass(frozen=True)
class Task:
    """What the engine is to do."""

    problem: Problem
    seconds: float
    seed: int = 0
    workers: int = 2
    scope: Collection[str] | None = None
    hints: Timetable | None = None
    kind: str = "solve"
    """solve, repair or explain."""


@dataclass(frozen=True)
class Explained:
    """Why lessons are not placed, or nothing is possible: `[{code, ...}]`."""

    reasons: list[dict[str, object]]


@dataclass(frozen=True)
class Failed:
    """The engine broke."""

    words: str


Message = Progress | Result | Explained | Failed


class Engine:
    """A child process at work on a task. It ends when its input is closed: with us, however we end."""

    def __init__(self, task: Task) -> None:
        self._child = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._messages: queue.Queue[Message | None] = queue.Queue()
        stdin, stdout = self._child.stdin, self._child.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("no pipes")
        self._stdin: IO[bytes] = stdin
        pickle.dump(task, stdin)
        stdin.flush()
        self._reader = threading.Thread(target=self._read, args=(stdout,), daemon=True)
        self._reader.start()

    def _read(self, stdout: IO[bytes]) -> None:
        try:
            while True:
                self._messages.put(pickle.load(stdout))  # noqa: S301 - written by our own child
        except (EOFError, pickle.UnpicklingError):
            self._messages.put(None)

    def next(self, *, seconds: float) -> Message | None:
        """The next message; None where none came in time. Raises EOFError when the child has ended."""
        try:
            message = self._messages.get(timeout=seconds)
        except queue.Empty:
            return None
        if message is None:
            raise EOFError
        return message

    def stop(self) -> None:
        """Ask for the best so far."""
        if not self._stdin.closed:
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
