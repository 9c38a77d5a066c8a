"""Savepoints and the school's setting are said when something follows them, and mean what they always meant."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lyceum.core.postgresql.prelude import Prelude, current_prelude
from lyceum.core.schools import school_scope
from lyceum.domains.accounts.models import User
from lyceum.testing.beginnings import undone

pytestmark = pytest.mark.django_db


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def scope_in_database():
    return ask("SELECT current_setting('app.school_id', true)")


def said(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return [query["sql"] for query in queries]


class TestPrelude:
    def test_it_is_said_in_order_and_once(self):
        prelude = Prelude()
        prelude.make("a")
        prelude.set("SELECT 1")
        prelude.make("b")

        assert prelude.is_due
        assert prelude.take() == ['SAVEPOINT "a"', "SELECT 1", 'SAVEPOINT "b"']
        assert (prelude.is_due, prelude.take()) == (False, [])

    def test_a_savepoint_that_goes_before_it_was_made_leaves_its_settings(self):
        prelude = Prelude()
        prelude.set("SELECT 1")
        prelude.make("a")
        prelude.set("SELECT 2")
        prelude.make("b")
        prelude.release("a")

        assert prelude.take() == ["SELECT 2"]

    def test_a_release_waits_for_something_else(self):
        prelude = Prelude()
        prelude.release("a")

        assert not prelude.is_due
        prelude.make("b")
        assert prelude.take() == ['RELEASE SAVEPOINT "a"', 'SAVEPOINT "b"']

    def test_what_is_taken_back_is_not_said(self):
        prelude = Prelude()
        prelude.make("a")
        prelude.set("SELECT 1")

        assert prelude.take_back("a")
        assert prelude.take() == ['SAVEPOINT "a"']
        prelude.set("SELECT 2")
        assert not prelude.take_back("a")
        assert prelude.take() == []


def test_a_savepoint_that_nothing_follows_is_never_spoken_of():
    def act():
        with transaction.atomic(), transaction.atomic():
            pass
        with pytest.raises(ValueError, match="no"), transaction.atomic():
            raise ValueError("no")

    assert said(act) == []


def test_savepoints_and_the_school_are_one_message():
    def act():
        with school_scope(7), transaction.atomic():
            scope_in_database()

    message, question = said(act)

    assert message.startswith("SAVEPOINT")
    assert message.count("SAVEPOINT") == 2
    assert "set_config('app.school_id', '7', true)" in message
    assert question.startswith("SELECT current_setting")
    assert scope_in_database() == ""


def test_a_loop_of_savepoints_says_each_goodbye_with_the_next_hello():
    def act():
        for _n in range(3):
            with transaction.atomic():
                ask("SELECT 1")

    assert [sql.split()[0] for sql in said(act)] == ["SAVEPOINT", "SELECT", "RELEASE", "SELECT", "RELEASE", "SELECT"]


def test_many_rows_at_once_come_behind_it():
    note = "SELECT set_config('app.found', current_setting('app.school_id') || %s, true)"
    with school_scope(7), connection.cursor() as cursor:
        cursor.executemany(note, [["a"], ["b"]])

    assert (ask("SELECT current_setting('app.found')"), scope_in_database()) == ("7b", "")


def test_another_connection_hears_nothing_of_it():
    heard = []

    def listen():
        heard.append(scope_in_database())
        connection.close()

    with school_scope(7):
        other = threading.Thread(target=listen)
        other.start()
        other.join()
        inside = scope_in_database()

    assert (heard, inside) == ([None], "7")


class GaveUpError(Exception):
    """Ends a block, which is undone."""


SCHOOLS = st.integers(1, 9)
BLOCK = st.deferred(lambda: st.tuples(st.sampled_from(["kept", "undone", "failed"]), STEPS))
STEPS = st.lists(
    st.one_of(
        st.just("row"), st.just("look"), st.tuples(st.just("school"), SCHOOLS), st.tuples(st.just("block"), BLOCK)
    ),
    max_size=5,
)


class Ledger:
    """What there must be, by what blocks mean: rows and a setting that come back with the block."""

    def __init__(self):
        self.rows, self.school, self.looks = [], "", []

    def run(self, steps):
        for step in steps:
            match step:
                case "row":
                    self.rows.append(len(self.rows))
                case "look":
                    self.looks.append((list(self.rows), self.school))
                case ("school", school):
                    self.school = str(school)
                case ("block", (end, inside)):
                    before = (list(self.rows), self.school)
                    self.run(inside)
                    if end != "kept":
                        self.rows, self.school = before


class Database(Ledger):
    """The same, by PostgreSQL's word."""

    def run(self, steps):
        for step in steps:
            match step:
                case "row":
                    User.objects.create(full_name=f"{len(self.found()[0])}")
                case "look":
                    self.looks.append(self.found())
                case ("school", school):
                    current_prelude().set(f"SELECT set_config('app.school_id', '{school}', true)")
                case ("block", (end, inside)):
                    try:
                        with transaction.atomic():
                            self.run(inside)
                            if end == "undone":
                                raise GaveUpError
                            if end == "failed":
                                ask("SELECT 1 / 0")
                    except (GaveUpError, DatabaseError):
                        pass

    def found(self):
        names = ask("SELECT COALESCE(array_agg(full_name::int ORDER BY full_name::int), '{}') FROM accounts_user")
        return names, scope_in_database()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(steps=STEPS)
def test_blocks_mean_what_they_always_meant(db, steps):
    must, does = Ledger(), Database()
    must.run(steps)
    with undone():
        does.run(steps)
        found = does.found()

    assert (does.looks, found) == (must.looks, (must.rows, must.school))
