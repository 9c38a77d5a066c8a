"""What PostgreSQL knows about the rows of its tables, by which it plans.

It counts them anew by itself, but only after a tenth of a table has changed. Until then a school that came into a table
beside others counts as one without rows, and joins over everything that it has take seconds.
"""

from django.db import connections

from lyceum.core.owner import OWNER

MANY = 1000
"""Rows of which PostgreSQL should know."""


def analyze(*prefixes: str) -> None:
    """Count anew the rows of all tables whose names begin with one of those."""
    _analyze(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relowner = current_user::regrole"
        " AND relname ^@ ANY(%s) ORDER BY relname",
        list(prefixes),
    )


def analyze_changed() -> None:
    """Count anew where many rows have changed since they were counted last."""
    _analyze(
        "SELECT s.relname FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid"
        " WHERE c.relowner = current_user::regrole AND s.n_mod_since_analyze >= %s ORDER BY s.relname",
        MANY,
    )


def _analyze(which: str, given: list[str] | int) -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(which, [given])
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'ANALYZE (SKIP_LOCKED) "{table}"'
            )  # what somebody sweeps or counts just now is left to them
