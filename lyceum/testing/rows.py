"""What stands in tables, to be compared with what stands there later."""

from collections.abc import Iterable

from django.db import connection


def every_row(tables: Iterable[str]) -> dict[str, list[str]]:
    """Every row of those tables in the school in scope, as PostgreSQL shows it; of all tables in one statement."""
    found: dict[str, list[str]] = {table: [] for table in tables}
    each = (f"SELECT '{table}', to_jsonb(t)::text FROM \"{table}\" t" for table in found)  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each) + " ORDER BY 1, 2")
        for table, row in cursor.fetchall():
            found[table].append(row)
    return found
