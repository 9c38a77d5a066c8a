"""A student's own day, their attendance and their contacts over REST."""

from datetime import time

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import TODAY, make_morning
from lyceum.domains.people.models import ContactPoint
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.testing.clients import software
from lyceum.testing.factories import (
    NOW,
    account_for,
    guardian_of,
    in_school,
    make_admin,
    make_guardian,
    make_manager,
    make_school,
)

pytestmark = pytest.mark.django_db
DASHBOARD = "/api/v1/students/me/dashboard/"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def morning():
    morning = make_morning(2)
    with in_school(morning.school):
        lesson = NewLesson(morning.form, 5, "2", time(10), time(10, 50), starts_on=morning.form.starts)
        create_lessons([lesson], actor=system_actor(morning.school.pk))
        take_register(
            morning.register().pk, marks=[GivenMark(morning.students[0].pk, "I")], rest="present", actor=morning.office
        )
    return morning


def client_of(morning, student):
    return software(account_for(student.person, Role.STUDENT), morning.school)


def test_students_find_their_lessons_and_attendance_and_others_are_refused(morning):
    student, other = morning.students
    teacher = software(morning.teacher_user, morning.school)
    admin = software(make_admin(morning.school), morning.school)

    with clock.frozen(NOW.replace(hour=12)):
        own = client_of(morning, student)
        found = own.get(DASHBOARD).json()
        refused = own.get(DASHBOARD, {"student": str(other.pk)})

    assert (found["student"]["name"], found["student"]["form"]) == ("Student 00", "7A")
    assert [(row["period"], row["cancelled"]) for row in found["lessons"]] == [("2", False)]
    assert found["attendance"]["numbers"]["authorised"] == 1
    [session] = found["attendance"]["recent"]
    assert (session["code"], session["status"]) == (None, "E")
    assert refused.status_code == 403
    assert teacher.get(DASHBOARD).status_code == 403
    nobody = admin.get(DASHBOARD).json()
    assert {nobody[name] is None for name in ("student", "attendance", "application", "next_meeting")} == {True}
    assert (nobody["lessons"], nobody["points"]) == ([], [])
    assert software(make_manager(morning.school, "Office"), morning.school).get(DASHBOARD).status_code == 403
    assert admin.get(DASHBOARD, {"student": str(other.pk)}).json()["student"]["name"] == "Student 01"


def test_families_read_words_of_sessions_that_have_closed_and_those_at_work_codes(morning):
    student = morning.students[0]
    path = f"/api/v1/students/{student.pk}/attendance/?from={TODAY}&to={TODAY}"
    parent = guardian_of(student)
    family, office = software(parent, morning.school), software(morning.office_user, morning.school)

    open_still = family.get(path).json()
    at_work = office.get(path).json()
    with clock.frozen(NOW.replace(hour=12)):
        closed = software(parent, morning.school).get(path).json()

    assert open_still["sessions"] == []
    assert [row["code"] for row in at_work["sessions"]] == ["I"]
    assert [(row["code"], row["status"]) for row in closed["sessions"]] == [(None, "E")]
    assert family.get(path.replace(str(student.pk), str(morning.students[1].pk))).status_code == 404
    elsewhere = make_school("Other School")
    assert software(make_admin(elsewhere), elsewhere).get(path).status_code == 404


def test_contacts_come_with_the_reason_and_nobody_hears_of_a_restriction(morning):
    student = morning.students[0]
    kept = make_guardian(student, name="Kept Away", channels=("sms",))
    told = make_guardian(student, name="Told Always", channels=("sms",))
    with in_school(morning.school):
        for link, number in ((kept, 1), (told, 2)):
            ContactPoint.objects.create(person=link.guardian, kind="mobile", value=f"+44770090000{number}")
        restrict_contact(
            student.pk, person_id=kept.guardian_id, kinds=["no_contact"], actor=system_actor(morning.school.pk)
        )
    path = f"/api/v1/students/{student.pk}/contacts/?purpose=absence&channel=sms"

    office = software(morning.office_user, morning.school).get(path).json()
    head = software(make_admin(morning.school), morning.school).get(path).json()

    assert [(row["name"], row["told"], row["addresses"]) for row in office] == [
        ("Told Always", True, {"sms": ["+447700900002"]})
    ]
    assert [(row["name"], row["why"]) for row in head] == [("Kept Away", "restricted"), ("Told Always", None)]
