"""The child of `engine.py`: reads a task, says what comes of it. Stops when its input is closed."""

import importlib
import os
import sys
import threading
from typing import Any, BinaryIO

import msgspec

from lyceum.domains.timetable.engine import Line, Task
from lyceum.solver.interchange import problem_from_plain
from lyceum.solver.problem import Problem
from lyceum.solver.scope import hold_others
from lyceum.solver.solution import Progress, Result, State

EXPLAINED_WITHIN = 20.0
"""Seconds."""


def main() -> None:
    """Do one task."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print goes with the complaints
    stopped = threading.Event()
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    threading.Thread(target=_wait_for_end, args=(stopped,), daemon=True).start()
    try:
        _work(task, out, stopped)
    except Exception as error:  # whatever broke is said, not lost
        _say(Line(error=f"{type(error).__name__}: {error}"), out)
        raise


def _wait_for_end(stopped: threading.Event) -> None:
    sys.stdin.buffer.read()
    stopped.set()


def _engine(part: str) -> Any:
    """A part of the engine, loaded when it is needed: numba and OR-Tools take a second each."""
    return importlib.import_module(f"lyceum.solver.{part}")


def _work(task: Task, out: BinaryIO, stopped: threading.Event) -> None:
    def watch(progress: Progress) -> bool:
        _say(Line(progress=progress), out)
        return not stopped.is_set()

    problem = problem_from_plain(task.problem)
    if task.kind == "explain":
        _explain(problem, task, out)
        return
    result = _repair(problem, task, watch) if task.kind == "repair" else _solve(problem, task, watch)
    if result.state is not State.COMPLETE and not stopped.is_set():
        _explain(problem, task, out)
    _say(Line(result=result), out)


def _solve(problem: Problem, task: Task, watch: Any) -> Result:
    result: Result = _engine("solving").solve(
        problem,
        seconds=task.seconds,
        seed=task.seed,
        workers=task.workers,
        scope=task.scope,
        hints=task.hints,
        watch=watch,
    )
    return result


def _repair(problem: Problem, task: Task, watch: Any) -> Result:
    result: Result = _engine("repair").repair(
        problem,
        task.hints or {},
        seconds=task.seconds,
        seed=task.seed,
        workers=task.workers,
        scope=task.scope,
        watch=watch,
    )
    return result


def _explain(problem: Problem, task: Task, out: BinaryIO) -> None:
    within = hold_others(problem, task.scope, task.hints or {})
    found = _engine("reasons").explain(within, seconds=min(EXPLAINED_WITHIN, max(2.0, task.seconds)))
    _say(Line(reasons=msgspec.to_builtins(found)), out)


def _say(line: Line, out: BinaryIO) -> None:
    out.write(msgspec.json.encode(line) + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
