"""The role of pages and jobs reads and writes rows, and can do nothing to the walls around them."""

import os

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from lyceum.config.postgres.urls import role_of
from tests.walls.catalogue import list_tables
from tests.walls.rows import OURS, enter

APPEND_ONLY = {
    # table → what the app may never do to its rows
    "journal_auditentry": ("UPDATE", "DELETE"),
    "journal_operatorentry": ("UPDATE", "DELETE"),
    "journal_fact": ("DELETE",),
    "journal_accessentry": ("UPDATE", "DELETE"),
    "journal_accesssubject": ("UPDATE", "DELETE"),
    "attendance_markchange": ("UPDATE", "DELETE"),
    "attendance_officialcopy": ("UPDATE", "DELETE"),
    "attendance_sessionmarkpast": ("UPDATE", "DELETE"),
    "behaviour_detentionmarkpast": ("UPDATE", "DELETE"),
    "behaviour_detentionpast": ("UPDATE", "DELETE"),
    "behaviour_pointentry": ("UPDATE", "DELETE"),
    "fees_allocation": ("UPDATE", "DELETE"),
    "fees_creditnote": ("UPDATE", "DELETE"),
    "fees_creditnoteline": ("UPDATE", "DELETE"),
    "fees_deposituse": ("UPDATE", "DELETE"),
    "fees_ledgerentry": ("UPDATE", "DELETE"),
    "fees_ledgerline": ("UPDATE", "DELETE"),
    "fees_payment": ("UPDATE", "DELETE"),
    "fees_paymentreversal": ("UPDATE", "DELETE"),
    "fees_receipt": ("UPDATE", "DELETE"),
}


def test_role_has_no_power(app):
    powers = app.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles "
        "WHERE rolname = current_user"
    ).fetchone()

    assert powers == (False, False, False, False, False)


def test_role_is_in_no_other_role(app):
    roles = app.execute(
        "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = current_user::regrole"
    ).fetchall()

    assert roles == []


def test_role_owns_nothing_in_any_database(app):
    owned = app.execute(
        "SELECT dbid, classid::regclass::text, objid FROM pg_shdepend "
        "WHERE refclassid = 'pg_authid'::regclass AND refobjid = current_user::regrole AND deptype = 'o'"
    ).fetchall()

    assert owned == []


def test_role_may_only_read_and_write_rows(app):
    """Of every table: nothing that rows do not need, and nothing at all on what others may do."""
    rights = app.execute(
        """
        SELECT DISTINCT a.privilege_type, a.is_grantable FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND a.grantee IN (0, current_user::regrole) ORDER BY 1
        """
    ).fetchall()

    assert rights == [("DELETE", False), ("INSERT", False), ("SELECT", False), ("UPDATE", False)]


def test_role_cannot_empty_a_table(app):
    for table in list_tables(app):
        truncate = sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table.name))
        with pytest.raises(InsufficientPrivilege), app.transaction():
            app.execute(truncate)


@pytest.mark.parametrize(
    "attempt",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE people_student (id int)",  # would be found before the real one
        "CREATE SCHEMA mine",
        "CREATE VIEW everybody AS SELECT * FROM people_person",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE EXTENSION citext",
        "DROP TABLE people_person CASCADE",
        "ALTER TABLE people_person ADD COLUMN more text",
        "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE people_person NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE people_person OWNER TO CURRENT_USER",
        "CREATE POLICY everything ON people_person USING (true)",
        "ALTER POLICY school_wall ON people_person USING (true)",
        "DROP POLICY school_wall ON people_person",
        "ALTER TABLE journal_auditentry DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON journal_auditentry",
        "CREATE OR REPLACE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET LOCAL session_replication_role = replica",  # would switch triggers and references off
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "CREATE ROLE mine",
        "COPY people_person TO PROGRAM 'cat'",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT lo_import('PG_VERSION')",
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
        "GRANT {owner} TO CURRENT_USER",
    ],
)
def test_role_is_refused(app, attempt):
    owner = sql.Identifier(role_of(os.environ["DATABASE_URL"]))

    with pytest.raises(InsufficientPrivilege):
        app.execute(sql.SQL(attempt.replace("{owner}", "{}")).format(*[owner] * attempt.count("{owner}")))


def test_role_cannot_make_a_database(django_db_setup):
    with psycopg.connect(django_db_setup.app_url, autocommit=True) as app, pytest.raises(InsufficientPrivilege):
        app.execute("CREATE DATABASE mine")


def test_switching_row_security_off_shows_an_error_and_no_row(app):
    app.execute("SET LOCAL row_security = off")

    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        app.execute("SELECT * FROM people_person")


def test_tables_that_only_grow_are_these(app):
    triggers = app.execute(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only' AND tgenabled = 'O'"
    ).fetchall()

    assert {table for (table,) in triggers} == APPEND_ONLY.keys()


@pytest.mark.parametrize(("table", "act"), [(table, act) for table, acts in APPEND_ONLY.items() for act in acts])
def test_what_was_recorded_stays_as_it_was(filled, table, act):
    acts = {"UPDATE": "UPDATE {} SET id = id", "DELETE": "DELETE FROM {}"}
    if table == "attendance_sessionmarkpast":
        acts["UPDATE"] = "UPDATE {} SET symbol = 'N'"  # it has no id
    enter(filled, OURS)

    # The ledger is closed twice: the right is gone, and the trigger would refuse whoever has it.
    with pytest.raises(InsufficientPrivilege, match=f"rows of {table} are only ever added|denied for table {table}"):
        filled.execute(sql.SQL(acts[act]).format(sql.Identifier(table)))
