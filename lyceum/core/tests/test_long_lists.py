"""Lists too long for one statement."""

import pytest

from lyceum.domains.academics.models import Subject
from lyceum.testing.factories import in_school, make_school

pytestmark = pytest.mark.django_db


def test_more_values_than_a_statement_takes_are_written_in_portions():
    school = make_school()

    with in_school(school):
        Subject.objects.bulk_create(Subject(code=f"S{n}", name=f"Subject {n}") for n in range(8_000))

        assert Subject.objects.count() == 8_000
