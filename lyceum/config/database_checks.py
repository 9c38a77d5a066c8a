"""What `lyceum doctor` looks at in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

import psycopg

from lyceum.config.database import ReadyDatabase
from lyceum.config.environment import Environment
from lyceum.config.findings import Finding
from lyceum.config.loading import load_django
from lyceum.config.postgres.binaries import EXTENSIONS, OLDEST_MAJOR
from lyceum.config.postgres.urls import role_of

POWERS: LiteralString = """
    SELECT rolsuper, rolbypassrls, rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user
"""
OWNED: LiteralString = """
    SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole AND relpersistence <> 't'
"""
TRUNCATABLE: LiteralString = """
    SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND has_table_privilege(oid, 'TRUNCATE')
"""
INSTALLED: LiteralString = "SELECT extname FROM pg_extension"


def check_database(environment: Environment, database: ReadyDatabase) -> Iterator[Finding]:
    """Every check of a database that answers."""
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        yield _check_version(connection, environment)
        yield _check_extensions(connection)
        yield _check_owner(connection)
    with psycopg.connect(database.app_url, autocommit=True) as connection:
        yield _check_app_role(connection, role_of(database.app_url))
    yield _check_tables()


def _check_version(connection: psycopg.Connection, environment: Environment) -> Finding:
    major = connection.info.server_version // 10_000
    if major < OLDEST_MAJOR:
        return Finding.problem(
            "database", f"PostgreSQL {major}", f"Lyceum needs PostgreSQL {OLDEST_MAJOR} or newer: upgrade it."
        )
    if environment.is_embedded:
        return Finding.ok(
            "database",
            f"PostgreSQL {major}, run by Lyceum itself: sound for a trial and a small school",
            "For more, set DATABASE_URL to a server with standby and backups of its own.",
        )
    return Finding.ok("database", f"PostgreSQL {major} at {connection.info.host or 'this machine'}")


def _check_extensions(connection: psycopg.Connection) -> Finding:
    installed = {name for (name,) in connection.execute(INSTALLED).fetchall()}
    missing = [name for name in EXTENSIONS if name not in installed]
    if missing:
        statements = " ".join(f"CREATE EXTENSION {name};" for name in missing)
        return Finding.problem("extensions", f"Missing: {', '.join(missing)}", f"An administrator runs: {statements}")
    return Finding.ok("extensions", ", ".join(EXTENSIONS))


def _check_owner(connection: psycopg.Connection) -> Finding:
    role = connection.info.user
    row = connection.execute(POWERS).fetchone()
    if row and row[0]:
        return Finding.warning(
            "owner role",
            f"{role!r} of DATABASE_URL is a superuser",
            "Make a role without SUPERUSER that owns the database, and use that for migrations.",
        )
    return Finding.ok("owner role", f"{role} owns the tables; it migrates, has rows counted and erases closed schools")


def _check_app_role(connection: psycopg.Connection, role: str) -> Finding:
    powers = connection.execute(POWERS).fetchone() or (False, False, False)
    faults = [
        words
        for is_so, words in zip(powers, ("SUPERUSER", "BYPASSRLS", "CREATEDB or CREATEROLE"), strict=True)
        if is_so
    ]
    for query, words in ((OWNED, "owns {} tables"), (TRUNCATABLE, "may TRUNCATE {} tables")):
        row = connection.execute(query).fetchone()
        if row and row[0]:
            faults.append(words.format(row[0]))
    if faults:
        return Finding.problem(
            "app role",
            f"{role}: {', '.join(faults)}; the walls between schools do not hold for it",
            "Let DATABASE_APP_URL name a role that owns nothing and has none of these rights.",
        )
    return Finding.ok("app role", f"{role} owns nothing, cannot TRUNCATE, and no wall opens for it")


def _check_tables() -> Finding:
    load_django()
    # Imported here: it needs Django's settings, which need the database's address.
    from django.db import connections

    from lyceum.config.migrate import list_unapplied_migrations
    from lyceum.core.owner import OWNER

    unapplied = list_unapplied_migrations()
    connections[OWNER].close()
    if unapplied:
        return Finding.warning(
            "tables",
            f"{len(unapplied)} changes are not applied yet, the first is {unapplied[0]}",
            "Run `lyceum migrate`; `lyceum start` does it too.",
        )
    return Finding.ok("tables", "up to date")
