"""What many tests begin with: made once, and found as it was by each of them.

A process keeps one such beginning, in a transaction that is never committed; each test works on top of it and is taken
back. The plugin leaves it before any test that begins otherwise.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from typing import Any, TypeVar

from django.db import connection, transaction

from lyceum.core.memory import forget_everything

Made = TypeVar("Made")
_open = ExitStack()
_kept: list[tuple[Callable[[], Any], Any]] = []


@contextmanager
def made_once(make: Callable[[], Made]) -> Iterator[Made]:
    """Inside, what `make` makes; what the block does to it, and to everything else, is undone."""
    if [each for each, _ in _kept] != [make] or not connection.in_atomic_block:
        leave()
        _open.enter_context(_undone())
        _kept.append((make, make()))
    forget_everything()
    with _undone():
        yield deepcopy(_kept[0][1])


def leave() -> None:
    """Forget what was kept, as if it had never been made."""
    _kept.clear()
    _open.close()


@contextmanager
def _undone() -> Iterator[None]:
    """A transaction as Django's test cases have it: taken back at its end, and not in the way of durable ones."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        try:
            yield
        finally:
            transaction.set_rollback(True)
