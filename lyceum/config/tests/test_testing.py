"""The databases that tests get."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError

from lyceum.config.postgres.urls import role_of
from lyceum.config.testing import pytest_runtest_setup

GROUPS = "SELECT count(*) FROM tenancy_group"
ADD_GROUP = """
    INSERT INTO tenancy_group (id, name, slug, kind, status, created_at, updated_at)
    VALUES (gen_random_uuid(), 'North', 'north', 'trust', 'active', now(), now())
"""


def count_groups() -> int:
    with connection.cursor() as cursor:
        cursor.execute(GROUPS)
        return cursor.fetchone()[0]


def add_group() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADD_GROUP)


@pytest.mark.parametrize("_run", [1, 2])
def test_db_is_rolled_back_after_each_test(db, _run):
    assert count_groups() == 0

    add_group()

    assert count_groups() == 1


def test_tests_run_as_the_role_that_owns_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        role, name = cursor.fetchone()

    assert role == role_of(os.environ["DATABASE_APP_URL"])
    assert name == connections["owner"].settings_dict["NAME"]
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("TRUNCATE tenancy_group CASCADE")


@pytest.mark.parametrize("_run", [1, 2])
def test_fresh_database_is_new_for_each_test_and_seen_by_others(fresh_database, _run):
    assert count_groups() == 0

    add_group()

    with psycopg.connect(fresh_database.app_url) as other:
        assert other.execute(GROUPS).fetchone() == (1,)


def test_fresh_database_leaves_the_others_alone(db):
    assert count_groups() == 0


def test_fresh_database_is_what_subprocesses_use(fresh_database):
    seen = subprocess.run(
        [sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'])"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert seen.stdout.strip() == fresh_database.owner_url


class Item:
    """As much of a collected test as the plugin looks at."""

    def __init__(self, *fixtures, mark=None):
        self.fixturenames = list(fixtures)
        self._mark = mark

    def get_closest_marker(self, name):
        return self._mark.mark if self._mark else None


@pytest.mark.parametrize(
    "item",
    [
        Item("transactional_db"),
        Item("live_server"),  # asks for transactional_db when it runs
        Item(mark=pytest.mark.django_db(transaction=True)),
    ],
)
def test_what_needs_truncate_is_refused_with_the_way_out(item):
    with pytest.raises(pytest.fail.Exception, match="use the fixture fresh_database instead"):
        pytest_runtest_setup(item)


def test_db_and_fresh_database_together_are_refused():
    with pytest.raises(pytest.fail.Exception, match="either db or fresh_database"):
        pytest_runtest_setup(Item("db", "fresh_database"))
