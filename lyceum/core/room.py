"""Room for the frames of deep calls.

CPython keeps a thread's frames in pieces of 16 KiB, asks the system for a piece when a call does not fit into the last
one, and gives it back as soon as that call returns. A loop that happens to run at the edge of a piece asks and gives
back at every turn: a tenth of the time of a page. A frame that asks for much gets one large piece, and what it calls
finds room in the same piece.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

SLOTS = 66_000
"""What the frame asks for, in words of 8 bytes: just above half a MiB. CPython doubles, so that nearly as much is left
for what is called: some thousand frames. Only what is used of it becomes memory."""


def roomy(function: F) -> F:
    """The same function, whose own frame asks for much."""
    function.__code__ = function.__code__.replace(co_stacksize=SLOTS)
    return function


@roomy
def with_room(work: Callable[[], T]) -> T:
    """What `work` returns."""
    return work()


class RoomyThreads(ThreadPoolExecutor):
    """Threads that have room for all that they are given to do."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        return super().submit(with_room, partial(work, *args, **options))
