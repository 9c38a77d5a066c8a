"""What the database forbids, said in words: a broken constraint becomes the refusal that a rule chose for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import IntegrityError, transaction

from lyceum.core.errors import RuleError


@contextmanager
def refusing(**refusals: Callable[[], RuleError]) -> Iterator[None]:
    """Run in a savepoint; where a constraint of that name is broken, raise the refusal made for it.

    A rule checks first, for the sake of its words. This is for two who do the same at the same moment.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = refusals.get(broken_constraint(error))
        if refusal is None:
            raise
        raise refusal() from None


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint that an error is about, or nothing."""
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""
