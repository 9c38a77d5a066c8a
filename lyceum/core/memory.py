"""What a process remembers about a school for a moment: small, hardly ever changed, asked for by every request."""

from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from lyceum.core.schools import current_school

T = TypeVar("T")
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
