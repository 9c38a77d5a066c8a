"""Many rows changed in one statement."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from lyceum.core.schools import SchoolOwned


def update_many(rows: Sequence[SchoolOwned], names: Sequence[str]) -> None:
    """Write these fields of rows that are there. Django's own way makes a case for each row and field of it: seconds,
    where this takes milliseconds for a thousand.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields: list[Any] = [meta.get_field(name) for name in names]  # of any kind
    quoted = [connection.ops.quote_name(each.column) for each in fields]
    arrays = ", ".join(f"%s::{each.db_type(connection)}[]" for each in fields)
    statement = (
        f"UPDATE {connection.ops.quote_name(meta.db_table)} AS t "  # noqa: S608 - names of our own columns
        f"SET {', '.join(f'{name} = v.{name}' for name in quoted)} "
        f"FROM unnest(%s::uuid[], {arrays}) AS v(id, {', '.join(quoted)}) WHERE t.school_id = %s AND t.id = v.id"
    )
    columns = [[each.get_db_prep_save(getattr(row, each.attname), connection) for row in rows] for each in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [[row.pk for row in rows], *columns, rows[0].school_id])
