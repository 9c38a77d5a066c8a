"""The whole application over a database in which it is this morning."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from lyceum.api.tests.live.serving import Server, serving
from lyceum.api.tests.today import Morning, make_morning
from lyceum.config.testing.databases import TestDatabase, TestServer, point_django_to


@pytest.fixture(scope="session")
def made_morning(
    test_server: TestServer,
    template_database: str,
    django_db_setup: TestDatabase,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[tuple[str, Morning]]:
    """A morning that this process makes once, and the name of the database that it is in."""
    database = test_server.clone(template_database, django_db_setup.name.removesuffix("main") + "morning")
    with django_db_blocker.unblock():
        point_django_to(database)
        made = make_morning()
        point_django_to(django_db_setup)
    yield database.name, made
    test_server.drop(database.name)


@pytest.fixture
def server(
    at_clone: Callable[[str, str], AbstractContextManager[TestDatabase]], made_morning: tuple[str, Morning]
) -> Iterator[Server]:
    """Lyceum on a free port, before a copy of that database."""
    with at_clone(made_morning[0], "socket"):
        with serving() as running:
            yield running
        connections.close_all()


@pytest.fixture
def morning(server: Server, made_morning: tuple[str, Morning]) -> Morning:
    """The morning in that database."""
    return deepcopy(made_morning[1])
