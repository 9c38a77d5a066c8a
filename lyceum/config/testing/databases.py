"""Databases for tests: a template made by the migrations, and clones of it that cost a tenth of a second."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, Self

import psycopg
from django.apps import apps
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import sql

from lyceum.config.environment import direct_url
from lyceum.config.postgres.urls import role_of, with_database
from lyceum.core.memory import forget_everything
from lyceum.testing.beginnings import leave

TEMPLATE_PREFIX = "lyceum_template_"
CLONE_PREFIX = "lyceum_test_"

DATABASES_LIKE: LiteralString = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
IS_IN_USE: LiteralString = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = %s)"


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """One database of the test server, and the addresses that lead to it."""

    # Its name begins like a test class's.
    __test__ = False

    name: str
    owner_url: str
    app_url: str


@dataclass(frozen=True, slots=True)
class TestServer:
    """The server that the tests run on."""

    __test__ = False

    admin_url: str
    """A role that may create databases and drop those that are in use."""
    owner_url: str
    app_url: str

    @classmethod
    def of_environment(cls) -> Self:
        return cls(
            admin_url=os.environ["LYCEUM_TEST_ADMIN_URL"],
            owner_url=os.environ["DATABASE_URL"],
            app_url=os.environ["DATABASE_APP_URL"],
        )

    def database(self, name: str) -> TestDatabase:
        return TestDatabase(name, with_database(self.owner_url, name), with_database(self.app_url, name))

    def clone(self, template: str, name: str) -> TestDatabase:
        """A new database with the template's tables and rows."""
        with self._admin() as admin:
            _create(admin, name, template=template, owner=role_of(self.owner_url))
        return self.database(name)

    def drop(self, name: str) -> None:
        with self._admin() as admin:
            _drop(admin, name)

    def drop_leftovers(self) -> None:
        """Clones of test runs that were killed."""
        with self._admin() as admin:
            for (name,) in admin.execute(DATABASES_LIKE, [CLONE_PREFIX]).fetchall():
                pid = name.removeprefix(CLONE_PREFIX).split("_")[0]
                in_use = admin.execute(IS_IN_USE, [name]).fetchone()
                if pid.isdecimal() and not _is_alive(int(pid)) and in_use == (False,):
                    _drop(admin, name)

    def ensure_template(self) -> str:
        """The template for the migrations as they are now; made by whoever comes first."""
        name = TEMPLATE_PREFIX + fingerprint_of_schema()
        self.make_once(name, "template0", _migrate, instead_of=TEMPLATE_PREFIX)
        return name

    def make_once(
        self, name: str, template: str, fill: Callable[[TestDatabase], None], *, instead_of: str = ""
    ) -> TestDatabase:
        """A database that is filled by whoever comes first; all others wait for it, and clone it.

        `instead_of` is how the names of its predecessors begin: they are dropped.
        """
        with self._admin() as admin:
            admin.execute("SELECT pg_advisory_lock(hashtext(%s))", [instead_of or name])
            existing = {found for (found,) in admin.execute(DATABASES_LIKE, [instead_of or name]).fetchall()}
            if name not in existing:
                for stale in existing:
                    _drop(admin, stale)
                draft = f"{name}_draft"
                _create(admin, draft, template=template, owner=role_of(self.owner_url))
                fill(self.database(draft))
                admin.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name))
                )
        return self.database(name)

    @contextmanager
    def _admin(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            yield admin


def fingerprint_of_schema() -> str:
    """Changes with every migration, and with the code that turns migrations into tables."""
    root = Path(__file__).resolve().parents[2]
    files = {file for app in apps.get_app_configs() for file in Path(app.path, "migrations").glob("*.py")}
    files |= set((root / "core").glob("**/*.py")) | set((root / "config" / "postgres").glob("*.py"))
    digest = hashlib.sha256()
    for file in sorted(files):
        if "tests" not in file.parts:
            digest.update(f"{file}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def point_django_to(database: TestDatabase) -> None:
    """Let every connection that is opened from here on, in any thread or subprocess, use that database."""
    leave()
    for connection in connections.all():
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
        # The same dict for every thread's connection and for settings.DATABASES.
        connection.settings_dict["NAME"] = database.name
    forget_everything()
    os.environ["DATABASE_URL"] = database.owner_url
    os.environ["DATABASE_APP_URL"] = database.app_url
    os.environ["DATABASE_DIRECT_URL"] = direct_url(database.owner_url, database.app_url)


def _migrate(database: TestDatabase) -> None:
    """As `lyceum migrate` does it: in a process of its own, as the role that owns the tables."""
    result = subprocess.run(
        [sys.executable, "-m", "lyceum.config.cli", "migrate"],
        env={**os.environ, "DATABASE_URL": database.owner_url, "DATABASE_APP_URL": database.app_url},
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"The migrations fail:\n{result.stdout}{result.stderr}")


def _create(admin: psycopg.Connection, name: str, *, template: str, owner: str) -> None:
    _drop(admin, name)
    admin.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy OWNER {}").format(
            sql.Identifier(name), sql.Identifier(template), sql.Identifier(owner)
        )
    )
    # As provisioning does it: what may be done on a database is not copied with it.
    admin.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
