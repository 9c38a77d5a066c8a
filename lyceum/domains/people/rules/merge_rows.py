"""Rows as they are in their tables: read whole, moved, put back. Past the rules, because a rule could only make
something like them.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from django.apps import apps
from django.db import connection

from lyceum.core.schools import current_school
from lyceum.domains.people.rules.merge_plans import Gone, Move, Row

_STAMPS = ("updated_at",)


@contextmanager
def merging() -> Iterator[None]:
    """Inside, rows of a student's history may come to belong to another record; else they are only ever added."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.merging', 'on', true)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.merging', '', true)")


def read_row(table: str, row_id: UUID | str) -> Row:
    """A row, whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT to_jsonb(t) FROM "{_known(table)}" t WHERE t.school_id = %s AND t.id = %s',  # noqa: S608 - ours
            [current_school(), row_id],
        )
        found = cursor.fetchone()
    row: Row = msgspec.json.decode(found[0]) if found else {}
    return row


def insert_row(table: str, row: Row) -> None:
    """Put a row back exactly as it was."""
    columns = ", ".join(f'"{name}"' for name in sorted(row))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{_known(table)}" ({columns}) '  # noqa: S608 - names of our own tables
            f'SELECT {columns} FROM jsonb_populate_record(NULL::"{table}", %s::jsonb)',
            [_json(row)],
        )


def delete_rows(rows: Iterable[Gone]) -> None:
    """Let rows go, in this order."""
    for each in rows:
        key = {name: each.row[name] for name in _primary_key(each.table)}
        _execute(f'DELETE FROM "{_known(each.table)}" t WHERE {_is(key)}', key)  # noqa: S608 - ours


def move_rows(move: Move) -> None:
    """Let rows refer to the record that stays."""
    for place, (_before, after) in move.cut.items():
        key = {"school_id": current_school(), move.column: move.was} | move.keys[place]
        changes = {move.column: move.to} | after
        _execute(f'UPDATE "{_known(move.table)}" t SET {_set(changes)} WHERE {_is(key)}', changes, key)  # noqa: S608
    key = {"school_id": current_school(), move.column: move.was} | dict(move.narrowed)
    changes = {move.column: move.to}
    _execute(f'UPDATE "{_known(move.table)}" t SET {_set(changes)} WHERE {_is(key)}', changes, key)  # noqa: S608


def move_back(move: Mapping[str, Any]) -> list[str]:
    """Let rows refer to the record that went, as before. Returns what is not there any more."""
    left = []
    table, column = _known(move["table"]), move["column"]
    for place, each in enumerate(move["keys"]):
        before, after = move["cut"].get(str(place), ({}, {}))
        key = {"school_id": current_school(), column: move["to"]} | each
        current = _read(table, key)
        if current is None:
            left.append(f"{table} {msgspec.json.encode(each).decode()}")
            continue
        changes = {column: move["was"]} | {n: v for n, v in before.items() if current[n] == after[n]}
        _execute(f'UPDATE "{table}" t SET {_set(changes)} WHERE {_is(key)}', changes, key)  # noqa: S608 - ours
    return left


def put_back(change: Mapping[str, Any]) -> list[str]:
    """Give a row its columns of before where nobody has changed them since. Returns those that stay as they are."""
    table, key = _known(change["table"]), {"school_id": current_school(), "id": change["id"]}
    current = _read(table, key)
    if current is None:
        return [f"{table} {change['id']}"]
    after = change["after"]
    left = [name for name in after if current[name] != after[name] and name not in _STAMPS]
    changes = {name: value for name, value in change["before"].items() if name not in left}
    if left:
        changes = {name: value for name, value in changes.items() if name not in _STAMPS}
    if changes:
        columns = ", ".join(f'"{name}" = r."{name}"' for name in changes)
        _execute(
            f'UPDATE "{table}" t SET {columns} '  # noqa: S608 - names of our own tables
            f'FROM jsonb_populate_record(NULL::"{table}", %s::jsonb) r WHERE {_is(key)}',
            {"row": _json(changes)},
            key,
        )
    return [f"{table}.{name}" for name in left]


def _read(table: str, key: Mapping[str, Any]) -> Row | None:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t WHERE {_is(key)}', list(key.values()))  # noqa: S608 - ours
        found = cursor.fetchone()
    return msgspec.json.decode(found[0]) if found else None


def _execute(sql: str, *values: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [each for some in values for each in some.values()])


def _set(changes: Mapping[str, Any]) -> str:
    return ", ".join(f'"{name}" = %s' for name in changes)


def _is(key: Mapping[str, Any]) -> str:
    return " AND ".join(f't."{name}" = %s' for name in key)


def _primary_key(table: str) -> tuple[str, ...]:
    key = _models()[table]._meta.pk
    return ("school_id", *(name for name in getattr(key, "field_names", ("id",)) if name != "school_id"))


def _models() -> dict[str, Any]:  # model classes of any kind
    return {model._meta.db_table: model for model in apps.get_models()}


def _known(table: str) -> str:
    """The name of a table of ours; a row that was kept names none but these."""
    return str(_models()[table]._meta.db_table)


def _json(row: Row) -> str:
    return msgspec.json.encode(row).decode()
