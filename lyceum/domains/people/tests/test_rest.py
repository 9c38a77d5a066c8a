"""Staff and number patterns over REST."""

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.testing.clients import software
from lyceum.testing.factories import (
    NOW,
    account_for,
    make_admin,
    make_manager,
    make_school,
    make_staff,
    make_student,
    make_teacher,
)

pytestmark = pytest.mark.django_db
STAFF = "/api/v1/staff/"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def test_staff_are_made_and_listed_by_name():
    school, other = make_school("Hill School"), make_school("Vale School")
    make_staff(other)
    admin = software(make_admin(school), school)
    body = {"first_name": "Zoe", "last_name": "Adams", "email": "zoe@x.org", "job": "Head of maths", "teaching": True}

    made = admin.send(STAFF, body)
    admin.send(STAFF, {"full_name": "Bob Clerk", "teaching": False, "staff_code": "BC"})
    taken = admin.send(STAFF, {"full_name": "Again", "staff_code": "BC"})
    listed = admin.get(STAFF).json()["items"]

    assert (made.status_code, made.json()["staff_code"], made.json()["email"]) == (201, "S0001", "zoe@x.org")
    assert (taken.status_code, taken.json()["code"]) == (409, "registration_number_taken")
    assert [row["full_name"] for row in listed] == ["Zoe Adams", "Bob Clerk"]
    assert [row["staff_code"] for row in admin.get(STAFF + "?teaching=false").json()["items"]] == ["BC"]


def test_who_sees_staff_and_how_they_are_reached():
    school = make_school()
    admin, teacher = software(make_admin(school), school), software(make_teacher(school), school)
    student = software(account_for(make_student(school).person, Role.STUDENT), school)
    admin.send(STAFF, {"full_name": "Ada", "email": "ada@x.org"})

    shown = {who: client.get(STAFF) for who, client in {"admin": admin, "teacher": teacher, "student": student}.items()}

    assert shown["admin"].json()["items"][0]["email"] == "ada@x.org"
    assert shown["teacher"].json()["items"][0]["email"] is None
    assert shown["student"].status_code == 403
    assert teacher.send(STAFF, {"full_name": "X"}).status_code == 403


def test_a_number_pattern_is_tried_and_then_used():
    school = make_school()
    office = software(make_manager(school, "Office"), school)
    schemes = "/api/v1/number-schemes/"

    tried = office.get(schemes + "preview/", {"pattern": "H{yy}-{seq:03}"}).json()
    wrong = office.get(schemes + "preview/", {"pattern": "H"})
    before = office.get(schemes + "student/").json()
    changed = office.send(schemes + "student/", {"pattern": "H{yy}-{seq:03}"}, method="put")
    student = office.send("/api/v1/students/", {"full_name": "Ana"}).json()

    assert tried == {"kind": "student", "next": ["H26-001", "H26-002", "H26-003"]}
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/pattern")
    assert (before["pattern"], changed.status_code) == ("{year}-{seq:05}", 200)
    assert student["registration_number"] == "H26-001"
    assert office.get(schemes + "parrot/").status_code == 400
    assert software(make_teacher(school), school).get(schemes + "student/").status_code == 403
