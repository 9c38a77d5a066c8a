"""From an empty school to its first register, by the pages alone and without scripts."""

from datetime import UTC, datetime

import pytest

from lyceum.core import clock
from lyceum.domains.academics.models import AcademicYear, Class, ClassTeacher, Term
from lyceum.domains.accounts.models import Invitation
from lyceum.domains.attendance.models import SessionTimes
from lyceum.domains.people.models import Student
from lyceum.testing.clients import browser, nobody
from lyceum.testing.factories import in_school, make_admin, make_school, make_teacher
from lyceum.testing.pages import text_of

pytestmark = pytest.mark.django_db
YEAR = {"name": "2026/27", "starts": "2026-09-01", "ends": "2027-08-31"}
TIMES = {"preset": "england_2024", "am_starts": "08:45", "am_closes": "09:15", "pm_starts": "", "pm_closes": ""}


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(datetime(2026, 11, 20, 7, tzinfo=UTC)):
        yield


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def head(school):
    return browser(make_admin(school), school)


def walk(head):
    """Every step up to the first register."""
    terms = {"term-1-name": "Autumn", "term-1-starts": "2026-09-01", "term-1-ends": "2026-12-18"}
    people = "Ada Lovelace, 7A, 2013-02-28\nنور الدين\t7B\nLý"
    teachers = "Tess Teacher, tess@school.org, 7A\nTom Teacher"
    assert head.post("/set-up-school/year/", YEAR | terms).status_code == 302
    assert head.post("/set-up-school/times/", TIMES).status_code == 302
    assert head.post("/set-up-school/forms/", {"grade-7": "A B", "grade-8": "A"}).status_code == 302
    assert head.post("/set-up-school/students/", {"people": people, "first_day": "2026-09-01"}).status_code == 302
    return head.post("/set-up-school/teachers/", {"people": teachers})


def test_the_steps_lead_to_a_register_that_waits(school, head):
    invited = walk(head)

    with in_school(school):
        assert str(AcademicYear.objects.get()) == "2026/27"
        assert [str(t) for t in Term.objects.all()] == ["Autumn"]
        assert list(SessionTimes.objects.values_list("session", flat=True)) == ["AM"]
        assert sorted(Class.objects.values_list("name", flat=True)) == ["7A", "7B", "8A"]
        assert Student.objects.count() == 3
        lead = ClassTeacher.objects.select_related("staff__person", "school_class").get()
        assert (str(lead.staff.person), str(lead.school_class)) == ("Tess Teacher", "7A")
        assert sorted(Invitation.objects.values_list("full_name", flat=True)) == ["Tess Teacher", "Tom Teacher"]
    assert "2 people invited" in text_of(invited)
    assert "Go on: The first register" in text_of(head.get("/set-up-school/"))
    assert "7A" in text_of(head.get("/today/"))


def test_the_next_step_is_the_first_that_is_not_done(head):
    empty = text_of(head.get("/set-up-school/"))
    head.post("/set-up-school/year/", YEAR)

    assert "Go on: The school year" in empty
    assert "Go on: Codes and times" in text_of(head.get("/set-up-school/"))


@pytest.mark.parametrize(
    ("step", "form", "says"),
    [
        ("year", YEAR | {"ends": "2026-01-01"}, "ends after it starts"),
        ("year", YEAR | {"term-1-starts": "2026-09-01"}, "A term has a name"),
        ("times", TIMES | {"am_closes": "12:00"}, "within 30 minutes"),
        ("times", TIMES | {"preset": "mars"}, "Choose one of"),
        ("forms", {}, "Name at least one form"),
        ("students", {"people": "Ada, 9Z", "first_day": "2026-09-01"}, "Line 1: there is no form 9Z"),
        ("students", {"people": "Ada, 7A, 7B", "first_day": "2026-09-01"}, "write name, form and date of birth"),
        ("students", {"people": "", "first_day": "2026-09-01"}, "Paste at least one line"),
        ("teachers", {"people": "Tess, 9Z"}, "Line 1: there is no form 9Z"),
    ],
)
def test_a_step_that_is_refused_keeps_what_was_typed_and_changes_nothing(school, head, step, form, says):
    head.post("/set-up-school/year/", YEAR) if step == "forms" else None

    answer = head.post(f"/set-up-school/{step}/", form)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "Error:" in answer.content.decode().split("</title>")[0]
    with in_school(school):
        assert not Class.objects.exists()
        assert not Student.objects.exists()


def test_one_wrong_line_admits_nobody(school, head):
    head.post("/set-up-school/year/", YEAR)
    head.post("/set-up-school/forms/", {"grade-7": "A"})

    answer = head.post("/set-up-school/students/", {"people": "Ada, 7A\nBob, 7Q", "first_day": "2026-09-01"})

    assert "Line 2: there is no form 7Q" in text_of(answer)
    assert "Ada, 7A" in answer.content.decode()
    with in_school(school):
        assert not Student.objects.exists()


def test_only_those_who_may_make_classes_see_the_set_up(school):
    teacher = browser(make_teacher(school), school)

    assert teacher.get("/set-up-school/").status_code == 403
    assert teacher.post("/set-up-school/year/", YEAR).status_code == 403
    assert nobody().get("/set-up-school/")["Location"].startswith("/sign-in/")
