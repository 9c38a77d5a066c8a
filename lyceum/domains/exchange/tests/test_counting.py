"""A school is fast as soon as it is brought in: the database knows then how much it has."""

import pytest
from django.db import connection

from lyceum.domains.exchange.rules import applying
from lyceum.domains.exchange.tests.bringing import apply, oneroster, preview
from lyceum.testing.factories import make_school

pytestmark = pytest.mark.usefixtures("fresh_database", "stored_files")


def known_members() -> float:
    """How many members of classes PostgreSQL plans for; -1 where it has never looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'academics_classmembership'")
        row = cursor.fetchone()
    return float(row[0])


def test_rows_of_a_large_import_are_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(applying, "MANY", 10)
    apply(preview(make_school("Hill School"), oneroster()))

    assert known_members() == 5


def test_rows_of_a_small_one_are_left_to_the_database():
    apply(preview(make_school("Hill School"), oneroster()))

    assert known_members() == -1
