"""Each test here plays tests that run one after the other."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import Beginnings, leave, undone
from lyceum.testing.factories import NOW, make_school

Take = Callable[..., School]


@pytest.fixture
def beginnings(django_db_setup, django_db_blocker) -> Iterator[Beginnings]:
    """Of this test's own; those of the others are out of its way."""
    with django_db_blocker.unblock():
        leave()
        own = Beginnings()
        yield own
        own.leave()


@pytest.fixture
def made() -> list[str]:
    """The names of the schools that were really made."""
    return []


@pytest.fixture
def take(beginnings, made) -> Take:
    """Takes the step that is a school of that name."""

    def make(name: str, **fields: str) -> School:
        made.append(name)
        return make_school(name, **fields)

    return lambda name, **fields: beginnings.take(make, (name,), fields)


def names() -> list[str]:
    return sorted(School.objects.values_list("name", flat=True))


def test_a_test_that_begins_as_the_one_before_finds_it_as_it_was(beginnings, take, made):
    with beginnings.test():
        school = take("Hill School")
        school.name = "Another Name"
        school.save()
        make_school("Dale School")
        assert names() == ["Another Name", "Dale School"]
    with beginnings.test():
        assert take("Hill School").name == "Hill School"
        assert names() == ["Hill School"]

    assert made == ["Hill School"]


def test_what_others_began_with_is_not_there(beginnings, take, made):
    with beginnings.test():
        take("Hill School"), take("Dale School")
    with beginnings.test():
        assert names() == []
    with beginnings.test():
        take("Hill School"), take("Dale School"), take("Moor School")
    with beginnings.test():
        take("Hill School")
        assert names() == ["Hill School"]
    with beginnings.test():
        take("Hill School"), take("Fen School")
        assert names() == ["Fen School", "Hill School"]

    assert made == ["Hill School", "Dale School", "Hill School", "Dale School", "Moor School", "Fen School"]


def test_only_the_same_call_at_the_same_moment_is_the_same(beginnings, take, made):
    for moment, country in ((NOW, "GB"), (NOW, "FR"), (NOW + timedelta(days=1), "FR"), (NOW, "GB"), (NOW, "GB")):
        with clock.frozen(moment), beginnings.test():
            assert take("Hill School", country=country).country == country

    assert len(made) == 4


def test_what_comes_after_a_statement_of_the_test_is_its_own(beginnings, take, made):
    for _ in range(2):
        with beginnings.test():
            assert names() == []
            take("Hill School")
            assert names() == ["Hill School"]

    assert len(made) == 2


def test_a_call_that_fails_leaves_nothing_to_the_next(beginnings):
    def fail() -> None:
        make_school("Hill School")
        raise LookupError("in the middle")

    with beginnings.test():
        with pytest.raises(LookupError):
            beginnings.take(fail, (), {})
        assert names() == ["Hill School"]
    with beginnings.test():
        assert names() == []


def test_steps_inside_a_step_are_part_of_it(beginnings, take, made):
    def make_two() -> None:
        take("Hill School"), take("Dale School")

    for _ in range(2):
        with beginnings.test():
            beginnings.take(make_two, (), {})
            assert names() == ["Dale School", "Hill School"]

    assert made == ["Hill School", "Dale School"]


def test_what_waits_for_a_commit_waits_with_whoever_finds_it(beginnings):
    def make() -> None:
        transaction.on_commit(list)

    for _ in range(2):
        with beginnings.test():
            beginnings.take(make, (), {})
            transaction.on_commit(dict)
            assert [hook[1] for hook in connection.run_on_commit] == [list, dict]
    with beginnings.test():
        assert connection.run_on_commit == []


def test_none_of_it_is_counted_as_a_statement_of_the_test(beginnings, take):
    counts = []
    for _ in range(2):
        with beginnings.test():
            take("Hill School")
            with CaptureQueriesContext(connection) as queries:
                names()
            counts.append(len(queries))
        with beginnings.test():
            take("Hill School"), take("Dale School")

    assert counts == [1, 1]


def test_after_an_error_of_the_database_the_next_finds_everything(beginnings, take, made):
    with beginnings.test():
        take("Hill School")
        with pytest.raises(IntegrityError):
            School.objects.create(name="No Slug", slug=None)
    with beginnings.test():
        take("Hill School")
        assert names() == ["Hill School"]

    assert made == ["Hill School"]


def test_what_a_commit_would_refuse_fails_the_test_and_no_other(beginnings, take):
    end = ExitStack()
    end.enter_context(beginnings.test())
    take("Hill School")
    School.objects.update(group=uuid4())
    with pytest.raises(psycopg.IntegrityError):
        end.close()
    with beginnings.test():
        take("Hill School")
        assert names() == ["Hill School"]


def test_constraints_are_deferred_or_not_as_ever_whatever_the_test_before_set(beginnings, take):
    for _ in range(2):
        with beginnings.test():
            take("Hill School")
            with transaction.atomic():
                School.objects.update(group=uuid4())  # refused at once, were it not deferred
                transaction.set_rollback(True)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_undone_a_block_leaves_nothing_and_hides_nothing_from_before(beginnings, take):
    with beginnings.test():
        take("Hill School")
        transaction.on_commit(list)
        for _ in range(2):
            with undone():
                make_school("Dale School")
                transaction.on_commit(dict)
                with suppress(IntegrityError):
                    School.objects.create(name="No Slug", slug=None)
            assert names() == ["Hill School"]
        with suppress(LookupError), undone():
            School.objects.update(name="Fen School")
            raise LookupError("in the middle")
        assert names() == ["Hill School"]
        assert [hook[1] for hook in connection.run_on_commit] == [list]


def test_left_nothing_was_ever_there(beginnings, take):
    with beginnings.test():
        take("Hill School")

    beginnings.leave()

    assert names() == []
    assert not connection.in_atomic_block
