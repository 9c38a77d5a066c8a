"""Many at the same moment, through the real doors, over really committed rows."""

from datetime import date, timedelta
from functools import partial

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import AcademicYear, Grade
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.intakes import create_intake, publish_intake
from lyceum.domains.learning.models import Course
from lyceum.domains.people.models import Person, Student
from lyceum.testing.clients import software
from lyceum.testing.factories import in_school, make_admin, make_school, make_user, make_year
from lyceum.testing.together import at_once


@pytest.fixture
def school(fresh_database):
    del fresh_database
    school = make_school()
    make_year(school, "Next", starts=date.today() + timedelta(days=100), ends=date.today() + timedelta(days=400))
    with in_school(school):
        Course.objects.create(name="Ceramics", slug="ceramics", status="published")
    return school


def applicants(school, count):
    return [make_user(school, Role.APPLICANT, email=f"a{n}@example.org") for n in range(count)]


def test_applications_sent_at_once_get_different_numbers_and_one_sent_twice_is_one(school):
    """Sixteen people, two of whom press the button twice."""
    users = applicants(school, 14)
    callers = [software(user, school) for user in (*users, *users[:2])]
    with in_school(school):
        body = {"birth_date": "1990-05-01", "courses": [str(Course.objects.get().pk)]}

    callers[0].get("/api/v1/intakes/")  # what a server reads once as it starts

    answers = at_once([partial(caller.send, "/api/v1/students/", body) for caller in callers])

    assert sorted(answer.status_code for answer in answers) == [201] * 14 + [409] * 2
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    numbers = {answer.json()["registration_number"] for answer in answers if answer.status_code == 201}
    assert (refused, len(numbers)) == ({"already_applied"}, 14)
    with in_school(school):
        assert (Application.objects.count(), Student.objects.count()) == (14, 14)


def test_twenty_approvals_at_once_on_five_places_give_five_offers_and_fifteen_wait(school):
    admin, actor = make_admin(school), system_actor(school.pk)
    with in_school(school):
        year = AcademicYear.objects.get(name="Next").pk
        values = {"year": year, "grade": Grade.objects.get(code="1").pk, "places": 5}
        intake = create_intake(kind="year_group", name="Year 1", values=values, actor=actor)
        publish_intake(intake.pk, actor=actor)
        people = [Person(full_name=f"Child {n}", birth_date=date(2019, 1, 1)) for n in range(20)]
        for person in people:
            for column, value in person.name_columns().items():
                setattr(person, column, value)
        Person.objects.bulk_create(people)
        students = [Student(person=person, registration_number=f"T{n}") for n, person in enumerate(people)]
        Student.objects.bulk_create(students)
        rows = Application.objects.bulk_create(
            Application(intake=intake, student=student, filled_in_by=admin, for_self=False, status="under_review")
            for student in students
        )
    callers = [(software(admin, school), row) for row in rows]

    answers = at_once([partial(caller.send, f"/api/v1/applications/{row.pk}/approve/", {}) for caller, row in callers])

    assert [answer.status_code for answer in answers] == [200] * 20
    with in_school(school):
        states = list(Application.objects.values_list("status", flat=True))
        assert (states.count("offered"), states.count("waitlisted")) == (5, 15)
