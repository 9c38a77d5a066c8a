"""What tests begin with, made once: a test that begins as the one before finds it as it was made.

A test begins by calling functions that are `remembered`: for a school, an admin, a class. Each such call is a step,
with a savepoint behind it, in a transaction that is never committed. As long as the next test makes the same calls, it
gets what they gave. From the first other one, or from the first statement of its own, it works on top of the steps so
far, and what it does there is undone at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus

from lyceum.core import clock
from lyceum.core.memory import forget_everything
from lyceum.core.postgresql.prelude import current_prelude

P = ParamSpec("P")
Made = TypeVar("Made")

AND_CONSTRAINTS = "SET CONSTRAINTS balanced DEFERRED"
"""Changes nothing, as any that is deferred by itself would do. Where a test sets constraints inside a savepoint and
releases it, PostgreSQL takes that back with a savepoint around it only if they were set behind that one as well."""


@dataclass(frozen=True)
class Step:
    """A call, what it gave, and what it left to be done after a commit."""

    call: tuple[Any, ...]
    made: Any
    on_commit: list[Any]


class Beginnings:
    """The steps that this process has made, and how far the test that runs has come along them."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._taken = 0
        self._begins = False
        """Whether a test runs that has done nothing of its own yet."""
        self.makes = False
        self._transaction: transaction.Atomic | None = None
        self._of: BaseDatabaseWrapper | None = None
        """Whose transaction it is, and the connection it is on."""
        self._server: psycopg.Connection[Any] | None = None

    @contextmanager
    def test(self) -> Iterator[None]:
        """Inside, a test runs."""
        self._open()
        self._taken, self._begins = 0, True
        connection.execute_wrappers.append(self._hear)
        try:
            yield
        finally:
            if self._begins:
                self._begins = False
                connection.execute_wrappers.remove(self._hear)
            else:
                self._undo()
            connection.run_on_commit = []
            forget_everything()

    def take(self, make: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """What a call gives: from the step that is the same call, or as a new step."""
        if connection.force_debug_cursor and not self.makes:
            self.speak()  # statements are counted: those of a step are there or not
        if self._begins and not self.makes and current_prelude().is_due:
            self.speak()  # a savepoint or a school of the test's own waits to be spoken of
        if not self._begins or self.makes:
            return make(*args, **kwargs)
        call = (make, args, kwargs, clock.find_frozen())
        if self._taken == len(self._steps) or self._steps[self._taken].call != call:
            return self._make(call)
        step = self._steps[self._taken]
        self._taken += 1
        connection.run_on_commit = list(step.on_commit)
        return deepcopy(step.made)

    def speak(self) -> None:
        """From here on the test does things of its own."""
        if self._begins:
            self._begins = False
            connection.execute_wrappers.remove(self._hear)
            self._drop_others()
            # Made or found, what it began with is read anew.
            forget_everything()

    def leave(self) -> None:
        """Forget every step, as if nothing had ever been made."""
        self._steps.clear()
        if self._transaction is not None:
            left, self._transaction = self._transaction, None
            if connections[DEFAULT_DB_ALIAS] is self._of:
                transaction.set_rollback(True)
                left.__exit__(None, None, None)
            elif self._of is not None:  # Django has others since a browser's driver keeps an event loop in this thread
                self._of.close()

    def _open(self) -> None:
        if self._transaction is None or connection.connection is not self._server:
            self.leave()
            self._transaction = transaction.atomic()
            # As that of Django's own test cases: not in the way of one that must be the outermost.
            self._transaction._from_testcase = True  # type: ignore[attr-defined]
            self._transaction.__enter__()
            self._of, self._server = connections[DEFAULT_DB_ALIAS], connection.connection
            _say_next(f"SAVEPOINT step_0; {AND_CONSTRAINTS}")

    def _make(self, call: tuple[Any, ...]) -> Any:
        self._drop_others()
        kept = deepcopy(call)
        make, args, kwargs, _now = call
        self.makes = True
        try:
            made = make(*args, **kwargs)
        except BaseException:
            self.speak()  # what it left is the test's own
            raise
        finally:
            self.makes = False
        self._steps.append(Step(kept, deepcopy(made), list(connection.run_on_commit)))
        self._taken += 1
        _say_next(f"SAVEPOINT step_{self._taken}; {AND_CONSTRAINTS}")
        return made

    def _hear(self, execute: Callable[..., Any], *statement: Any) -> Any:
        if not self.makes:
            self.speak()
        return execute(*statement)

    def _drop_others(self) -> None:
        """The steps of other tests that this one has not taken."""
        if self._taken < len(self._steps):
            del self._steps[self._taken :]
            with current_prelude().set_aside():
                _say(self._back)

    def _undo(self) -> None:
        """Take back what the test did on top of its steps. Raises what its end would have raised at a commit."""
        if self._server is None or self._server.closed or connection.connection is not self._server:
            self.leave()
            return
        is_sound = self._server.info.transaction_status is TransactionStatus.INTRANS and not connection.needs_rollback
        connection.needs_rollback = False
        try:
            if is_sound:
                _say_next(f"SET CONSTRAINTS ALL IMMEDIATE; {self._back}")
            else:
                current_prelude().clear()
                _say(self._back)
        except psycopg.IntegrityError:
            _say(self._back)
            raise

    @property
    def _back(self) -> str:
        return f"ROLLBACK TO SAVEPOINT step_{self._taken}; {AND_CONSTRAINTS}"


def _say(statements: str) -> None:
    """Behind Django's back: no test that counts its statements counts these."""
    connection.connection.execute(statements.encode(), prepare=False)


def _say_next(statements: str) -> None:
    """After all that was to be said before."""
    _say("; ".join([*current_prelude().take(), statements]))


@contextmanager
def undone() -> Iterator[None]:
    """What the block does in a transaction is taken back."""
    _beginnings.speak()
    hooks = connection.run_on_commit
    connection.run_on_commit = []
    _say_next("SAVEPOINT undone")
    try:
        yield
    finally:
        current_prelude().clear()
        _say("ROLLBACK TO SAVEPOINT undone; RELEASE SAVEPOINT undone")
        connection.run_on_commit, connection.needs_rollback = hooks, False


_beginnings = Beginnings()
test, leave = _beginnings.test, _beginnings.leave


def speak() -> None:
    """From here on the test does things of its own, unless this is part of what is remembered."""
    if not _beginnings.makes:
        _beginnings.speak()


def remembered(make: Callable[P, Made]) -> Callable[P, Made]:
    """Let a test find what the same call gave to the one before.

    For functions that do nothing but write rows, and know nothing but their arguments, the clock and the database: what
    a test sets beside them, a setting or a patch, they would not hear of.
    """

    @wraps(make)
    def take(*args: P.args, **kwargs: P.kwargs) -> Made:
        return _beginnings.take(make, args, kwargs)  # type: ignore[no-any-return]

    return take
