"""An operation that takes too long is stopped, says so, and leaves nothing behind."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from lyceum.api import graphql_time
from lyceum.domains.academics.models import Class
from lyceum.testing.clients import software
from lyceum.testing.factories import find_or_make_year, in_school, make_admin, make_school

STUDENTS = {"query": "{ students { totalCount } me { id } }"}
TWO_ACTS = {
    "query": """mutation { createClass(input: {name: "7A"}) { errors { code } }
      createStudent(input: {fullName: "Ann"}) { errors { code } } }"""
}


@pytest.fixture
def school(fresh_database):
    made = make_school()
    find_or_make_year(made)
    return made


@pytest.fixture
def caller(school, monkeypatch):
    monkeypatch.setattr(graphql_time, "MOST_SECONDS", 1)
    return software(make_admin(school), school)


@contextmanager
def held(table: str) -> Iterator[None]:
    """Inside, somebody else holds a table, and every statement on it waits."""
    is_held, is_done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            is_held.set()
            is_done.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(20)
    try:
        yield
    finally:
        is_done.set()
        holder.join(20)


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
def test_a_question_that_takes_too_long_is_stopped(caller, accept):
    caller.send("/graphql", STUDENTS)

    with held("people_student"):
        answer = caller.send("/graphql", STUDENTS, Accept=accept)
    after = caller.send("/graphql", STUDENTS, Accept=accept)

    assert answer.status_code == 503
    assert [each["extensions"]["code"] for each in answer.json()["errors"]] == ["query_too_slow"]
    assert "data" not in answer.json()
    assert (after.status_code, after.json()["data"]["students"]["totalCount"]) == (200, 0)


def test_no_statement_is_begun_when_the_time_is_over(caller, monkeypatch):
    monkeypatch.setattr(graphql_time, "MOST_SECONDS", 0.001)

    answer = caller.send("/graphql", {"query": "{ students { edges { node { guardians { totalCount } } } } }"})

    assert [each["extensions"]["code"] for each in answer.json()["errors"]] == ["query_too_slow"]


def test_acts_before_the_one_that_takes_too_long_are_undone_and_may_be_tried_anew(school, caller):
    with held("people_student"):
        answer = caller.send("/graphql", TWO_ACTS, key="k1")
    with in_school(school):
        left = Class.objects.count()
    again = caller.send("/graphql", TWO_ACTS, key="k1")

    assert (answer.status_code, left) == (503, 0)
    assert again.json()["data"] == {"createClass": {"errors": []}, "createStudent": {"errors": []}}


def test_of_a_batch_nothing_is_done_when_one_takes_too_long(school, caller):
    act = {"query": 'mutation { createClass(input: {name: "7A"}) { errors { code } } }'}

    with held("people_student"):
        answer = caller.generic("POST", "/graphql", json.dumps([act, STUDENTS, act]), content_type="application/json")

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "query_too_slow")
    with in_school(school):
        assert not Class.objects.exists()
