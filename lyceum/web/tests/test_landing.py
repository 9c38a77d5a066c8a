"""What each role finds first, in a number of statements that does not grow."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.rules.setup import set_session_times
from lyceum.domains.people.models import ContactPoint, ContactRestriction, Flag
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import (
    in_school,
    make_admin,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    make_user,
    make_year,
)
from lyceum.testing.pages import rows, text_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
FIRST = date(2026, 9, 1)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(datetime(2026, 11, 20, 9, 30, tzinfo=UTC)):
        yield


@pytest.fixture
def school():
    school = make_school()
    make_year(school, "2026/27", starts=FIRST, ends=date(2027, 8, 31))
    with in_school(school):
        set_session_times(
            session="AM", starts_at=time(8, 45), closes_at=time(9, 15), starts_on=FIRST, actor=system_actor(school.pk)
        )
    return school


def mark(school, form, *, absent=()):
    """Take the morning's register of a form."""
    with in_school(school):
        open_day(DAY)
        register = Register.objects.get(school_class=form, on=DAY)
        given = [GivenMark(student.pk, "N") for student in absent]
        take_register(register.pk, marks=given, rest="present", actor=system_actor(school.pk))


def with_phone(link):
    """The guardian, who can be called."""
    with in_school(link.school):
        ContactPoint.objects.create(person=link.guardian, kind="mobile", value="+441234567890")
    return link.guardian


def test_a_teacher_finds_the_register_of_this_moment_and_what_to_know(school):
    form = make_class(school, "7A")
    student = make_student(school, form, name="Ada", first_day=FIRST)
    with in_school(school):
        Flag.objects.create(student=student, kind="allergy", text="nuts", starts_on=FIRST)
    teacher = browser(make_teacher(school, form), school)

    page = text_of(teacher.get("/today/"))

    assert "7A Morning register · 1 student" in page
    assert "Take register" in page
    assert "Ada : nuts" in page


def test_the_office_finds_registers_to_chase_and_children_to_call(school):
    form, other = make_class(school, "7A"), make_class(school, "7B")
    ada = make_student(school, form, name="Ada", first_day=FIRST)
    make_student(school, other, name="Bea", first_day=FIRST)
    with_phone(make_guardian(ada, name="Gus"))
    mark(school, form, absent=[ada])
    office = browser(make_manager(school, "Office", "Attendance"), school)

    page = text_of(office.get("/today/"))

    assert "1 register is missing. 1 taken, 0 still due." in page
    assert "To call: absent, and nobody said why" in page
    assert "Gus" in page
    assert "+441234567890" in page


def test_somebody_who_must_not_be_told_is_not_on_the_call_list(school):
    form = make_class(school, "7A")
    ada = make_student(school, form, name="Ada", first_day=FIRST)
    gus = with_phone(make_guardian(ada, name="Gus"))
    with in_school(school):
        ContactRestriction.objects.create(
            student=ada, person=gus, kinds=["no_contact"], starts_on=FIRST, made_by=gus.pk
        )
    mark(school, form, absent=[ada])
    office = browser(make_manager(school, "Office", "Attendance"), school)

    for path in ("/today/", "/attendance/absences/"):
        assert "Gus" not in text_of(office.get(path))


def test_the_head_finds_presence_with_its_base_and_each_number_opens_its_list(school):
    form = make_class(school, "7A")
    students = [make_student(school, form, name=name, first_day=FIRST) for name in ("Ada", "Bea", "Cy", "Dee")]
    mark(school, form, absent=students[:1])
    head = browser(make_admin(school), school)

    page = text_of(head.get("/today/"))

    assert "75.0 % present: of 4 on roll, 4 are marked." in page
    assert rows(head.get("/attendance/absences/?session=AM&meaning=unexplained")) == ["Ada"]
    assert rows(head.get("/attendance/absences/?session=PM")) == []


def test_a_gap_in_the_records_leads_to_its_list(school):
    make_student(school, name="Loose", first_day=FIRST)
    office = browser(make_manager(school, "Office"), school)

    page = office.get("/today/").content.decode()

    assert '/students/?missing=form"' in page
    assert rows(office.get("/students/?missing=form")) == ["Loose"]
    assert rows(office.get("/students/?missing=guardian")) == ["Loose"]


def test_a_school_that_is_not_set_up_yet_is_led_through_it():
    head_of_new = make_school("New School")
    head = browser(make_admin(head_of_new), head_of_new)

    page = head.get("/today/").content.decode()

    assert "Before the first register" in page
    assert 'href="/set-up-school/"' in page


def test_a_day_without_school_says_when_it_goes_on(school):
    form = make_class(school, "7A")
    teacher = browser(make_teacher(school, form), school)

    with clock.frozen(datetime(2026, 11, 21, 9, tzinfo=UTC)):
        page = text_of(teacher.get("/today/"))

    assert "No school today: weekend." in page
    assert "Monday 23 November" in page


def test_the_operator_sees_schools_and_nobody_in_them(school):
    make_student(school, name="Secret Child", first_day=FIRST)
    user = make_user(school, Role.SCHOOL_ADMIN)
    head = browser(user, school)

    assert head.get("/operator/").status_code == 403


@pytest.mark.parametrize("role", ["office", "head", "teacher"])
def test_the_landing_pages_take_the_same_statements_for_one_and_for_three(school, role):
    form = make_class(school, "7A")
    ada = make_student(school, form, name="Ada", first_day=FIRST)
    mark(school, form, absent=[ada])
    user = {
        "office": lambda: make_manager(school, "Office", "Attendance"),
        "head": lambda: make_admin(school),
        "teacher": lambda: make_teacher(school, form),
    }[role]()
    client = browser(user, school)
    one = statements_for(client, "/today/")
    for n in range(3):
        more = make_class(school, f"8{n}")
        child = make_student(school, more, name=f"Child {n}", first_day=FIRST + timedelta(days=1))
        make_student(school, form, name=f"Mate {n}", first_day=FIRST)
        mark(school, more, absent=[child])

    assert statements_for(client, "/today/") == one
