"""A town of schools: the demo school again and again, row by row, with its own people, and a morning before it.

Copied inside the database by its superuser, past triggers and keys: what they made is copied with the rows.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

LEFT_OUT = (
    "accounts_signinsession", "accounts_refreshtoken", "accounts_apikey", "accounts_invitation", "accounts_signingkey",
    "tenancy_schoolhost", "notifications_hook", "notifications_carriedfor", "learning_publishedcertificate",
)  # fmt: skip
"""What names a secret or an address that only one school can have."""
LEFT_OUT_BEGIN = ("journal_", "procrastinate_", "django_")
_COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),
  array_agg(a.attname::text) FILTER (WHERE EXISTS (
    SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY(k.conkey)
      AND k.confrelid = 'accounts_user'::regclass)),
  bool_or(a.attname = 'id' AND a.atttypid = 'uuid'::regtype) AND NOT c.relrowsecurity
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attgenerated = '' AND a.attidentity = ''
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
GROUP BY c.oid HAVING bool_or(a.attname = 'school_id') ORDER BY c.relname
"""
_OTHER = """
CREATE FUNCTION pg_temp.other(id uuid, school int) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN md5(id::text || school::text)::uuid
"""
_SCHOOL = """
INSERT INTO tenancy_school ({columns}) SELECT {values} FROM tenancy_school WHERE id = %(source)s RETURNING id
"""


@dataclass(frozen=True)
class Copied:
    """A table whose rows are copied."""

    table: str
    columns: list[str]
    users: list[str]
    """Columns that name an account."""
    has_own_id: bool
    """Whether ids are unique in the whole installation: then a copy needs another."""

    def statement(self) -> sql.Composed:
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        values = sql.SQL(", ").join(map(self._value, self.columns))
        table = sql.Identifier(self.table)
        return sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE school_id = %(source)s").format(
            table, columns, values, table
        )

    def _value(self, column: str) -> sql.Composable:
        if column == "school_id":
            return sql.SQL("%(school)s")
        if column in self.users or (column == "id" and self.has_own_id):
            return sql.SQL("pg_temp.other({}, %(school)s)").format(sql.Identifier(column))
        return sql.Identifier(column)


def grow(superuser_url: str, *, source: int, schools: int) -> float:
    """Have that many schools like one, itself among them; returns the seconds it took."""
    began = time.monotonic()
    with psycopg.connect(superuser_url) as database:
        row = database.execute("SELECT count(*) FROM tenancy_school WHERE slug LIKE 'town-%'").fetchone()
        there = 1 + (row[0] if row else 0)
        if there >= schools:
            return 0.0
        database.execute("SET session_replication_role = replica")
        database.execute(_OTHER)
        tables = _tables(database)
        for number in range(there + 1, schools + 1):
            _copy(database, tables, source, number)
        database.commit()
        database.autocommit = True
        database.execute("VACUUM (ANALYZE)")
    return time.monotonic() - began


def _tables(database: psycopg.Connection) -> list[Copied]:
    rows = database.execute(_COLUMNS).fetchall()
    return [
        Copied(name, columns, users or [], bool(own))
        for name, columns, users, own in rows
        if name not in LEFT_OUT and not name.startswith(LEFT_OUT_BEGIN)
    ]


def _copy(database: psycopg.Connection, tables: Sequence[Copied], source: int, number: int) -> None:
    columns = [name for name in _columns_of(database, "tenancy_school") if name != "id"]
    values = {"slug": sql.Literal(f"town-{number:04}"), "name": sql.Literal(f"Town School {number}")}
    made = database.execute(
        sql.SQL(_SCHOOL).format(
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values.get(name, sql.Identifier(name)) for name in columns),
        ),
        {"source": source},
    ).fetchone()
    given = {"source": source, "school": made[0] if made else 0}
    columns = _columns_of(database, "accounts_user")
    database.execute(
        sql.SQL(
            "INSERT INTO accounts_user ({}) SELECT {} FROM accounts_user WHERE id IN"
            " (SELECT user_id FROM accounts_membership WHERE school_id = %(source)s)"
        ).format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(
                sql.SQL("pg_temp.other(id, %(school)s)") if name == "id" else sql.Identifier(name) for name in columns
            ),
        ),
        given,
    )
    for table in tables:
        database.execute(table.statement(), given)


def _columns_of(database: psycopg.Connection, table: str) -> list[str]:
    rows = database.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    return [name for (name,) in rows.fetchall()]


_CLEAR = (
    """
    CREATE TEMP TABLE of_day AS SELECT r.school_id, r.id, r."on" FROM attendance_register r
    WHERE r.kind = 'daily' AND r."on" = (SELECT max(o."on") FROM attendance_register o
      WHERE o.school_id = r.school_id AND o.kind = 'daily')
    """,
    """
    DELETE FROM attendance_markchange c USING attendance_mark m, of_day d WHERE m.school_id = d.school_id
      AND m.register_id = d.id AND c.school_id = m.school_id AND c.mark_id = m.id
    """,
    "DELETE FROM attendance_mark m USING of_day d WHERE m.school_id = d.school_id AND m.register_id = d.id",
    """
    DELETE FROM attendance_sessionmark m USING (SELECT DISTINCT school_id, "on" FROM of_day) d
    WHERE m.school_id = d.school_id AND m."on" = d."on"
    """,
    """
    UPDATE attendance_register r SET state = 'due', taken_by = NULL, taken_at = NULL, version = 0,
      due_at = now() - interval '5 minutes', closes_at = now() + interval '1 hour', locks_at = now() + interval '1 day'
    FROM of_day d WHERE r.school_id = d.school_id AND r.id = d.id
    """,
)
"""The daily registers of the last day of each school, as they are at a quarter to nine: nobody has taken them yet."""


def before_the_bell(superuser_url: str) -> int:
    """Take the marks off the registers of the day; returns how many registers wait."""
    with psycopg.connect(superuser_url) as database:
        database.execute("SET session_replication_role = replica")
        for statement in _CLEAR:
            database.execute(statement)
        row = database.execute("SELECT count(*) FROM of_day").fetchone()
    return int(row[0]) if row else 0
