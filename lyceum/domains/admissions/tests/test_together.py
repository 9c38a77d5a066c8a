"""Many at the same moment, through the real doors, over really committed rows."""

from datetime import date, timedelta
from functools import partial

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import AcademicYear, Grade
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.deciding import start_review
from lyceum.domains.admissions.rules.entering import Entered, EnteredGuardian
from lyceum.domains.admissions.rules.intakes import create_intake, publish_intake
from lyceum.domains.admissions.rules.sending import apply
from lyceum.domains.learning.models import Course
from lyceum.domains.people.models import Student
from lyceum.testing.clients import software
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school, make_user, make_year
from lyceum.testing.together import at_once

MOTHER = EnteredGuardian(first_name="Mo", email="mo@example.org")


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
        rows = []
        for user in applicants(school, 20):
            entered = Entered(
                first_name=user.full_name, birth_date=date(2019, 1, 1), intake=intake.pk, for_self=False,
                guardians=[MOTHER],
            )  # fmt: skip
            application = apply(entered, actor=as_actor(user, school))
            rows.append(start_review(application.pk, actor=actor))
    callers = [(software(admin, school), row) for row in rows]

    answers = at_once([partial(caller.send, f"/api/v1/applications/{row.pk}/approve/", {}) for caller, row in callers])

    assert [answer.status_code for answer in answers] == [200] * 20
    with in_school(school):
        states = list(Application.objects.values_list("status", flat=True))
        assert (states.count("offered"), states.count("waitlisted")) == (5, 15)
