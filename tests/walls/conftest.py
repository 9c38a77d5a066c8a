"""Connections to the test database that do not go through Django."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from lyceum.config.testing.databases import CLONE_PREFIX, TestDatabase, TestServer
from tests.walls.rows import OURS, THEIRS, Rows, make_rows


@pytest.fixture
def owner(django_db_setup: TestDatabase) -> Iterator[psycopg.Connection]:
    """As the role that owns the tables; everything is rolled back."""
    with psycopg.connect(django_db_setup.owner_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def app(django_db_setup: TestDatabase) -> Iterator[psycopg.Connection]:
    """As the role of pages and jobs; everything is rolled back."""
    with psycopg.connect(django_db_setup.app_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="session")
def filled_database(test_server: TestServer, template_database: str) -> Iterator[TestDatabase]:
    """A database in which two schools have a row in every table; see `rows`."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")
    database = test_server.clone(template_database, f"{CLONE_PREFIX}{os.getpid()}_{worker}_filled")
    yield database
    test_server.drop(database.name)


@pytest.fixture(scope="session")
def rows(filled_database: TestDatabase) -> Rows:
    """What the filled database holds."""
    return make_rows(filled_database.owner_url, filled_database.app_url, (OURS, THEIRS))


@pytest.fixture
def filled(filled_database: TestDatabase, rows: Rows) -> Iterator[psycopg.Connection]:
    """The filled database as the role of pages and jobs sees it; everything is rolled back."""
    with psycopg.connect(filled_database.app_url) as connection:
        yield connection
        connection.rollback()
