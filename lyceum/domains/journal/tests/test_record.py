"""`record()`: the trace of an act and its facts, in the act's own transaction, and only ever added."""

from typing import ClassVar
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind, Via, public_actor, system_actor
from lyceum.core.errors import NotAllowedError
from lyceum.core.permissions import Role
from lyceum.core.schools import NoSchoolInScopeError, current_school
from lyceum.domains.journal import facts
from lyceum.domains.journal.facts import FactPayload, hears
from lyceum.domains.journal.models import AuditEntry, Fact, OperatorEntry
from lyceum.domains.journal.queries import TrailFilter, list_trail
from lyceum.domains.journal.rules import (
    Entry,
    Target,
    changed_fields,
    record,
    record_all,
    record_for_operator,
    record_wherever,
)
from lyceum.testing.factories import NOW, as_actor, in_school, make_admin, make_school, make_teacher


class LampLit(FactPayload, frozen=True, kw_only=True):
    """A lamp was lit, for these tests."""

    type: ClassVar[str] = "testing.lamp.lit"
    topic: ClassVar[str] = "testing"
    schema_version: ClassVar[int] = 3
    is_live: ClassVar[bool] = True
    lamp: UUID
    version: int = 0

    def subject(self) -> str:
        return str(self.lamp)


@pytest.fixture
def heard():
    """What those heard who hear of lamps."""
    told = []
    hears(LampLit)(lambda fact, actor: told.append((fact, actor.name, current_school())))
    yield told
    facts._hearers.pop(LampLit.type)


@pytest.fixture
def school(db):
    return make_school()


def lamps():
    return AuditEntry.objects.filter(action="testing.lamp.light")


TARGET = Target("testing.lamp", "7", "The lamp")


def test_an_act_is_written_with_who_where_and_what(school):
    actor = Actor(
        kind=ActorKind.USER,
        id=uuid4(),
        name="Ada Head",
        via=Via.PAGE,
        school_id=school.pk,
        roles=frozenset({Role.TEACHER, Role.GUARDIAN}),
        request_id="r-1",
        ip="10.0.0.7",
        user_agent="Firefox" * 100,
        on_behalf_of=uuid4(),
    )

    with in_school(school), clock.frozen(NOW):
        changes = {"shade": ["old", "new"]}
        record("testing.lamp.light", target=TARGET, changes=changes, reason="dark", outcome="done", actor=actor)
        entry = lamps().get()

    assert (entry.at, entry.school_id, entry.actor_kind, entry.actor_id) == (NOW, school.pk, "user", actor.id)
    assert (entry.actor_name, entry.actor_roles, entry.via) == ("Ada Head", ["guardian", "teacher"], "page")
    assert (entry.target_type, entry.target_id, entry.target_name) == ("testing.lamp", "7", "The lamp")
    assert (entry.changes, entry.reason, entry.outcome) == ({"shade": ["old", "new"]}, "dark", "done")
    assert (entry.ip, entry.request_id, len(entry.user_agent)) == ("10.0.0.7", "r-1", 300)
    assert entry.on_behalf_of == actor.on_behalf_of


def test_facts_are_written_and_heard_with_the_act(school, heard):
    lamp = uuid4()

    with in_school(school):
        record("testing.lamp.light", target=TARGET, facts=[LampLit(lamp=lamp)], actor=system_actor(school.pk))
        fact = Fact.objects.get(type="testing.lamp.lit")

    assert (fact.subject, fact.payload, fact.seq) == (str(lamp), {"lamp": str(lamp), "version": 0}, None)
    assert heard == [(LampLit(lamp=lamp), "Lyceum", school.pk)]


def test_a_facts_own_version_is_no_schema_version(school, heard):
    with in_school(school):
        record(
            "testing.lamp.light",
            target=TARGET,
            facts=[LampLit(lamp=uuid4(), version=77)],
            actor=system_actor(school.pk),
        )
        fact = Fact.objects.get(type="testing.lamp.lit")

    assert (fact.version, fact.payload["version"]) == (3, 77)


def test_the_act_its_entry_and_its_fact_are_undone_together(school, heard):
    def light():
        record("testing.lamp.light", target=TARGET, facts=[LampLit(lamp=uuid4())], actor=system_actor(school.pk))

    with in_school(school):
        with transaction.atomic():
            light()
            transaction.set_rollback(True)
        undone = (lamps().count(), Fact.objects.filter(type=LampLit.type).count())
        light()
        done = (lamps().count(), Fact.objects.filter(type=LampLit.type).count())

    assert (undone, done) == ((0, 0), (1, 1))


def test_what_a_hearer_refuses_undoes_the_act(school):
    @hears(LampLit)
    def refuse(_fact, _actor):
        raise NotAllowedError("not in my house")

    try:
        with in_school(school), pytest.raises(NotAllowedError), transaction.atomic():
            record("testing.lamp.light", target=TARGET, facts=[LampLit(lamp=uuid4())], actor=system_actor(school.pk))
    finally:
        facts._hearers.pop(LampLit.type)

    with in_school(school):
        assert not lamps().exists()


def test_many_acts_are_one_statement(school, django_assert_num_queries):
    entries = [Entry("testing.lamp.light", Target("testing.lamp", n, f"Lamp {n}")) for n in range(40)]

    with in_school(school), django_assert_num_queries(1 + 1):  # and entering it
        record_all(entries, actor=system_actor(school.pk))
    with in_school(school):
        assert lamps().count() == 40


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\0b", "ab"),
        ("\\u0000", "\\u0000"),  # six characters, not one
        ("\\\0", "\\"),
        ("\\\\u0000", "\\\\u0000"),
        ('"quoted"', '"quoted"'),
        ("Öğrenci 王小明 🦉", "Öğrenci 王小明 🦉"),
    ],
)
def test_any_text_can_be_recorded(school, given, kept):
    with in_school(school):
        record(
            "testing.lamp.light",
            target=Target("testing.lamp", "7", given),
            changes={"shade": [given, {"deep": given}]},
            reason=given,
            actor=system_actor(school.pk),
        )
        entry = lamps().get()

    assert (entry.target_name, entry.reason) == (kept, kept)
    assert entry.changes == {"shade": [kept, {"deep": kept}]}


def test_nothing_is_recorded_outside_a_school(db):
    with pytest.raises(NoSchoolInScopeError):
        record("testing.lamp.light", target=TARGET, actor=public_actor(Via.REST))


def test_an_act_without_a_school_is_the_operators(school):
    actor = public_actor(Via.COMMAND)

    record_wherever("testing.lamp.light", target=TARGET, actor=actor)
    with in_school(school):
        record_wherever("testing.lamp.light", target=TARGET, actor=system_actor(school.pk))
        assert lamps().count() == 1
    record_for_operator("testing.lamp.light", target=TARGET, school_id=school.pk, outcome="refused", actor=actor)

    rows = OperatorEntry.objects.filter(action="testing.lamp.light").order_by("at", "id")
    assert [(row.school_id, row.outcome) for row in rows] == [(None, "done"), (school.pk, "refused")]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal_auditentry SET reason = 'nicer'",
        "DELETE FROM journal_auditentry",
        "UPDATE journal_operatorentry SET reason = 'nicer'",
        "DELETE FROM journal_operatorentry",
        "DELETE FROM journal_fact",
        "TRUNCATE journal_auditentry",
        "ALTER TABLE journal_auditentry DISABLE TRIGGER append_only",
    ],
)
def test_the_trail_is_only_ever_added_to(school, sql):
    with in_school(school):
        with pytest.raises((ProgrammingError, DatabaseError)) as refused, transaction.atomic():
            connection.cursor().execute(sql)
        assert AuditEntry.objects.filter(reason="nicer").count() == 0

    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_another_schools_trail_is_not_there(school):
    other = make_school("Vale School")
    with in_school(other):
        record("testing.lamp.light", target=TARGET, actor=system_actor(other.pk))

    with in_school(school):
        assert not lamps().exists()
        assert not Fact.objects.filter(payload__lamp__isnull=False).exists()
        with connection.cursor() as cursor:  # the database says so too
            cursor.execute("SELECT count(*) FROM journal_auditentry WHERE action = 'testing.lamp.light'")
            assert cursor.fetchone() == (0,)


def test_the_trail_is_for_those_who_may_read_it(school):
    admin, teacher = as_actor(make_admin(school), school), as_actor(make_teacher(school), school)

    with in_school(school):
        found = list_trail(admin, TrailFilter(action="tenancy.")).count()
        with pytest.raises(NotAllowedError):
            list_trail(teacher)

    assert found == 1


def test_changed_fields_are_set_and_told(school):
    changes = changed_fields(school, {"name": "Hill Academy", "country": "GB", "locales": ["en", "cy"]})

    assert changes == {"name": ["Hill School", "Hill Academy"], "locales": [["en"], ["en", "cy"]]}
    assert school.name == "Hill Academy"


def test_every_fact_that_somebody_hears_of_is_told_by_somebody():
    heard = {*facts._hearers, *facts._hearers_of_all}

    assert heard
    assert heard - set(facts.FACT_TYPES) == set()
