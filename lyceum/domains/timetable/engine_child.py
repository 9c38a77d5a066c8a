"""The child of `engine.py`: reads a task, writes what comes of it. Stops when its input is closed."""

import importlib
import os
import pickle
import sys
import threading
from typing import Any, BinaryIO

from lyceum.domains.timetable.engine import Explained, Failed, Message, Task
from lyceum.solver.solution import Progress, Result, State

EXPLAINED_WITHIN = 20.0
"""Seconds."""


def _engine(part: str) -> Any:
    """A part of the engine, loaded when it is needed: numba and OR-Tools take a second each."""
    return importlib.import_module(f"lyceum.solver.{part}")


def main() -> None:
    """Do one task."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print goes with the complaints
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    stopped = threading.Event()
    threading.Thread(target=_wait_for_end, args=(stopped,), daemon=True).start()
    try:
        _work(task, out, stopped)
    except Exception as error:  # whatever broke is said, not lost
        _say(Failed(f"{type(error).__name__}: {error}"), out)
        raise


def _wait_for_end(stopped: threading.Event) -> None:
    sys.stdin.buffer.read()
    stopped.set()


def _work(task: Task, out: BinaryIO, stopped: threading.Event) -> None:
    def watch(progress: Progress) -> bool:
        _say(progress, out)
        return not stopped.is_set()

    if task.kind == "explain":
        _explain(task, out)
        return
    if task.kind == "repair":
        result: Result = _engine("repair").repair(
            task.problem, task.hints or {}, seconds=task.seconds, seed=task.seed, watch=watch
        )
    else:
        result = _engine("solving").solve(
            task.problem,
            seconds=task.seconds,
            seed=task.seed,
            workers=task.workers,
            scope=task.scope,
            hints=task.hints,
            watch=watch,
        )
    if result.state is not State.COMPLETE and not stopped.is_set():
        _explain(task, out)
    _say(result, out)


def _explain(task: Task, out: BinaryIO) -> None:
    found: Any = _engine("reasons").explain(task.problem, seconds=min(EXPLAINED_WITHIN, task.seconds))
    _say(Explained(found), out)


def _say(message: Message, out: BinaryIO) -> None:
    pickle.dump(message, out)
    out.flush()


if __name__ == "__main__":
    main()
