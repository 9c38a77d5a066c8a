"""Nothing of ours runs without a school: managers, jobs, caches and sockets refuse."""

import inspect

import pytest
from django.apps import apps
from django.db import connection
from procrastinate.contrib.django import app as jobs

from lyceum.core.postgresql.schema import is_walled
from lyceum.core.schools import NoSchoolInScopeError, OtherSchoolInScopeError, school_scope
from tests.walls.catalogue import list_walled_tables
from tests.walls.rows import OURS, THEIRS

SCHOOL_OWNED = [model for model in apps.get_models() if is_walled(model)]
FOR_ALL_SCHOOLS = {
    "accounts.forget": "reads the tables of signing in, which belong to no school",
    "tenancy.count_rows": "has tables counted by their owner, and reads no row",
    "accounts.erase_closed_schools": "erases one school after the other, as the owner of the tables",
    "journal.retry_stalled_jobs": "gives jobs back to the queue, and reads no row of a school",
    "journal.forget_access": "enters one school after the other",
    "notifications.confirm_topic": "answers a carrier, and reads no row",
    "journal.forget_answers": "enters one school after the other",
    "journal.sweep": "enters one school after the other",
    "notifications.forget_carried": "forgets which school a carrier's message was of, by keyed hashes alone",
    "academics.begin_years": "enters one school after the other",
    "attendance.raise_concerns": "enters one school after the other",
    "behaviour.erase_rejected": "enters one school after the other",
    "behaviour.follow_detentions": "enters one school after the other",
    "behaviour.note_days": "enters one school after the other",
    "behaviour.remind_unread": "enters one school after the other",
    "attendance.watch": "enters one school after the other",
    "notifications.sweep": "enters one school after the other",
    "attendance.open_days": "enters one school after the other",
    "timetable.finish_covers": "enters one school after the other",
    "people.erase_deleted": "enters one school after the other",
    "people.coming_of_age": "enters one school after the other",
    "learning.issue_missing": "enters one school after the other",
    "learning.assignments_by_the_clock": "enters one school after the other",
    "learning.remind_of_assignments": "enters one school after the other",
    "learning.lapse": "enters one school after the other",
    "learning.check_links": "enters one school after the other",
    "admissions.announce": "enters one school after the other",
    "admissions.remind": "enters one school after the other",
    "admissions.erase": "enters one school after the other",
    "website.publish_due": "enters one school after the other",
    "website.check_domains": "enters one school after the other",
    "calendars.move_on_seats": "enters one school after the other",
    "exchange.forget_old_imports": "enters one school after the other",
}
"""Jobs without a school of their own, each with the reason why."""


@pytest.mark.parametrize("model", SCHOOL_OWNED, ids=lambda model: model._meta.label)
def test_every_manager_of_a_school_owned_model_refuses_to_ask_without_a_school(model):
    for manager in (*model._meta.managers, model._base_manager, model._default_manager):
        with pytest.raises(NoSchoolInScopeError):
            manager.all()


def test_every_school_owned_table_is_a_model_with_such_a_manager(owner):
    """So that the first wall stands wherever the second does."""
    partitions = {
        name for (name,) in owner.execute("SELECT oid::regclass::text FROM pg_class WHERE relispartition").fetchall()
    }

    assert set(list_walled_tables(owner)) - partitions == {model._meta.db_table for model in SCHOOL_OWNED}


def test_a_second_school_is_not_entered_from_within_the_first(db):
    with school_scope(OURS), pytest.raises(OtherSchoolInScopeError), school_scope(THEIRS):
        pass


def test_the_school_ends_with_its_scope_even_inside_another_transaction(db):
    """`db` is such a transaction: the setting of the scope would last as long as it does."""
    with school_scope(OURS):
        inside = school_of_the_transaction()

    assert (inside, school_of_the_transaction()) == (str(OURS), "")


def test_the_school_ends_with_its_scope_when_the_work_fails(db):
    with pytest.raises(LookupError), school_scope(OURS):
        raise LookupError

    assert not school_of_the_transaction()


def school_of_the_transaction() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.school_id', true)")
        return cursor.fetchone()[0]


def our_jobs() -> dict[str, object]:
    return {name: task.func for name, task in jobs.tasks.items() if task.func.__module__.startswith("lyceum.")}


def test_every_job_asks_for_its_school():
    """A job without one cannot be called."""
    careless = [
        name
        for name, function in our_jobs().items()
        if name not in FOR_ALL_SCHOOLS
        and (
            (parameter := inspect.signature(function).parameters.get("school_id")) is None
            or parameter.default is not inspect.Parameter.empty
        )
    ]

    assert careless == []


def test_jobs_for_all_schools_are_jobs():
    assert FOR_ALL_SCHOOLS.keys() - our_jobs().keys() == set()
