"""How long a GraphQL operation may run. What it costs is judged before; what it takes shows only on the way."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled

MOST_SECONDS = 10.0
_LIMIT = "SELECT set_config('statement_timeout', %s, true)"


class TimeIsUpError(OperationalError):
    """No further statement is begun. It is one of the database's errors, so that savepoints take it for one."""


class Watch:
    """Looks at the clock before each statement, and at what becomes of it."""

    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds
        self.is_over = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run a statement, as Django asks of what is wrapped around it."""
        if time.monotonic() >= self.ends_at:
            self.is_over = True
            raise TimeIsUpError("The operation has taken too long.")
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            self.is_over |= isinstance(error.__cause__, QueryCanceled)
            raise


@contextmanager
def limited_time() -> Iterator[Watch]:
    """Inside, PostgreSQL stops a statement that takes too long, and none is begun when the time is over.

    The setting ends with the transaction. Afterwards the watch tells whether the time was over, and with it
    whatever the transaction has done.
    """
    watch = Watch(MOST_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(_LIMIT, [f"{MOST_SECONDS * 1000:.0f}"])
    with connection.execute_wrapper(watch):
        yield watch
