"""`python -m lyceum.solver.child`: the engine in a process of its own.

One line of JSON (an `Order`) comes in; lines of JSON (`Said`) go out: progress, and at last the result. It stops, and
says the best so far as its result, when its input ends, when a line "stop" comes, or on SIGTERM.
"""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Mapping
from types import FrameType
from typing import IO, Protocol

import msgspec

from lyceum.solver.interchange import Order, Said, UnreadableError, problem_from_plain
from lyceum.solver.problem import Problem
from lyceum.solver.solution import Placement, Progress, Result, Watch


class Engine(Protocol):
    def __call__(
        self,
        problem: Problem,
        *,
        seconds: float,
        seed: int = 0,
        workers: int = 2,
        scope: frozenset[str] | None = None,
        hints: Mapping[str, Placement] | None = None,
        watch: Watch | None = None,
    ) -> Result: ...


def serve(engine: Engine, incoming: IO[bytes], outgoing: IO[bytes], *, stopped: threading.Event) -> int:
    """Does one order. Answers the exit status: 2 where the order could not be read."""
    try:
        order = msgspec.json.decode(incoming.readline(), type=Order)
        problem = problem_from_plain(order.problem)
    except (msgspec.MsgspecError, UnreadableError) as error:
        _say(outgoing, Said(error=str(error)), stopped)
        return 2
    threading.Thread(target=_wait_for_the_end, args=(incoming, stopped), daemon=True).start()

    def watch(progress: Progress) -> bool:
        _say(outgoing, Said(progress=progress), stopped)
        return not stopped.is_set()

    result = engine(
        problem,
        seconds=order.seconds,
        seed=order.seed,
        workers=order.workers,
        scope=None if order.scope is None else frozenset(order.scope),
        hints=order.hints,
        watch=watch,
    )
    _say(outgoing, Said(result=result), stopped)
    return 0


def _wait_for_the_end(incoming: IO[bytes], stopped: threading.Event) -> None:
    """Whoever asked has gone, or says that it is enough."""
    for line in incoming:
        if line.strip() == b"stop":
            break
    stopped.set()


def _say(outgoing: IO[bytes], said: Said, stopped: threading.Event) -> None:
    try:
        outgoing.write(msgspec.json.encode(said) + b"\n")
        outgoing.flush()
    except BrokenPipeError:
        stopped.set()


def main() -> int:
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    # Takes seconds to load, and only here; whoever imports this module for `serve` should not wait for it.
    engine: Engine = importlib.import_module("lyceum.solver.solving").solve
    return serve(engine, sys.stdin.buffer, sys.stdout.buffer, stopped=stopped)


if __name__ == "__main__":
    # Not sys.exit: the thread that waits for the input's end holds its lock, which a tidy end would wait for in vain.
    os._exit(main())
