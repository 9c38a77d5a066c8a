"""What a process remembers about a school for a moment: small, hardly ever changed, asked for by every request."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any, Generic, TypeVar

from lyceum.core.schools import current_school

T = TypeVar("T")
_read: ContextVar[dict[Hashable, Any] | None] = ContextVar("read", default=None)
_memories: list["SchoolMemory[object]"] = []
_others: list[Callable[[], None]] = []


class SchoolMemory(Generic[T]):
    """One value per school, read anew after `seconds`. It runs in a school or not at all."""

    def __init__(self, read: Callable[[], T], *, seconds: float) -> None:
        self._read = read
        self._seconds = seconds
        self._known: dict[int, tuple[float, T]] = {}
        _memories.append(self)  # type: ignore[arg-type]  # only forgotten through this list

    def get(self) -> T:
        """The value for the school in scope, at most `seconds` old."""
        school_id, instant = current_school(), monotonic()
        known = self._known.get(school_id)
        if known is None or instant - known[0] > self._seconds:
            known = self._known[school_id] = (instant, self._read())
        return known[1]

    def forget(self) -> None:
        """Read the value of the school in scope anew at the next question."""
        self._known.pop(current_school(), None)

    def forget_all(self) -> None:
        """Read every school's value anew."""
        self._known.clear()


def also_forget(forget: Callable[[], None]) -> None:
    """Name a function that empties a memory of another shape."""
    _others.append(forget)


def forget_everything() -> None:
    """Empty all memories: the database under them was exchanged."""
    for memory in _memories:
        memory.forget_all()
    for forget in _others:
        forget()


@contextmanager
def only_reading() -> Iterator[None]:
    """Inside, nothing is changed that `once` is asked about: a page, or a list."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def reads_only() -> bool:
    """Whether what runs now changes nothing, so that an answer stays the same to its end."""
    return _read.get() is not None


def once(question: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question that several parts of one page ask; asked anew each time where something may change."""
    known = _read.get()
    if known is None:
        return ask()
    if question not in known:
        known[question] = ask()
    return known[question]  # type: ignore[no-any-return]  # what `ask` returned
