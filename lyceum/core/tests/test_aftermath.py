"""What outlives a refusal."""

import pytest
from django.db import connection, transaction

from lyceum.core.aftermath import aftermath, afterwards
from lyceum.core.schools import crossing_to, find_current_school, school_scope
from lyceum.domains.accounts.models import User
from lyceum.domains.tenancy.models import School

pytestmark = pytest.mark.django_db


def add(name):
    return lambda: User.objects.create(full_name=name) and None


def names():
    return list(User.objects.order_by("created_at").values_list("full_name", flat=True))


def test_where_nobody_waits_it_is_done_at_once():
    afterwards(add("now"))

    assert names() == ["now"]


def test_it_is_done_when_the_transaction_is_over_even_if_that_was_undone():
    with aftermath():
        with transaction.atomic():
            add("undone")()
            afterwards(add("kept"))
            inside = names()
            transaction.set_rollback(True)
        undone = names()

    assert (inside, undone, names()) == (["undone"], [], ["kept"])


def fail():
    afterwards(add("first"))
    afterwards(add("second"))
    raise RuntimeError


def test_it_is_done_after_an_error_too_and_each_by_itself():
    with pytest.raises(RuntimeError), aftermath():
        fail()

    assert names() == ["first", "second"]


def test_one_wait_does_not_see_anothers():
    with aftermath():
        afterwards(add("outer"))
        with aftermath():
            afterwards(add("inner"))
        assert names() == ["inner"]

    assert names() == ["inner", "outer"]


def scope_in_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.school_id', true)")
        return cursor.fetchone()[0]


def test_crossing_leaves_a_school_and_comes_back():
    first, second = (School.objects.create(name=name, slug=name).pk for name in ("first", "second"))

    with school_scope(first):
        with crossing_to(second):
            there = (find_current_school(), scope_in_database())
        back = (find_current_school(), scope_in_database())
        with pytest.raises(RuntimeError), crossing_to(second):
            raise RuntimeError
        after_an_error = (find_current_school(), scope_in_database())
    with crossing_to(second):
        from_nowhere = find_current_school()

    assert there == (second, str(second))
    assert back == after_an_error == (first, str(first))
    assert (from_nowhere, find_current_school()) == (second, None)
