"""What PostgreSQL knows of its tables is brought up to date."""

import pytest
from django.db import connections

from lyceum.core.owner import OWNER
from lyceum.core.statistics import MANY, analyze, analyze_changed

pytestmark = pytest.mark.usefixtures("fresh_database")


def as_owner(*statements: str) -> None:
    with connections[OWNER].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def counted() -> dict[str, float]:
    """How many rows each of the two tables is known to have; -1 where nobody has looked."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relname ^@ 'grown_'")
        return dict(cursor.fetchall())


@pytest.fixture(autouse=True)
def _grown(fresh_database: object) -> None:
    as_owner("CREATE TABLE grown_much (id int)", "CREATE TABLE grown_little (id int)")
    as_owner(f"INSERT INTO grown_much SELECT generate_series(1, {MANY})", "INSERT INTO grown_little VALUES (1)")
    as_owner("SELECT pg_stat_force_next_flush()", "SELECT 1")


def test_tables_are_counted_by_the_beginning_of_their_names():
    analyze("grown_m", "nothing")

    assert counted() == {"grown_much": MANY, "grown_little": -1}


def test_tables_are_counted_in_which_much_has_changed():
    analyze_changed()

    assert counted() == {"grown_much": MANY, "grown_little": -1}
