"""Two schools with a row in every table: neither sees, changes or points at a row of the other."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege

from lyceum.config.testing.databases import point_django_to
from lyceum.core.schools import school_scope
from tests.walls.catalogue import is_walled
from tests.walls.rows import OURS, THEIRS, Rows, enter, insert


@pytest.fixture
def walled(rows: Rows) -> list[str]:
    return [table for table in rows.columns if is_walled(table)]


def schools_seen(app: psycopg.Connection, table: str) -> set[int | None]:
    query = sql.SQL("SELECT DISTINCT school_id FROM {}").format(sql.Identifier(table))
    return {school for (school,) in app.execute(query).fetchall()}


def refused_with(app: psycopg.Connection, table: str, row: dict) -> type[Exception] | None:
    """What an attempt to insert ends with; nothing of it stays."""
    try:
        with app.transaction(force_rollback=True):
            insert(app, table, row)
    except psycopg.Error as error:
        return type(error)
    return None


def test_a_school_sees_its_own_rows_of_every_table_and_no_others(filled, rows, walled):
    enter(filled, OURS)

    seen = {table: schools_seen(filled, table) for table in walled}

    assert seen == {table: {OURS} for table in walled}


def test_no_school_sees_no_row_of_any_table(filled, rows, walled):
    seen = {table: schools_seen(filled, table) for table in walled}

    assert seen == {table: set() for table in walled}


def test_no_school_writes_no_row_of_any_table(filled, rows, walled):
    outcomes = {table: refused_with(filled, table, rows.draft(table, OURS)) for table in walled}

    assert outcomes == dict.fromkeys(walled, InsufficientPrivilege)


def test_a_school_writes_rows_of_its_own(filled, rows, walled):
    """Shows that the refusals around it are for the school alone."""
    enter(filled, OURS)

    outcomes = {table: refused_with(filled, table, rows.draft(table, OURS)) for table in walled}

    assert outcomes == dict.fromkeys(walled, None)


def test_a_school_writes_no_row_of_another(filled, rows, walled):
    enter(filled, OURS)

    outcomes = {table: refused_with(filled, table, rows.draft(table, THEIRS)) for table in walled}

    assert outcomes == dict.fromkeys(walled, InsufficientPrivilege)


def rows_touched(app: psycopg.Connection, statement: sql.Composed) -> int:
    """How many rows a statement reaches; none of a table on which the right to it was taken away."""
    try:
        with app.transaction():
            return app.execute(statement).rowcount
    except InsufficientPrivilege as refused:
        if "permission denied for table" not in str(refused):
            raise
        return 0


def test_a_school_changes_and_deletes_no_row_of_another(filled, rows, walled):
    enter(filled, OURS)

    touched = {}
    for table in walled:
        name = sql.Identifier(table)
        change = sql.SQL("UPDATE {} SET school_id = {} WHERE school_id = {}").format(name, OURS, THEIRS)
        delete = sql.SQL("DELETE FROM {} WHERE school_id = {}").format(name, THEIRS)
        touched[table] = (rows_touched(filled, change), rows_touched(filled, delete))

    assert touched == dict.fromkeys(walled, (0, 0))


def test_a_row_is_not_moved_into_another_school(filled, rows, walled):
    enter(filled, OURS)

    for table in walled:
        move = sql.SQL("UPDATE {} SET school_id = {}").format(sql.Identifier(table), THEIRS)
        with pytest.raises(InsufficientPrivilege), filled.transaction():
            filled.execute(move)


def test_every_reference_refuses_a_row_of_another_school(filled, rows, walled):
    enter(filled, OURS)
    references = [r for r in rows.references if is_walled(r.target)]

    outcomes = {}
    for reference in references:
        row = rows.draft(reference.table, OURS)
        rows.refer(row, reference, THEIRS)
        outcomes[reference.table, reference.name] = refused_with(filled, reference.table, row)

    assert len(references) > 30
    assert outcomes == dict.fromkeys(outcomes, ForeignKeyViolation)


def test_no_row_is_turned_to_point_at_another_school(filled, rows):
    enter(filled, OURS)
    references = [r for r in rows.references if is_walled(r.target) and not is_append_only(r.table)]

    for reference in references:
        (column,) = set(reference.columns) - {"school_id"}
        theirs = rows.by_school[THEIRS][reference.target]["id"]
        turn = sql.SQL("UPDATE {} SET {} = {}").format(sql.Identifier(reference.table), sql.Identifier(column), theirs)
        with pytest.raises(ForeignKeyViolation), filled.transaction():
            filled.execute(turn)


def is_append_only(table: str) -> bool:
    return table in (
        "attendance_markchange",
        "attendance_officialcopy",
        "attendance_sessionmarkpast",
        "behaviour_detentionmarkpast",
        "behaviour_detentionpast",
        "behaviour_pointentry",
        "fees_allocation",
        "fees_creditnote",
        "fees_creditnoteline",
        "fees_deposituse",
        "fees_ledgerentry",
        "fees_ledgerline",
        "fees_payment",
        "fees_paymentreversal",
        "fees_receipt",
        "journal_accesssubject",
    )


def test_answers_given_before_a_school_was_known_are_seen_by_no_school(filled, rows):
    answer = rows.draft("journal_idempotencyrecord", OURS) | {"school_id": None}
    insert(filled, "journal_idempotencyrecord", answer)

    without_school = schools_seen(filled, "journal_idempotencyrecord")
    enter(filled, OURS)
    with_school = schools_seen(filled, "journal_idempotencyrecord")

    assert (without_school, with_school) == ({None}, {OURS})


def test_a_connection_that_served_a_school_shows_nothing_to_the_next(served_by_django, walled):
    with school_scope(OURS):
        backend = ask("SELECT pg_backend_pid()")
        seen_inside = ask("SELECT school_id FROM people_person")
    connection.close()

    seen_after = {table: ask(f'SELECT school_id FROM "{table}"') for table in walled}

    assert ask("SELECT pg_backend_pid()") == backend
    assert seen_inside == [(OURS,)]
    assert seen_after == {table: [] for table in walled}


@pytest.fixture
def served_by_django(filled_database, rows, django_db_setup, django_db_blocker, monkeypatch) -> Iterator[None]:
    """Django's pool has one connection: the next request gets the same one."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", {"min_size": 1, "max_size": 1})
    with django_db_blocker.unblock():
        point_django_to(filled_database)
        yield
        point_django_to(django_db_setup)


def ask(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
