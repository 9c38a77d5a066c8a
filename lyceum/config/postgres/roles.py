"""The role that pages and jobs connect as: it reads and writes rows, and can do nothing else."""

from __future__ import annotations

from typing import LiteralString

import psycopg
from psycopg import sql

from lyceum.config.errors import SetupError
from lyceum.config.postgres.binaries import EXTENSIONS
from lyceum.config.postgres.urls import database_of, password_of, role_of

# Any number, as long as every process takes the same one: two that alter a role at once collide.
PROVISIONING_LOCK = 0x4C59_0001
# TRUNCATE is left out: it does not ask the policies that keep schools apart.
TABLE_RIGHTS: LiteralString = "SELECT, INSERT, UPDATE, DELETE"
SEQUENCE_RIGHTS: LiteralString = "USAGE, SELECT"

ROLE_EXISTS: LiteralString = "SELECT 1 FROM pg_roles WHERE rolname = %s"
ROLE_POWERS: LiteralString = """
    SELECT concat_ws(', ',
        CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
        CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END)
    FROM pg_roles WHERE rolname = %s
"""
HAS_DEFAULTS: LiteralString = """
    SELECT count(DISTINCT defaclobjtype) = 3
    FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) a
    WHERE d.defaclrole = current_user::regrole AND a.grantee = %(role)s::regrole
      AND d.defaclnamespace = 'public'::regnamespace AND d.defaclobjtype IN ('r', 'S', 'f')
"""
HAS_ACCESS: LiteralString = """
    SELECT has_schema_privilege(%(role)s, 'public', 'USAGE')
       AND has_database_privilege(%(role)s, current_database(), 'CONNECT')
       AND NOT has_schema_privilege(%(role)s, 'public', 'CREATE')
"""
MAKES_TEMPORARY_TABLES: LiteralString = "SELECT has_database_privilege(%(role)s, current_database(), 'TEMPORARY')"
TABLES_WITHOUT_GRANTS: LiteralString = """
    SELECT c.relname, c.relkind = 'S' FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S')
      AND c.relowner = current_user::regrole
      AND NOT EXISTS (SELECT 1 FROM aclexplode(c.relacl) a WHERE a.grantee = %(role)s::regrole)
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""


def provision_roles(owner_url: str, app_url: str) -> None:
    """Make the role of `app_url` what it must be, on the database of `owner_url`. Safe to repeat.

    Only what is missing is done, so that an administrator may prepare it all and give the owner
    no right to create roles. Raises SetupError with the statements for the administrator otherwise.
    """
    role, owner = role_of(app_url), role_of(owner_url)
    if role == owner:
        raise SetupError(
            f"DATABASE_APP_URL must name another role than DATABASE_URL, not {role!r} too: pages and jobs "
            "must not own the tables."
        )
    try:
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [PROVISIONING_LOCK])
            _provision(connection, app_url=app_url, role=role)
    except psycopg.errors.InsufficientPrivilege as error:
        raise SetupError(_instructions(error, role=role, owner=owner, database=database_of(owner_url))) from error
    except psycopg.OperationalError as error:
        raise SetupError(f"The database cannot be reached as {owner!r}: {first_line(error)}") from error


def _provision(connection: psycopg.Connection, *, app_url: str, role: str) -> None:
    for extension in EXTENSIONS:
        if not _is_true(connection, "SELECT true FROM pg_extension WHERE extname = %s", [extension]):
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    _create_role(connection, app_url=app_url, role=role)
    _refuse_powers(connection, role)
    _grant_access(connection, role)
    _grant_forgotten_tables(connection, role)


def _create_role(connection: psycopg.Connection, *, app_url: str, role: str) -> None:
    name, password = sql.Identifier(role), sql.Literal(password_of(app_url))
    if not _is_true(connection, ROLE_EXISTS, [role]):
        connection.execute(
            sql.SQL(
                "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD {}"
            ).format(name, password)
        )
        return
    try:
        psycopg.connect(app_url, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        if "password" not in str(error) and "permitted to log in" not in str(error):
            raise SetupError(f"The database cannot be reached as {role!r}: {first_line(error)}") from error
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, password))


def _refuse_powers(connection: psycopg.Connection, role: str) -> None:
    """A role that somebody else made may carry powers that walk through every wall."""
    row = connection.execute(ROLE_POWERS, [role]).fetchone()
    if row and row[0]:
        raise SetupError(
            f"The database role {role!r} of DATABASE_APP_URL must not have {row[0]}. An administrator runs:\n"
            f"  ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;"
        )


def _grant_access(connection: psycopg.Connection, role: str) -> None:
    parameters, name = {"role": role}, sql.Identifier(role)
    if not _is_true(connection, HAS_ACCESS, parameters):
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, name))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    if _is_true(connection, MAKES_TEMPORARY_TABLES, parameters):
        # It is found before the real table of its name, has no wall, and stays with a pooled connection.
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    if not _is_true(connection, HAS_DEFAULTS, parameters):
        for rights, kind in (
            (TABLE_RIGHTS, "TABLES"),
            (SEQUENCE_RIGHTS, "SEQUENCES"),
            ("EXECUTE", "FUNCTIONS"),
        ):
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON {} TO {}").format(
                    sql.SQL(rights), sql.SQL(kind), name
                )
            )


def _grant_forgotten_tables(connection: psycopg.Connection, role: str) -> None:
    """Tables older than the default grants, as after a restore without privileges.

    A table on which the role has any right is left alone: a migration may have taken the others away.
    """
    name = sql.Identifier(role)
    for table, is_sequence in connection.execute(TABLES_WITHOUT_GRANTS, {"role": role}).fetchall():
        rights = sql.SQL(SEQUENCE_RIGHTS if is_sequence else TABLE_RIGHTS)
        kind = sql.SQL("SEQUENCE" if is_sequence else "TABLE")
        connection.execute(
            sql.SQL("GRANT {} ON {} {} TO {}").format(rights, kind, sql.Identifier("public", table), name)
        )


def _is_true(connection: psycopg.Connection, query: LiteralString, parameters: list[str] | dict[str, str]) -> bool:
    row = connection.execute(query, parameters).fetchone()
    return row is not None and bool(row[0])


def _instructions(error: psycopg.Error, *, role: str, owner: str, database: str) -> str:
    extensions = "\n".join(f"  CREATE EXTENSION IF NOT EXISTS {name};" for name in EXTENSIONS)
    return (
        f"The role {owner!r} of DATABASE_URL may not prepare the database ({first_line(error)}). "
        f"An administrator runs this on the database {database!r}, once:\n"
        f"{extensions}\n"
        f"  CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT\n"
        "    PASSWORD '…';\n"
        f"  GRANT CONNECT ON DATABASE {database} TO {role};\n"
        f"  REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC;\n"
        "  REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n"
        f"  GRANT USAGE ON SCHEMA public TO {role};\n"
        f"  GRANT ALL ON SCHEMA public TO {owner};\n"
        "and sets DATABASE_APP_URL to an address with that role and password."
    )


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
