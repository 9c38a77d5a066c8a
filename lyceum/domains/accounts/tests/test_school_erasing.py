"""The end of a school: everything goes, of that school alone, also where it is cut off; and the counts hold."""

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError, connection, connections, transaction
from procrastinate.contrib.django import app

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.owner import OWNER
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import Membership, User
from lyceum.domains.accounts.rules.invitations import Invited, invite
from lyceum.domains.accounts.rules.school_erasing import erase_due_schools
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.tests.conftest import make_morning
from lyceum.domains.journal.models import AuditEntry, Fact, OperatorEntry
from lyceum.domains.people.rules.erasures.holds import lift_hold, put_on_hold
from lyceum.domains.tenancy.closing import begin_closing
from lyceum.domains.tenancy.erasing import tables_beside_the_wall, tables_from_the_top
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import today
from lyceum.testing.clients import key_holder, software
from lyceum.testing.factories import add_role, in_school, make_admin, make_guardian, make_student

LEFT = {"journal_auditentry": 1, "journal_fact": 1}
"""That it was deleted stays told, with no name in it."""


def rows_of(school):
    """What names a school, table by table, as the owner of all tables counts it."""
    counts = {}
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT set_config('app.school_id', %s, true)", [str(school.pk)])
        for table in (*tables_from_the_top(), *tables_beside_the_wall()):
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE school_id = %s', [school.pk])
            counts[table] = cursor.fetchone()[0]
    return {table: rows for table, rows in counts.items() if rows}


def jobs_of(school):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'school_id' = %s", [str(school.pk)])
        return cursor.fetchone()[0]


@pytest.fixture
def schools(fresh_database, stored_files):
    """Two schools with registers, people, keys, files and work that waits; one closed a month ago."""
    made = []
    for name in ("Hill School", "Vale School"):
        morning = make_morning(3, name=name)
        school = morning.school
        admin = make_admin(school, email=f"head@{school.slug}.example")
        make_guardian(make_student(school, morning.form))
        software(admin, school)
        key_holder(school, "school:read")
        with in_school(school):
            open_day(today())
            invite(Invited(full_name="Iris Invited", role=Role.TEACHER, username="iris"), actor=system_actor(school.pk))
            default_storage.save(f"schools/{school.pk}/learning/deep/one", ContentFile(b"1"))
            default_storage.save(f"schools/{school.pk}/two", ContentFile(b"2"))
        app.configure_task("website.tell_of_message").defer(school_id=school.pk, message_id="x")
        made.append(school)
    with in_school(made[0]):
        begin_closing(reason="", days=7, actor=system_actor(made[0].pk))
    yield made
    connections.close_all()


def a_week_later():
    return clock.frozen(clock.now() + timedelta(days=7, minutes=1))


def test_cut_off_half_way_it_is_finished_by_the_next_run_and_the_counts_are_right(schools):
    hill, vale = schools
    both = User.objects.get(emails__address="head@hill-school.example")
    add_role(both, vale, Role.GUARDIAN)
    mine, theirs, jobs = rows_of(hill), rows_of(vale), jobs_of(hill)
    assert jobs > 0
    users = User.objects.count()
    people_here = set(Membership.objects.filter(school=hill).values_list("user", flat=True)) - {both.pk}
    assert erase_due_schools() == 0  # its time is not over

    cut_off_at("people_person")

    half = School.objects.get(pk=hill.pk)
    assert (half.status, half.name, half.slug, half.erased_at) == ("deleted", "", f"~{hill.pk}", None)
    assert 0 < sum(rows_of(hill).values()) < sum(mine.values())
    with a_week_later():
        assert erase_due_schools() == 1
        assert erase_due_schools() == 0

    gone = School.objects.get(pk=hill.pk)
    assert rows_of(hill) == LEFT
    assert rows_of(vale) == theirs
    beside = {"accounts_user", "accounts_emailaddress", "accounts_refreshtoken", "files", "procrastinate_jobs"}
    assert {table: rows for table, rows in gone.erased_rows.items() if table not in beside} == mine
    assert (gone.erased_rows["files"], gone.erased_rows["procrastinate_jobs"]) == (2, jobs)
    assert default_storage.exists(f"schools/{vale.pk}/two")
    assert not default_storage.exists(f"schools/{hill.pk}/two")
    assert not default_storage.exists(f"schools/{hill.pk}/learning/deep/one")
    assert not User.objects.filter(pk__in=people_here).exists()
    assert User.objects.filter(pk=both.pk).exists()  # belongs elsewhere too
    assert gone.erased_rows["accounts_user"] == users - User.objects.count()
    certificate = OperatorEntry.objects.get(action="tenancy.school.delete")
    assert (certificate.school_id, certificate.target_name) == (hill.pk, "")
    assert certificate.changes == {table: [rows, 0] for table, rows in gone.erased_rows.items()}
    with in_school(gone):
        assert list(Fact.objects.values_list("type", flat=True)) == ["tenancy.school.deleted"]
        assert list(AuditEntry.objects.values_list("action", "target_name")) == [("tenancy.school.delete", "")]


def cut_off_at(table):
    """Run it until it reaches a table, and take its connection away there, as kill -9 does."""
    met = []

    def run():
        try:
            with a_week_later():
                erase_due_schools()
        except (OperationalError, ExceptionGroup) as error:
            met.append(error)
        finally:
            connections.close_all()

    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as holder:
        holder.execute(f"LOCK TABLE {table} IN SHARE MODE")
        runner = threading.Thread(target=run)
        runner.start()
        victims, looks = [], 0
        while not victims and runner.is_alive() and looks < 600:
            holder.execute("SELECT pg_sleep(0.1)")
            holder.execute("SELECT pid FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table])
            victims, looks = [pid for (pid,) in holder.fetchall()], looks + 1
        for pid in victims:
            holder.execute("SELECT pg_terminate_backend(%s)", [pid])
        runner.join(30)
    assert met


def test_a_legal_hold_keeps_a_whole_school_until_it_is_lifted(schools):
    hill, _vale = schools
    actor = system_actor(hill.pk)
    with in_school(hill):
        person = apps.get_model("people.Person").objects.first()
        held = put_on_hold(person.pk, reason="The court asks for everything.", actor=actor)

    with a_week_later():
        assert erase_due_schools() == 0
        with in_school(hill):
            assert apps.get_model("people.Person").objects.filter(pk=person.pk).exists()
            lift_hold(held.pk, reason="The court has decided.", actor=actor)
        assert erase_due_schools() == 1
    assert rows_of(hill) == LEFT
