"""What PostgreSQL's own catalogue says about the walls. Each `list_…_faults` is empty when they hold.

The tests call these on the database that the migrations made, and once more after adding something
bare, which has to be found.
"""

from dataclasses import dataclass

import psycopg

from lyceum.core.walls import LIBRARY_TABLE_PREFIXES, OWN_POLICY_TABLES, UNWALLED_TABLES

IN_THIS_SCHOOL = "school_id = (SELECT NULLIF(current_setting('app.school_id', true), '')::int)"
DEFINER_FUNCTIONS: frozenset[str] = frozenset()
"""Functions that run with their owner's rights. Each one is a door in a wall."""

Connection = psycopg.Connection

_TABLES = """
SELECT c.oid::regclass::text AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
  (SELECT a.attnotnull AND a.atttypid = 'int'::regtype FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attname = 'school_id' AND NOT a.attisdropped) AS has_school,
  ARRAY(SELECT CASE WHEN p.polpermissive AND p.polcmd = '*' AND p.polroles = '{0}' THEN '' ELSE 'narrow: ' END
      || COALESCE(pg_get_expr(p.polqual, c.oid), '-') || ' / ' || COALESCE(pg_get_expr(p.polwithcheck, c.oid), '-')
    FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY p.polname) AS policies
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f') ORDER BY 1
"""
_REFERENCES = """
SELECT r.conname, r.conrelid::regclass::text, r.confrelid::regclass::text,
  ARRAY(SELECT a.attname::text FROM unnest(r.conkey) WITH ORDINALITY k(num, place)
    JOIN pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = k.num ORDER BY k.place),
  ARRAY(SELECT a.attname::text FROM unnest(r.confkey) WITH ORDINALITY k(num, place)
    JOIN pg_attribute a ON a.attrelid = r.confrelid AND a.attnum = k.num ORDER BY k.place)
FROM pg_constraint r WHERE r.contype = 'f' AND r.connamespace = 'public'::regnamespace ORDER BY 2, 1
"""
_INDEXES = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, i.indisunique OR i.indisexclusion,
  ARRAY(SELECT COALESCE(a.attname::text, '') FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, place)
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num AND k.num > 0
    WHERE k.place <= i.indnkeyatts ORDER BY k.place)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Table:
    """A table, and what stands between its rows and another school."""

    name: str
    is_enabled: bool
    is_forced: bool
    has_school: bool | None
    """Whether school_id is a NOT NULL integer; None where there is no such column."""
    policies: list[str]


@dataclass(frozen=True)
class Reference:
    """A foreign key."""

    name: str
    table: str
    target: str
    columns: list[str]
    target_columns: list[str]


def list_tables(connection: Connection) -> list[Table]:
    """Every table in the schema public, partitions included."""
    return [Table(*row) for row in connection.execute(_TABLES).fetchall()]


def list_walled_tables(connection: Connection) -> list[str]:
    """The tables that must stand behind the wall: all that are on no list."""
    return [table.name for table in list_tables(connection) if is_walled(table.name)]


def is_walled(table: str) -> bool:
    return (
        table not in UNWALLED_TABLES and table not in OWN_POLICY_TABLES and not table.startswith(LIBRARY_TABLE_PREFIXES)
    )


def list_references(connection: Connection) -> list[Reference]:
    """Every foreign key."""
    return [Reference(*row) for row in connection.execute(_REFERENCES).fetchall()]


def list_wall_faults(connection: Connection) -> list[str]:
    """What is missing from the walls around school-owned tables."""
    wanted = [_as_postgresql_writes_it(connection)]
    faults = []
    for table in list_tables(connection):
        if not is_walled(table.name):
            continue
        if not table.has_school:
            faults.append(f"{table.name}: no school_id that is a NOT NULL integer")
        if not table.is_enabled:
            faults.append(f"{table.name}: row-level security is not enabled")
        if not table.is_forced:
            faults.append(f"{table.name}: row-level security is not forced on the owner")
        if table.policies != wanted:
            faults.append(f"{table.name}: its policies are {table.policies}")
    return faults


def _as_postgresql_writes_it(connection: Connection) -> str:
    """The wall's expression, written by hand above, in the words of the server's version."""
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE TABLE model_wall (school_id int)")
        connection.execute(f"CREATE POLICY wall ON model_wall USING ({IN_THIS_SCHOOL}) WITH CHECK ({IN_THIS_SCHOOL})")
        (model,) = (table for table in list_tables(connection) if table.name == "model_wall")
    return model.policies[0]


def list_key_faults(connection: Connection) -> list[str]:
    """Keys of school-owned tables that say nothing of the school, and indexes that do not begin with it."""
    walled = set(list_walled_tables(connection))
    faults = []
    for table, index, is_key, columns in connection.execute(_INDEXES).fetchall():
        if table in walled and is_key and "school_id" not in columns:
            faults.append(f"{table}: {index} is unique across schools")
        elif table in walled and columns[0] != "school_id":
            faults.append(f"{table}: {index} does not begin with school_id")
    return faults


def list_reference_faults(connection: Connection) -> list[str]:
    """Foreign keys to school-owned tables by which a row could point into another school."""
    walled = set(list_walled_tables(connection))
    return [
        f"{found.table}: {found.name} does not carry the school"
        for found in list_references(connection)
        if found.target in walled
        and ("school_id", "school_id") not in zip(found.columns, found.target_columns, strict=True)
    ]


def list_view_faults(connection: Connection) -> list[str]:
    """Views that read with their owner's rights, and materialised ones, which stand behind no wall."""
    found = connection.execute(
        """
        SELECT c.oid::regclass::text, c.relkind = 'm' FROM pg_class c
        WHERE c.relkind IN ('v', 'm') AND c.relnamespace NOT IN ('pg_catalog'::regnamespace,
            'information_schema'::regnamespace)
          AND NOT COALESCE('security_invoker=true' = ANY (c.reloptions)
            OR 'security_invoker=on' = ANY (c.reloptions), false)
        ORDER BY 1
        """
    ).fetchall()
    return [
        f"{name}: materialised" if is_materialised else f"{name}: not security_invoker"
        for name, is_materialised in found
    ]


def list_function_faults(connection: Connection) -> list[str]:
    """Functions with their owner's rights that are on no list."""
    found = connection.execute(
        """
        SELECT p.oid::regproc::text FROM pg_proc p
        WHERE p.prosecdef AND p.pronamespace NOT IN ('pg_catalog'::regnamespace,
            'information_schema'::regnamespace)
        ORDER BY 1
        """
    ).fetchall()
    return [f"{name}: SECURITY DEFINER" for (name,) in found if name not in DEFINER_FUNCTIONS]


def list_tables_outside_public(connection: Connection) -> list[str]:
    """Tables where the checks above do not look."""
    found = connection.execute(
        """
        SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f', 'm') AND n.nspname NOT IN ('public', 'pg_catalog',
            'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'
        ORDER BY 1
        """
    ).fetchall()
    return [name for (name,) in found]
