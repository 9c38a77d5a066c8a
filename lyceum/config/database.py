"""The database that a command needs: reachable, its roles in order, its address told to Django."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lyceum.config.environment import Environment, direct_url, ensure_secret_key
from lyceum.config.postgres import EmbeddedPostgres, provision_roles

SETTINGS_MODULE = "lyceum.config.settings"


@dataclass(frozen=True, slots=True)
class ReadyDatabase:
    """A database that answers."""

    owner_url: str
    app_url: str
    embedded: EmbeddedPostgres | None
    """The built-in server; None where DATABASE_URL was given."""


@contextmanager
def ready_database(environment: Environment) -> Iterator[ReadyDatabase]:
    """Have a database for as long as the block runs, and Django's settings point to it.

    The built-in server is started if none runs on this data folder, and stopped at the end only if it
    was started here. Raises SetupError where there is no database to be had.
    """
    environment = ensure_secret_key(environment)
    with _owner_address(environment) as (owner_url, embedded):
        app_url = environment.app_url(owner_url)
        provision_roles(owner_url, app_url)
        tell_django(environment, owner_url=owner_url, app_url=app_url)
        yield ReadyDatabase(owner_url=owner_url, app_url=app_url, embedded=embedded)


def tell_django(environment: Environment, *, owner_url: str = "", app_url: str = "") -> None:
    """Put what has been worked out where Django's settings, read later, find it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    os.environ["LYCEUM_DATA"] = str(environment.data_folder)
    os.environ["LYCEUM_URL"] = environment.url
    os.environ["LYCEUM_SECRET_KEY"] = environment.secret_key
    os.environ["LYCEUM_CLOSING_DAYS"] = str(environment.closing_days)
    os.environ["LYCEUM_PREPARE"] = "1" if environment.prepares else "0"
    if owner_url:
        os.environ["DATABASE_URL"] = owner_url
        os.environ["DATABASE_APP_URL"] = app_url
        os.environ["DATABASE_DIRECT_URL"] = direct_url(owner_url, app_url)


@contextmanager
def _owner_address(environment: Environment) -> Iterator[tuple[str, EmbeddedPostgres | None]]:
    if environment.database_url is not None:
        yield environment.database_url, None
        return
    embedded = EmbeddedPostgres(environment.data_folder)
    try:
        embedded.start()
        yield embedded.owner_url, embedded
    finally:
        embedded.stop()
