"""Guardians' access to somebody who comes of age."""

from datetime import date, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.notifications.models import Notification
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.rules.access import (
    NotOfAgeError,
    agree_to_access,
    list_access,
    of_age_on,
    tell_of_coming_of_age,
)
from lyceum.domains.people.rules.settings import change_people_settings
from lyceum.domains.people.settings import forget_settings
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import (
    NOW,
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_guardian,
    make_school,
    make_student,
)

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
TOMORROW_18 = date(2008, 11, 21)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def setting(born):
    school = make_school()
    student = make_student(school, name="Anna Smith", birth_date=born)
    link = make_guardian(student, name="Amy Smith")
    return school, student, account_for(student.person, Role.STUDENT), account_for(link.guardian, Role.GUARDIAN)


def sees(user, school):
    with in_school(school):
        return list(Student.objects.filter(visible_students(as_actor(user, school))))


@pytest.mark.parametrize(
    ("born", "seen"),
    [
        (TOMORROW_18, True),  # the day before
        (date(2008, 11, 20), False),  # the birthday itself
        (None, True),  # nobody knows
    ],
)
def test_access_ends_with_the_birthday(born, seen):
    school, student, _pupil, mother = setting(born)

    assert sees(mother, school) == ([student] if seen else [])


def test_a_student_of_age_agrees_and_takes_it_back():
    school, student, pupil, mother = setting(date(2008, 1, 1))
    client = software(pupil, school)
    (link,) = client.get("/api/v1/students/me/access/").json()

    agreed = client.send("/api/v1/students/me/access/", {"agreed": [link["id"]]}, method="put").json()
    seen = sees(mother, school)
    browser(pupil, school).post("/my-access/", {})

    assert (agreed[0]["agreed_on"], seen) == ("2026-11-20", [student])
    assert sees(mother, school) == []


def test_it_is_decided_from_thirty_days_before_and_about_oneself_only():
    school, _student, pupil, mother = setting(TODAY.replace(year=2008) + timedelta(days=31))
    other = make_guardian(make_student(school))
    with in_school(school):
        own = as_actor(pupil, school)
        with pytest.raises(NotOfAgeError):
            agree_to_access([], actor=own)
        with clock.frozen(NOW + timedelta(days=1)):
            with pytest.raises(NotFoundError):
                agree_to_access([other.pk], actor=own)
            assert agree_to_access([], actor=own) == list_access(_student)
        with pytest.raises(NotFoundError):
            agree_to_access([], actor=as_actor(mother, school))
        with pytest.raises(NotAllowedError):
            agree_to_access([], actor=as_actor(make_admin(school), school))


def test_both_are_told_once_thirty_days_before():
    school, _student, pupil, mother = setting(TODAY.replace(year=2008) + timedelta(days=30))
    make_guardian(make_student(school, birth_date=TODAY.replace(year=2008) + timedelta(days=31)))  # not yet
    make_guardian(make_student(school, birth_date=TODAY.replace(year=2008)))  # of age already
    with in_school(school):
        told = [tell_of_coming_of_age(actor=system_actor(school.pk)) for _ in range(2)]
        rows = {row.user_id: (row.template, row.message) for row in Notification.objects.all()}

    assert told == [1, 0]
    assert rows.keys() == {pupil.pk, mother.pk}
    assert rows[mother.pk][0] == "coming_of_age.guardian"
    assert "Anna Smith comes of age on 20 December 2026" in rows[mother.pk][1]


def test_the_age_is_the_schools_to_set():
    school, student, _pupil, mother = setting(date(2010, 11, 20))
    with in_school(school):
        before = sees(mother, school)
        change_people_settings(age_of_access=16, askable=(), actor=as_actor(make_admin(school), school))
        after = sees(mother, school)
        forget_settings()

    assert (before, after) == ([student], [])


def test_who_is_born_on_a_leap_day_is_of_age_on_the_first_of_march():
    school, _student, _pupil, mother = setting(date(2008, 2, 29))
    with in_school(school):
        assert of_age_on(date(2008, 2, 29)) == date(2026, 3, 1)
    for day, seen in ((date(2026, 2, 28), 1), (date(2026, 3, 1), 0)):
        with clock.frozen(NOW.replace(year=day.year, month=day.month, day=day.day)):
            assert len(sees(mother, school)) == seen
