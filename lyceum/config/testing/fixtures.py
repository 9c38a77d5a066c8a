"""The fixtures that give a test its database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from lyceum.config.testing.databases import CLONE_PREFIX, TestDatabase, TestServer, point_django_to
from lyceum.testing import beginnings


@pytest.fixture(scope="session")
def test_server() -> TestServer:
    """The server that the tests run on, to make databases on it."""
    return TestServer.of_environment()


@pytest.fixture(scope="session")
def template_database(test_server: TestServer, django_test_environment: None) -> str:
    """The name of the database that all others are cloned from."""
    del django_test_environment
    return test_server.ensure_template()


@pytest.fixture(scope="session")
def django_db_setup(
    test_server: TestServer, template_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[TestDatabase]:
    """Replaces pytest-django's: this process gets a clone, used by every test that asks for db."""
    test_server.drop_leftovers()
    database = test_server.clone(template_database, _clone_name("main"))
    with django_db_blocker.unblock():
        point_django_to(database)
    yield database
    with django_db_blocker.unblock():
        point_django_to(database)
    test_server.drop(database.name)


@pytest.fixture
def _django_db_helper(django_db_setup: TestDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's, behind `db`: what a test does is undone, and what it begins with is remembered."""
    del django_db_setup
    with django_db_blocker.unblock(), beginnings.test():
        yield


@pytest.fixture(scope="session")
def made_for_all(
    test_server: TestServer,
    template_database: str,
    django_db_setup: TestDatabase,
    django_db_blocker: DjangoDbBlocker,
) -> Callable[[str, Callable[[], object]], TestDatabase]:
    """`made_for_all(name, fill)`: a database that one process of a test run fills, for all of them to clone."""

    def make(name: str, fill: Callable[[], object]) -> TestDatabase:
        def fill_there(database: TestDatabase) -> None:
            with django_db_blocker.unblock():
                point_django_to(database)
                fill()
                point_django_to(django_db_setup)

        run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
        return test_server.make_once(f"{CLONE_PREFIX}{run}_{name}", template_database, fill_there)

    return make


@pytest.fixture(scope="session")
def at_clone(
    test_server: TestServer, django_db_setup: TestDatabase, django_db_blocker: DjangoDbBlocker
) -> Callable[[str, str], AbstractContextManager[TestDatabase]]:
    """`at_clone(template, purpose)`: inside, Django talks to a database of its own, and commits are real."""

    @contextmanager
    def at(template: str, purpose: str) -> Iterator[TestDatabase]:
        database = test_server.clone(template, _clone_name(purpose))
        with django_db_blocker.unblock():
            point_django_to(database)
            try:
                yield database
            finally:
                point_django_to(django_db_setup)
                test_server.drop(database.name)

    return at


@pytest.fixture
def fresh_database(
    at_clone: Callable[[str, str], AbstractContextManager[TestDatabase]], template_database: str
) -> Iterator[TestDatabase]:
    """A database of its own, as the migrations leave it; what the test commits is really committed."""
    with at_clone(template_database, "fresh") as database:
        yield database


def _clone_name(purpose: str) -> str:
    return f"{CLONE_PREFIX}{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{purpose}"


@pytest.fixture
def stored_files(tmp_path: Path, settings: Any) -> Path:
    """A folder of stored files of the test's own: all others share one, in which schools of one number meet."""
    folder = tmp_path / "files"
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    settings.STORAGES = settings.STORAGES | {"default": files}
    return folder
