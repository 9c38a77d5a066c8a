from django.db import connection

from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import leave, made_once
from lyceum.testing.factories import make_school


def test_what_was_made_once_is_found_as_it_was_and_leaves_nothing_behind(django_db_setup, django_db_blocker):
    made: list[School] = []

    def make() -> School:
        made.append(make_school("Kept School"))
        return made[0]

    with django_db_blocker.unblock():
        with made_once(make) as school:
            school.name = "Another Name"
            school.save()
            make_school("Dale School")
        with made_once(make) as school:
            assert school.name == "Kept School"
            assert [each.name for each in School.objects.all()] == ["Kept School"]
        assert len(made) == 1

        leave()

        assert not School.objects.exists()
        assert not connection.in_atomic_block


def test_who_begins_otherwise_finds_nothing_of_it(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with made_once(_make_one):
            pass
        with made_once(_make_other) as other:
            assert [each.name for each in School.objects.all()] == [other.name]
        leave()


def _make_one() -> School:
    return make_school("Kept School")


def _make_other() -> School:
    return make_school("Other School")
