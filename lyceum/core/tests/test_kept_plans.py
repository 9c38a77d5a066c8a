"""Statements that PostgreSQL keeps the plans of."""

import pytest
from django.db import connection, transaction

from lyceum.domains.tenancy.models import School

pytestmark = pytest.mark.django_db


def ask_often() -> None:
    for _ in range(5):
        list(School.objects.filter(slug="nowhere"))


def count_plans() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%tenancy_school%'")
        return int(cursor.fetchone()[0])


def test_a_plan_outlives_the_rollback_of_a_request():
    with transaction.atomic():
        ask_often()
        transaction.set_rollback(True)
    kept = count_plans()

    ask_often()

    assert kept == count_plans() == 1


def test_a_connection_that_was_in_the_pool_knows_the_plans_it_has():
    own = connection.copy()
    for _ in range(2):
        with own.cursor() as cursor:
            for _ in range(5):
                cursor.execute("SELECT %s::int", [7])
        own.close()

    with own.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%'")
        assert cursor.fetchone() == (1,)

    own.close()
