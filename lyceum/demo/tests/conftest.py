"""A small demo, loaded once for the tests that only look at it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from pytest_django import DjangoDbBlocker

from lyceum.config.testing.databases import TestDatabase, TestServer, point_django_to
from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.demo.load import Loaded, load_demo
from lyceum.demo.plan import HILLCREST, LITTLE_OAK, sized
from lyceum.domains.tenancy.models import School

TODAY = date(2026, 11, 20)  # a Friday in term
NOW = datetime(2026, 11, 20, 8, 50, tzinfo=UTC)
SMALL = (
    sized(HILLCREST, students=60, seats=6, days=8, past_years=1),
    sized(LITTLE_OAK, students=30, seats=6, days=4, past_years=1),
)


def load_small(today: date = TODAY, said: list[str] | None = None) -> Loaded:
    lines = [] if said is None else said
    return load_demo(lines.append, plans=SMALL, today=today)


@dataclass
class LoadedDemo:
    loaded: Loaded
    said: list[str] = field(default_factory=list)

    @property
    def hillcrest(self) -> School:
        return School.objects.get(slug="hillcrest")

    @property
    def little_oak(self) -> School:
        return School.objects.get(slug="little-oak")

    @property
    def actor(self) -> Actor:
        return system_actor(self.hillcrest.pk)


@dataclass
class DemoDatabase:
    """A database with both demo schools in it."""

    database: TestDatabase
    loaded: Loaded
    said: list[str]


@pytest.fixture(scope="session")
def demo_database(
    test_server: TestServer,
    template_database: str,
    django_db_setup: TestDatabase,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[DemoDatabase]:
    """Both demo schools in small, loaded once; to be looked at, or to be cloned."""
    name = f"lyceum_test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_demo"
    database = test_server.clone(template_database, name)
    said: list[str] = []
    with django_db_blocker.unblock():
        point_django_to(database)
        loaded = load_small(said=said)
        point_django_to(django_db_setup)
    yield DemoDatabase(database, loaded, said)
    test_server.drop(name)


@pytest.fixture(scope="module")
def demo(
    test_server: TestServer,
    demo_database: DemoDatabase,
    django_db_setup: TestDatabase,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[LoadedDemo]:
    """Both demo schools in small, on Friday at 8:50."""
    with django_db_blocker.unblock(), clone_of(demo_database, test_server) as database:
        point_django_to(database)
        with clock.frozen(NOW):
            yield LoadedDemo(demo_database.loaded, demo_database.said)
        point_django_to(django_db_setup)


@pytest.fixture
def loaded_database(
    test_server: TestServer,
    demo_database: DemoDatabase,
    django_db_setup: TestDatabase,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[TestDatabase]:
    """A database of the test's own in which the demo was loaded."""
    with django_db_blocker.unblock(), clone_of(demo_database, test_server) as database:
        point_django_to(database)
        yield database
        point_django_to(django_db_setup)


@contextmanager
def clone_of(demo: DemoDatabase, server: TestServer) -> Iterator[TestDatabase]:
    """A copy that may be written to."""
    database = server.clone(demo.database.name, f"{demo.database.name}_copy")
    yield database
    server.drop(database.name)
