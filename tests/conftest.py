"""The world that doors and contracts are tried on: built once for each process, undone after each test."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from lyceum.config.testing.databases import CLONE_PREFIX, TestDatabase, TestServer, point_django_to
from lyceum.core import clock
from lyceum.testing.factories import NOW
from tests.doors.world import World, build_world


@pytest.fixture(scope="session")
def world_database(test_server: TestServer, template_database: str) -> Iterator[TestDatabase]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")
    database = test_server.clone(template_database, f"{CLONE_PREFIX}{os.getpid()}_{worker}_world")
    yield database
    test_server.drop(database.name)


@pytest.fixture(scope="module")
def at_world(
    world_database: TestDatabase, django_db_setup: TestDatabase, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Django talks to the world's database for as long as a module's tests run."""
    with django_db_blocker.unblock():
        point_django_to(world_database)
        yield
        point_django_to(django_db_setup)


@pytest.fixture(scope="session")
def built_world(
    world_database: TestDatabase, django_db_setup: TestDatabase, django_db_blocker: DjangoDbBlocker
) -> World:
    with django_db_blocker.unblock():
        point_django_to(world_database)
        built = build_world()
        point_django_to(django_db_setup)
    return built


@pytest.fixture(scope="module")
def enter_world(built_world: World, at_world: None) -> Callable[[], AbstractContextManager[World]]:
    """Friday morning in two schools, for as long as a block runs. Whatever it does in them is rolled back."""

    @contextmanager
    def enter() -> Iterator[World]:
        with clock.frozen(NOW), transaction.atomic():
            yield built_world
            transaction.set_rollback(True)

    return enter


@pytest.fixture
def world(enter_world: Callable[[], AbstractContextManager[World]]) -> Iterator[World]:
    """Friday morning in two schools, for one test."""
    with enter_world() as entered:
        yield entered
