"""Statements that PostgreSQL keeps the plans of."""

from collections.abc import Iterator

import pytest
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from lyceum.domains.tenancy.models import School

pytestmark = pytest.mark.django_db
OWN = "own"


@pytest.fixture
def own() -> Iterator[str]:
    """The alias of a connection in no transaction, as a request finds it."""
    connections[OWN] = connections[DEFAULT_DB_ALIAS].copy(OWN)
    yield OWN
    connections[OWN].close()
    del connections[OWN]


def ask_often() -> None:
    for _ in range(5):
        list(School.objects.using(OWN).filter(slug="nowhere"))


def count_plans() -> int:
    with connections[OWN].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%tenancy_school%'")
        return int(cursor.fetchone()[0])


def test_a_plan_outlives_the_rollback_of_a_request(own):
    for _ in range(2):
        with transaction.atomic(using=own):
            with transaction.atomic(using=own):
                ask_often()
                transaction.set_rollback(True, using=own)  # to a savepoint, and then all of it
            transaction.set_rollback(True, using=own)

    assert count_plans() == 1


def test_a_connection_that_was_in_the_pool_knows_the_plans_it_has(own):
    for _ in range(2):
        with connections[own].cursor() as cursor:
            for _ in range(5):
                cursor.execute("SELECT %s::int", [7])
        connections[own].close()

    with connections[own].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%'")
        assert cursor.fetchone() == (1,)


def test_a_change_of_tables_ends_every_plan(own):
    with transaction.atomic(using=own), connections[own].cursor() as cursor:
        ask_often()
        assert count_plans() == 1

        cursor.execute("ALTER ROLE CURRENT_USER RESET search_path")
        cursor.execute("SELECT 1")

        assert count_plans() == 0
        transaction.set_rollback(True, using=own)
