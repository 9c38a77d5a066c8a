"""Connections to the test database that do not go through Django."""

from collections.abc import Iterator

import psycopg
import pytest

from lyceum.config.testing.databases import TestDatabase


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
