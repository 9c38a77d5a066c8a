"""Bring the tables up to date: by one process at a time, and without holding up those who work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.utils import OperationalError
from psycopg.errors import LockNotAvailable

from lyceum.config.errors import SetupError
from lyceum.core.owner import OWNER

# Any number, as long as every process takes the same one.
MIGRATION_LOCK = 0x4C59_0002
ATTEMPTS = 20
PAUSE_SECONDS = 1.5


def list_unapplied_migrations(alias: str = OWNER) -> list[str]:
    """Names of migrations on disk that the database has not recorded, as `app.0001_initial`.

    Only file names and one table are read: every start asks, and almost always the answer is none.
    """
    applied = set(MigrationRecorder(connections[alias]).applied_migrations())
    return sorted(f"{app}.{name}" for app, name in _list_migrations_on_disk() if (app, name) not in applied)


def apply_migrations() -> list[str]:
    """Apply what is unapplied and return its names. Raises SetupError if tables stay locked.

    A statement waits at most 2 s for a table: behind one that waits longer, everybody would queue.
    """
    if not list_unapplied_migrations():
        return []
    connection = connections[OWNER]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            # Another process may have done it while this one waited.
            unapplied = list_unapplied_migrations()
            if unapplied:
                cursor.execute("SET lock_timeout = '2s'")
                _migrate_until_done(connection)
                _renew_built_in_sets()
        finally:
            cursor.execute("SET lock_timeout = DEFAULT")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    connection.close()
    return unapplied


def _migrate_until_done(connection: BaseDatabaseWrapper) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with _rendering_only_what_changes():
                call_command("migrate", database=OWNER, interactive=False, verbosity=0, skip_checks=True)
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            if attempt == ATTEMPTS:
                raise SetupError(
                    "The tables could not be brought up to date: somebody held one of them for "
                    f"{ATTEMPTS * PAUSE_SECONDS:.0f} s ({str(error).splitlines()[0]}). Try again."
                ) from error
            connection.close_if_unusable_or_obsolete()
            time.sleep(PAUSE_SECONDS)


@contextmanager
def _rendering_only_what_changes() -> Iterator[None]:
    """Leave the models alone that a step does not change.

    Django renders a model and all its relatives anew for each new table, field, constraint and index, and here
    everything is a relative of the school: nine tenths of the time that a new database would take. What changes is
    rendered alone, as an app's models are when it is loaded: tables are found by their names. A constraint or an index
    changes no field.
    """

    def reload_model(state: ProjectState, app_label: str, model_name: str, **_how: bool) -> None:
        if "apps" in vars(state):
            state._reload({(app_label, model_name)})  # type: ignore[attr-defined]  # which the stubs leave out

    def append(state: ProjectState, app_label: str, model_name: str, option: str, given: object) -> None:
        options = state.models[app_label, model_name].options
        options[option] = [*options[option], given]

    ours = {"reload_model": reload_model, "_append_option": append}
    djangos = {name: vars(ProjectState)[name] for name in ours}
    try:
        for name, ours_of_it in ours.items():
            setattr(ProjectState, name, ours_of_it)
        yield
    finally:
        for name, djangos_of_it in djangos.items():
            setattr(ProjectState, name, djangos_of_it)


def _renew_built_in_sets() -> None:
    """What a new version lets the Office do, it lets the Office of every school do that is here already."""
    from lyceum.core.schools import school_scope  # once the tables are there
    from lyceum.domains.accounts.rules.users import renew_built_in_sets
    from lyceum.domains.tenancy.models import School

    schools = School.objects.using(OWNER).exclude(status=School.Status.DELETED)
    for school_id in schools.values_list("pk", flat=True):
        with school_scope(school_id):
            renew_built_in_sets()
    connections["default"].close()


def _list_migrations_on_disk() -> Iterator[tuple[str, str]]:
    for app in apps.get_app_configs():
        if app.label in settings.MIGRATION_MODULES:
            continue
        for file in Path(app.path, "migrations").glob("[!_]*.py"):
            yield app.label, file.stem
