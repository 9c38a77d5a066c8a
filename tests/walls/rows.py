"""One row in every table, for two schools, made from the catalogue alone, so that no table is forgotten.

The database's checks on what a row says are taken down first, and the keys that allow a thing once: only
what keeps schools apart stays, and rows need no more than a value of the right type in each column.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from lyceum.core.walls import LIBRARY_TABLE_PREFIXES
from tests.walls.catalogue import Reference, list_references, list_tables

Row = dict[str, Any]
OURS, THEIRS = 101, 102
"""The two schools."""

_CHECKS = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', r.conrelid::regclass, r.conname) FROM pg_constraint r
WHERE r.contype IN ('c', 'x', 'u') AND r.connamespace = 'public'::regnamespace AND r.coninhcount = 0
  AND r.conrelid <> 0
UNION ALL
SELECT format('DROP INDEX %s', i.indexrelid::regclass) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint r WHERE r.conindid = i.indexrelid)
"""
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL), a.atthasdef OR a.attidentity <> '',
  CASE WHEN a.atttypmod > 4 THEN a.atttypmod - 4 END, format('%%s', pg_get_expr(c.relpartbound, c.oid))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_NEEDED = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnotnull"
_VALUES: dict[str, object] = {
    "timestamp with time zone": "2026-11-20 08:50Z",
    "time without time zone": "08:50",
    "boolean": False,
    "jsonb": "{}",
    "numeric": 1,
    "double precision": 1,
}
_numbers = count()


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    has_default: bool
    longest: int | None
    bound: str
    """The bound of the partition that the table is, or an empty text."""


@dataclass
class Rows:
    """What the database holds, and how to make one more row of any table."""

    references: list[Reference]
    columns: dict[str, list[Column]]
    by_school: dict[int, dict[str, Row]] = field(default_factory=dict)

    def references_of(self, table: str) -> Iterator[Reference]:
        return (reference for reference in self.references if reference.table == table)

    def draft(self, table: str, school: int) -> Row:
        """A new row of a school that may be inserted: it references that school's rows only."""
        row = {column.name: _value(column) for column in self.columns[table] if not column.has_default}
        if "school_id" in row:
            row["school_id"] = school
        for reference in self.references_of(table):
            self.refer(row, reference, school)
        return row

    def refer(self, row: Row, reference: Reference, school: int) -> None:
        """Let a row point to a school's row. The school it says of itself stays as it is."""
        target = self.by_school[school].get(reference.target)
        for column, target_column in zip(reference.columns, reference.target_columns, strict=True):
            if column != "school_id":
                row[column] = None if target is None else target[target_column]


def make_rows(owner_url: str, app_url: str, schools: tuple[int, ...]) -> Rows:
    """Put one row into every table for each school, as the role of pages and jobs."""
    with psycopg.connect(owner_url) as owner:
        for (statement,) in owner.execute(_CHECKS).fetchall():
            owner.execute(statement)
        rows = Rows(
            references=list_references(owner),
            columns={table: _columns_of(owner, table) for table in _in_order(owner)},
        )
    with psycopg.connect(app_url) as app:
        for school in schools:
            rows.by_school[school] = {}
            enter(app, school)
            for table in rows.columns:
                row = rows.draft(table, school)
                if table == "tenancy_school":
                    row["id"] = school
                rows.by_school[school][table] = insert(app, table, row)
    return rows


def enter(connection: psycopg.Connection, school: int | None) -> None:
    """The school of the running transaction, set by hand."""
    value = "" if school is None else str(school)
    connection.execute("SELECT set_config('app.school_id', %s, true)", [value])


def insert(connection: psycopg.Connection, table: str, row: Mapping[str, Any]) -> Row:
    """Insert a row and return it without asking for it back, which the wall might forbid."""
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row)),
    )
    connection.execute(statement, row)
    return dict(row)


def _in_order(connection: psycopg.Connection) -> list[str]:
    """Tables after those that they cannot do without. Two may point at each other, where one of them can do without."""
    names = [table.name for table in list_tables(connection) if not table.name.startswith(LIBRARY_TABLE_PREFIXES)]
    graph: dict[str, set[str]] = {name: set() for name in names}
    order = list(graph)
    references = [each for each in list_references(connection) if each.table in graph and each.table != each.target]
    for reference in sorted(references, key=lambda each: _may_be_empty(connection, each)):
        graph[reference.table].add(reference.target)
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError:
            graph[reference.table].discard(reference.target)
    return order


def _may_be_empty(connection: psycopg.Connection, reference: Reference) -> bool:
    needed = {name for (name,) in connection.execute(_NEEDED, [reference.table]).fetchall()}
    return not set(reference.columns) <= needed


def _columns_of(connection: psycopg.Connection, table: str) -> list[Column]:
    return [Column(*row) for row in connection.execute(_COLUMNS, [table]).fetchall()]


def _value(column: Column) -> Any:
    """Something of the column's type, never the same twice where the type has room for it."""
    unique, number = uuid4(), next(_numbers)
    if column.name == "amount":
        return 0  # of money: an entry's lines come to nothing
    if column.type == "uuid":
        return unique
    if column.type in ("character varying", "text"):
        return unique.hex[: column.longest]
    if column.type in ("smallint", "integer", "bigint"):
        return number % 30_000
    if column.type == "bytea":
        return unique.bytes
    if column.type == "date":
        first, *_last = re.findall(r"'(\d{4}-\d\d-\d\d)'", column.bound) or ["2026-08-01"]
        return date.fromisoformat(first) + timedelta(days=number % 365)
    if column.type.endswith("[]"):
        return "{}"
    return _VALUES[column.type]
