from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections

from lyceum.config.postgres.urls import with_database
from lyceum.core.errors import NotFoundError
from lyceum.demo import load
from lyceum.demo.accounts import list_accounts
from lyceum.demo.plan import GROUP_NAME, UNFINISHED_NAME
from lyceum.demo.tests.conftest import load_bare, load_small
from lyceum.demo.wipe import wipe_demo
from lyceum.domains.accounts.models import Membership, SchoolLogin, User
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.tests.conftest import make_morning
from lyceum.domains.tenancy.erasing import tables_from_the_top
from lyceum.domains.tenancy.models import Group, School
from lyceum.domains.tenancy.queries import today
from lyceum.testing.factories import in_school, make_school

pytestmark = pytest.mark.usefixtures("stored_files")


def count_rows() -> dict[str, int]:
    """Rows of every table, of all schools, counted by the owner inside each school."""
    counts: dict[str, int] = {}
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        walled = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT id::text FROM tenancy_school UNION SELECT ''")
        schools = [school for (school,) in cursor.fetchall()]
        for model in apps.get_models():
            if model._meta.app_label in {"procrastinate", "contenttypes"} or not model.__module__.startswith("lyceum."):
                continue
            table = model._meta.db_table
            for school in schools if table in walled else [""]:
                cursor.execute("SELECT set_config('app.school_id', %s, false)", [school])
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counts[table] = counts.get(table, 0) + cursor.fetchone()[0]
                cursor.execute("SELECT set_config('app.school_id', '', false)")
    return counts


def fingerprint() -> dict[str, list[tuple[Any, ...]]]:
    """What the demo holds, without ids."""
    found = {}
    queries = {
        "students": "SELECT s.registration_number, p.full_name, p.preferred_name, p.birth_date, e.first_day,"
        " e.last_day, e.exit FROM people_student s JOIN people_person p ON p.id = s.person_id"
        " JOIN people_enrolment e ON e.student_id = s.id ORDER BY 1, 5",
        "guardians": "SELECT s.registration_number, l.contact_order, l.relationship, l.lives_with, l.portal,"
        " p.full_name FROM people_guardianlink l JOIN people_student s ON s.id = l.student_id"
        " JOIN people_person p ON p.id = l.guardian_id ORDER BY 1, 2",
        "marks": "SELECT r.on, r.class_name, r.session, s.registration_number, c.symbol, m.minutes_late, m.marked_at,"
        " m.version FROM attendance_mark m JOIN attendance_register r ON r.id = m.register_id"
        " JOIN people_student s ON s.id = m.student_id JOIN attendance_code c ON c.id = m.code_id ORDER BY 1, 2, 3, 4",
        "changes": "SELECT marked_at, marked_by_name, reason, version, count(*) FROM attendance_markchange"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        "lessons": "SELECT c.name, l.weekday, l.period FROM timetable_lesson l"
        " JOIN academics_class c ON c.id = l.class_id ORDER BY 1, 2, 3",
        "flags": "SELECT s.registration_number, f.text FROM people_flag f JOIN people_student s ON s.id = f.student_id"
        " ORDER BY 1, 2",
    }
    for school in School.objects.filter(is_demo=True):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT set_config('app.school_id', %s, false)", [str(school.pk)])
            for name, query in queries.items():
                cursor.execute(query)
                found[f"{school.slug} {name}"] = cursor.fetchall()
            cursor.execute("SELECT set_config('app.school_id', '', false)")
    return found


@pytest.mark.usefixtures("loaded_database")
def test_wiped_other_schools_are_untouched():
    with_demo = count_rows()
    other = make_morning(3, name="Other School")
    with in_school(other.school):
        open_day(today())
    with_both = count_rows()
    of_other = {table: rows - with_demo[table] for table, rows in with_both.items()}
    assert sum(of_other.values()) > 100

    wipe_demo(lambda line: None)

    left = count_rows()
    operator = "journal_operatorentry"  # what was done to the installation stays written
    assert left == of_other | {operator: left[operator]}
    assert list_accounts() == []
    assert not Group.objects.exists()


@pytest.mark.usefixtures("loaded_database")
def test_somebody_who_belongs_elsewhere_too_keeps_the_account():
    home = make_school("Home School")
    hillcrest = School.objects.get(slug="hillcrest")
    both = SchoolLogin.objects.get(school=hillcrest, username="head").user
    Membership.objects.create(user=both, school=home, role="guardian", starts="2020-01-01")

    wipe_demo(lambda line: None)

    assert list(User.objects.all()) == [both]
    assert both.emails.count() == 1
    assert list(Membership.objects.values_list("school", "role")) == [(home.pk, "guardian")]


@pytest.mark.usefixtures("fresh_database")
def test_nothing_is_left_of_a_load_that_fails(monkeypatch: pytest.MonkeyPatch):
    make_school("Home School")
    before = count_rows()

    def fail(*_: object) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(load, "amend_marks", fail)
    with pytest.raises(RuntimeError, match="the disk is full"):
        load_bare()

    after = count_rows()
    after.pop("journal_operatorentry"), before.pop("journal_operatorentry")
    assert after == before


@pytest.mark.usefixtures("loaded_database")
def test_what_a_load_left_that_was_cut_off_is_taken_away_by_the_next_which_makes_the_same():
    first = fingerprint()
    assert [name for name, rows in first.items() if not rows] == ["little-oak lessons"]
    Group.objects.update(name=UNFINISHED_NAME)
    other = make_school("Other School")
    said: list[str] = []

    load_small(said=said)

    assert fingerprint() == first
    assert list(School.objects.filter(is_demo=False)) == [other]
    assert list(Group.objects.values_list("name", flat=True)) == [GROUP_NAME]
    assert "cut off" in said[0]
    assert {line.partition(": ")[0] for line in said[1:]} == {"Hillcrest School", "Little Oak Primary"}
    assert any("registers" in line and "marks" in line for line in said)


@pytest.mark.usefixtures("fresh_database")
def test_while_one_loads_nobody_else_does(test_server):
    database = connections["owner"].settings_dict["NAME"]
    with psycopg.connect(with_database(test_server.owner_url, database)) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [load.LOADING_LOCK])

        with pytest.raises(load.DemoLoadedError, match="somebody else"):
            load_bare()

    assert not Group.objects.exists()


@pytest.mark.usefixtures("fresh_database")
def test_wiping_where_there_is_no_demo_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(NotFoundError):
        wipe_demo(lambda line: None)
    with pytest.raises(SystemExit):
        call_command("demo", "wipe", "--yes")
    with pytest.raises(SystemExit):
        call_command("demo", "accounts")

    assert "no demo school" in capsys.readouterr().err


@pytest.mark.usefixtures("fresh_database")
def test_a_school_that_has_the_demo_s_address_is_in_its_way(capsys: pytest.CaptureFixture[str]):
    make_school("Hillcrest")

    with pytest.raises(SystemExit):
        call_command("demo", "load")

    assert "hillcrest" in capsys.readouterr().err
    assert School.objects.count() == 1


@pytest.mark.usefixtures("fresh_database")
def test_every_school_owned_table_is_wiped_before_those_it_refers_to():
    tables = tables_from_the_top()

    assert tables.index("attendance_markchange") < tables.index("attendance_mark") < tables.index("people_student")
    assert tables.index("people_student") < tables.index("people_person")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'school_id'"
            " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relrowsecurity"
        )
        assert {name for (name,) in cursor.fetchall()} <= set(tables)
