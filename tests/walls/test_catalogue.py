"""The walls as the catalogue knows them: no table, key, reference, view or function without its part of one."""

import psycopg
import pytest
from django.apps import apps

from lyceum.core.schools import SchoolForeignKey
from lyceum.core.walls import LIBRARY_TABLE_PREFIXES, OWN_POLICY_TABLES, UNWALLED_TABLES
from tests.walls.catalogue import (
    list_function_faults,
    list_key_faults,
    list_reference_faults,
    list_references,
    list_tables,
    list_tables_outside_public,
    list_view_faults,
    list_wall_faults,
    list_walled_tables,
)

WALL = (
    "ALTER TABLE bare ENABLE ROW LEVEL SECURITY; ALTER TABLE bare FORCE ROW LEVEL SECURITY; "
    "CREATE POLICY wall ON bare USING (school_id = (SELECT NULLIF(current_setting('app.school_id', true), '')::int)) "
    "WITH CHECK (school_id = (SELECT NULLIF(current_setting('app.school_id', true), '')::int))"
)


def test_every_school_owned_table_stands_behind_the_wall(owner):
    assert list_wall_faults(owner) == []


def test_partitions_are_tables_of_their_own_and_walled(owner):
    partitions = [name for name in list_walled_tables(owner) if name.startswith("attendance_sessionmark_y")]

    assert len(partitions) == 31


@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        # Nothing at all.
        (
            "CREATE TABLE bare (id uuid PRIMARY KEY)",
            [
                "bare: no school_id that is a NOT NULL integer",
                "bare: row-level security is not enabled",
                "bare: row-level security is not forced on the owner",
                "bare: its policies are []",
            ],
        ),
        # A school that may be missing.
        (f"CREATE TABLE bare (school_id int); {WALL}", ["bare: no school_id that is a NOT NULL integer"]),
        # The owner walks through.
        (
            f"CREATE TABLE bare (school_id int NOT NULL); {WALL}; ALTER TABLE bare NO FORCE ROW LEVEL SECURITY",
            ["bare: row-level security is not forced on the owner"],
        ),
        # A whole wall.
        (f"CREATE TABLE bare (school_id int NOT NULL); {WALL}", []),
    ],
)
def test_a_table_with_a_gap_in_its_wall_is_found(owner, statements, faults):
    owner.execute(statements)

    assert list_wall_faults(owner) == faults


@pytest.mark.parametrize(
    "policy",
    [
        "CREATE POLICY second ON bare USING (true)",  # permissive policies add up
        "ALTER POLICY wall ON bare WITH CHECK (true)",  # rows could be written into another school
        "ALTER POLICY wall ON bare TO CURRENT_USER",  # it would not hold for the app
        "ALTER POLICY wall ON bare USING (school_id = current_setting('app.school_id', true)::int)",  # '' is an error
    ],
)
def test_a_table_with_another_policy_is_found(owner, policy):
    owner.execute(f"CREATE TABLE bare (school_id int NOT NULL); {WALL}; {policy}")

    assert [fault.split(" are ")[0] for fault in list_wall_faults(owner)] == ["bare: its policies"]


def test_a_partition_without_a_wall_is_found(owner):
    owner.execute(
        "CREATE TABLE attendance_sessionmark_y1999 PARTITION OF attendance_sessionmark "
        "FOR VALUES FROM ('1999-08-01') TO ('2000-08-01')"
    )

    assert list_wall_faults(owner) == [
        "attendance_sessionmark_y1999: row-level security is not enabled",
        "attendance_sessionmark_y1999: row-level security is not forced on the owner",
        "attendance_sessionmark_y1999: its policies are []",
    ]


def test_allow_lists_name_only_tables_that_exist(owner):
    existing = {table.name for table in list_tables(owner)}

    assert (UNWALLED_TABLES.keys() | OWN_POLICY_TABLES.keys()) - existing == set()


def test_allow_lists_give_a_reason_for_each_table():
    assert [table for table, reason in (UNWALLED_TABLES | OWN_POLICY_TABLES).items() if not reason.strip()] == []


def test_no_table_is_on_two_lists():
    assert UNWALLED_TABLES.keys() & OWN_POLICY_TABLES.keys() == set()


def test_tables_with_a_policy_of_their_own_have_one_and_it_is_forced(owner):
    tables = [table for table in list_tables(owner) if table.name in OWN_POLICY_TABLES]

    assert [(t.is_enabled, t.is_forced, len(t.policies)) for t in tables] == [(True, True, 1)] * len(tables)
    for table in tables:
        reading, writing = table.policies[0].split(" / ")
        assert reading == writing
        assert "school_id" in reading


def test_library_prefixes_hide_no_table_of_ours():
    ours = [model._meta.db_table for model in apps.get_models() if model.__module__.startswith("lyceum.")]

    assert [table for table in ours if table.startswith(LIBRARY_TABLE_PREFIXES)] == []


def test_unwalled_tables_that_name_a_school_are_those_read_before_the_school_is_known(owner):
    with_school = {table.name for table in list_tables(owner) if table.has_school is not None}

    assert with_school & UNWALLED_TABLES.keys() == {
        "tenancy_schoolhost",
        "accounts_schoollogin",
        "accounts_membership",
        "accounts_signinsession",
        "accounts_apikey",
        "accounts_invitation",
        "learning_publishedcertificate",
        "notifications_carriedfor",
        "notifications_hook",
        "journal_operatorentry",
    }


def test_every_table_is_in_the_schema_the_checks_look_at(owner):
    assert list_tables_outside_public(owner) == []


def test_every_key_of_a_school_owned_table_carries_the_school(owner):
    assert list_key_faults(owner) == []


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("PRIMARY KEY (id)", "bare_pkey is unique across schools"),
        ("UNIQUE (id)", "bare_id_key is unique across schools"),
        ("UNIQUE (id) INCLUDE (school_id)", "bare_id_school_id_key is unique across schools"),
        ("EXCLUDE USING gist (id WITH =)", "bare_id_excl is unique across schools"),
        ("UNIQUE (id, school_id)", "bare_id_school_id_key does not begin with school_id"),
    ],
)
def test_a_key_without_the_school_is_found(owner, key, fault):
    owner.execute(f"CREATE TABLE bare (school_id int NOT NULL, id uuid NOT NULL, {key}); {WALL}")

    assert list_key_faults(owner) == [f"bare: {fault}"]


def test_an_index_that_does_not_begin_with_the_school_is_found(owner):
    owner.execute("CREATE INDEX bare ON people_person (birth_date)")

    assert list_key_faults(owner) == ["people_person: bare does not begin with school_id"]


def test_every_reference_to_a_school_owned_table_carries_the_school(owner):
    assert list_reference_faults(owner) == []


def test_a_reference_that_crosses_the_school_is_found(owner):
    owner.execute(
        "CREATE TABLE bare (school_id int NOT NULL, other_school int, person_id uuid, "
        "FOREIGN KEY (other_school, person_id) REFERENCES people_person (school_id, id))"
    )

    assert list_reference_faults(owner) == ["bare: bare_other_school_person_id_fkey does not carry the school"]


def test_every_reference_between_models_is_one_in_the_database(owner):
    wanted = {
        (model._meta.db_table, field.column, field.remote_field.model._meta.db_table)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, SchoolForeignKey)
    }
    found = {
        (reference.table, column, reference.target)
        for reference in list_references(owner)
        for column in reference.columns
        if column != "school_id"
    }

    assert wanted - found == set()


def test_no_view_reads_with_its_owners_rights(owner):
    assert list_view_faults(owner) == []


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        ("CREATE VIEW bare AS SELECT * FROM people_person", ["bare: not security_invoker"]),
        ("CREATE VIEW bare WITH (security_invoker) AS SELECT * FROM people_person", []),
        (
            "CREATE VIEW bare WITH (security_invoker = false) AS SELECT * FROM people_person",
            ["bare: not security_invoker"],
        ),
        ("CREATE MATERIALIZED VIEW bare AS SELECT * FROM people_person", ["bare: materialised"]),
    ],
)
def test_a_view_that_passes_the_wall_is_found(owner, statement, faults):
    owner.execute(statement)

    assert list_view_faults(owner) == faults


def test_no_function_has_its_owners_rights(owner):
    assert list_function_faults(owner) == []


def test_a_function_with_its_owners_rights_is_found(owner):
    owner.execute(
        "CREATE FUNCTION bare() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM people_person'"
    )

    assert list_function_faults(owner) == ["bare: SECURITY DEFINER"]


def test_a_view_of_the_owner_would_indeed_pass_the_wall(owner: psycopg.Connection):
    """Why the tests above matter: without row-level security forced, an owner's view shows every school."""
    owner.execute("CREATE TABLE bare (school_id int NOT NULL)")
    owner.execute("INSERT INTO bare VALUES (1), (2)")
    owner.execute(WALL)
    owner.execute("SELECT set_config('app.school_id', '1', true)")

    (forced,) = owner.execute("SELECT count(*) FROM bare").fetchone()
    owner.execute("ALTER TABLE bare NO FORCE ROW LEVEL SECURITY")
    (unforced,) = owner.execute("SELECT count(*) FROM bare").fetchone()

    assert (forced, unforced) == (1, 2)
