"""The school in numbers: each number is as long as the list that it leads to."""

from datetime import date

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import User
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.intakes import add_standing_intake
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import make_morning
from lyceum.domains.calendars.rules.events import create_event, publish_event
from lyceum.domains.learning.models import Completion, Course, CourseEnrolment, LearningSchedule
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.rules.absences import NewStaffAbsence, report_staff_absence
from lyceum.domains.website.models import ContactMessage
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import NOW, in_school, make_admin, make_class, make_school, make_student, make_user

pytestmark = pytest.mark.django_db
DASHBOARD = "/api/v1/admin/dashboard/"


@pytest.fixture
def school():
    """A Friday at noon."""
    made = make_friday()
    with clock.frozen(NOW.replace(hour=12, minute=0)):
        yield made


@remembered
def make_friday() -> School:
    """A school in which something of everything happened."""
    with clock.frozen(NOW):
        morning = make_morning(3)
        make_student(morning.school, make_class(morning.school, "7B"))
        school, actor = morning.school, system_actor(morning.school.pk)
        with in_school(school):
            take_register(
                morning.register().pk,
                marks=[GivenMark(morning.students[0].pk, "N"), GivenMark(morning.students[1].pk, "I")],
                rest="present",
                actor=morning.office,
            )
            staff = Staff.objects.first()
            today, later = NOW.date(), date(2026, 11, 30)
            for day in (today, later):
                report_staff_absence(NewStaffAbsence(staff_id=staff.pk, starts_on=day, ends_on=day), actor=actor)
            for title, day in (("Past", date(2026, 11, 2)), ("Today", today), ("Ahead", later)):
                publish_event(create_event(values={"title": title, "date": day}, actor=actor).pk, actor=actor)
            create_event(values={"title": "Draft", "date": later}, actor=actor)
            course = Course.objects.create(name="Chess", slug="chess", status="published")
            Course.objects.create(name="Draughts", slug="draughts")
            run = LearningSchedule.objects.create(
                course=course, start_on=today, end_on=later, delivery="online", status="published"
            )
            for student, status in zip(morning.students, ("active", "active", "completed"), strict=True):
                CourseEnrolment.objects.create(student=student, schedule=run, status=status, enrolled_at=NOW)
            for state in ("new", "answered", "spam"):
                ContactMessage.objects.create(name="Ann", email="ann@example.org", subject="A", body="B", state=state)
            for status in ("submitted", "withdrawn"):
                add_application(student, status, make_user(school))
            Completion.objects.create(student=student, course=course, completed_at=NOW, snapshot={})
        make_student(make_school("Dale School"))
    return school


def add_application(student: Student, status: str, user: User) -> None:
    Application.objects.create(
        intake=add_standing_intake(), student=student, filled_in_by=user, status=status, submitted_at=NOW
    )


def test_each_number_is_the_length_of_the_list_it_leads_to(school):
    admin = make_admin(school)

    answer = software(admin, school).get(DASHBOARD)
    shown = answer.json()

    assert answer.status_code == 200, answer.content
    numbers = {each["key"]: each for part in shown["parts"] for each in part["numbers"]}
    listed = {}
    head = browser(admin, school)
    for key, number in numbers.items():
        page = head.get(number["link"])
        assert page.status_code == 200, number["link"]
        if key == "reviews_waiting":  # a queue, no list
            listed[key] = len(page.context["waiting"])
            continue
        shown_page = page.context["page"]  # the list of texts is not counted: it is short
        listed[key] = len(shown_page.rows) if shown_page.total is None else shown_page.total
    assert {key: number["value"] for key, number in numbers.items()} == listed
    assert listed == {
        "students_on_roll": 4,
        "staff_away": 1,
        "registers_outstanding": 1,
        "absences_today": 2,
        "unexplained_today": 1,
        "texts_waiting": 0,
        "courses": 1,
        "course_enrolments": 2,
        "completions": 1,
        "applications_submitted": 1,
        "applications_under_review": 0,
        "applications_offered": 0,
        "applications_waitlisted": 0,
        "applications_approved": 0,
        "reviews_waiting": 0,
        "contact_messages_new": 1,
        "events_ahead": 2,
    }
    assert {each["as_of"] for each in numbers.values()} == {"2026-11-20T12:00:00Z"}
    lines = {line["key"]: line["points"] for line in shown["lines"]}
    assert [len(points) <= 30 for points in lines.values()] == [True] * 3
    assert lines["course_enrolments"][-1] == {"on": "2026-11-20", "value": 3.0}


def test_it_is_for_who_leads_the_school(school):
    for role in (Role.TEACHER, Role.APPLICANT, Role.STUDENT, Role.GUARDIAN):
        user = make_user(school, role)
        assert software(user, school).get(DASHBOARD).status_code == 403
        assert browser(user, school).get("/dashboard/").status_code == 403
        assert browser(user, school).get("/dashboard/lists/courses/").status_code == 403
    other = make_school("Vale School")
    there = software(make_admin(other), other).get(DASHBOARD).json()
    assert {number["value"] for part in there["parts"] for number in part["numbers"]} == {0}


def test_it_takes_eleven_statements_and_the_page_shows_the_same(school):
    admin = make_admin(school)

    assert statements_for(software(admin, school), DASHBOARD) <= 11
    page = browser(admin, school).get("/dashboard/").content.decode()

    assert page.count('class="row" href=') == 17
    assert "<svg" in page
    assert browser(admin, school).get("/dashboard/lists/nothing/").status_code == 404
