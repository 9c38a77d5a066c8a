"""What must outlive a refusal. A refused request is undone whole; the count of its failures must not be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

Act = Callable[[], None]
_awaiting: ContextVar[list[Act] | None] = ContextVar("aftermath", default=None)


def afterwards(act: Act) -> None:
    """Do something once the transaction at hand is over, kept or undone; at once where nobody waits for its end."""
    waiting = _awaiting.get()
    if waiting is None:
        act()
    else:
        waiting.append(act)


@contextmanager
def aftermath() -> Iterator[None]:
    """Put around a transaction: what was left for afterwards is done when it is over, each act by itself."""
    acts: list[Act] = []
    token = _awaiting.set(acts)
    try:
        yield
    finally:
        _awaiting.reset(token)
        for act in acts:
            with transaction.atomic():
                act()
