"""A school that has people and classes and is not set up further: nobody is led where they are turned away."""

import pytest

from lyceum.core import clock
from lyceum.core.permissions import BUILT_IN_SETS, Role
from lyceum.domains.accounts.models import User
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import browser
from lyceum.testing.factories import (
    NOW,
    account_for,
    guardian_of,
    make_admin,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    make_user,
    make_year,
)
from lyceum.testing.ways import follow

pytestmark = pytest.mark.django_db
FEWEST = 4
"""Pages that anybody can open; most, 40 and more."""
NO_TIMES = "No session has its times."


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def somebody(school: School, role: str) -> User:
    form = make_class(school, "7A", year=make_year(school))
    student = make_student(school, form)
    match role:
        case "admin":
            return make_admin(school)
        case "super admin":
            return make_user(school, Role.SUPER_ADMIN)
        case "teacher":
            return make_teacher(school, form)
        case "student":
            return account_for(student.person, Role.STUDENT)
        case "guardian":
            return guardian_of(student)
        case _:
            return make_manager(school, role)


@pytest.mark.parametrize("role", ["admin", "teacher", "student", "guardian", "super admin", *BUILT_IN_SETS])
def test_nobody_is_led_where_they_are_turned_away(role: str):
    school = make_school()
    inside = None if role == "super admin" else school

    walk = follow(browser(somebody(school, role), inside), says={"/attendance/": NO_TIMES})

    assert walk.refused == []
    assert walk.opened >= FEWEST


def test_who_sets_attendance_up_is_led_there_and_others_are_told_whom_to_ask():
    school = make_school()

    admin = browser(somebody(school, "admin"), school).get("/attendance/").content.decode()
    teacher = browser(make_teacher(school), school).get("/attendance/").content.decode()

    assert f'<a href="/settings/attendance/">{NO_TIMES}</a>' in admin
    assert (NO_TIMES in teacher, "Ask an administrator of the school." in teacher) == (True, True)
    assert "/settings/attendance/" not in teacher.split("<main", 1)[1].split("</main", 1)[0]
