"""Lessons over REST."""

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.rules.locations import create_location
from lyceum.testing.clients import software, statements_for
from lyceum.testing.factories import (
    NOW,
    in_school,
    make_admin,
    make_school,
    make_staff,
    make_student,
    make_teacher,
    make_teaching_class,
)

pytestmark = pytest.mark.django_db
LESSONS = "/api/v1/timetable/lessons/"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def body(row, **more):
    return {"class": str(row.pk), "day": 1, "period": "P1", "starts_at": "09:00", "ends_at": "10:00"} | more


def test_a_lesson_is_placed_read_changed_replaced_and_deleted():
    school = make_school()
    row = make_teaching_class(school)
    make_teacher(school, row, name="Ada")
    staff = make_staff(school, name="Bob")
    with in_school(school):
        where = create_location(name="R1", actor=system_actor(school.pk))
    admin = software(make_admin(school), school)

    made = admin.send(LESSONS, body(row))
    path = made["Location"]
    shown = admin.get(path).json()
    changed = admin.send(path, {"day": 2, "teacher": str(staff.pk)}, method="patch").json()
    whole = {"day": 3, "period": "P2", "starts_at": "10:00", "ends_at": "11:00", "teacher": None, "room": str(where.pk)}
    replaced = admin.send(path, whole, method="put").json()
    deleted = admin.send(path, method="delete")

    assert (made.status_code, deleted.status_code, admin.get(path).status_code) == (201, 204, 404)
    assert made.json() == shown
    assert shown["class"] == {"id": str(row.pk), "name": "7A/Ma"}
    assert shown["subject"]["name"] == "Mathematics"
    assert (shown["teacher"], [t["name"] for t in shown["teachers"]]) == (None, ["Ada"])
    assert (shown["day"], shown["starts_at"], shown["ends_at"]) == (1, "09:00:00", "10:00:00")
    assert (changed["day"], changed["teacher"]["name"], changed["teachers"][0]["name"]) == (2, "Bob", "Bob")
    assert (replaced["day"], replaced["period"], replaced["teacher"], replaced["room"]["name"]) == (3, "P2", None, "R1")


def test_a_clash_is_a_409_that_names_the_other_lesson():
    school = make_school()
    row = make_teaching_class(school)
    admin = software(make_admin(school), school)
    first = admin.send(LESSONS, body(row)).json()

    answer = admin.send(LESSONS, body(row, period="P2"))

    assert (answer.status_code, answer.json()["code"]) == (409, "lesson_clash")
    assert answer.json()["clash"] == first["id"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"day": 8}, "/day"), ({"starts_at": "noon"}, "/starts_at"), ({"colour": "red"}, "/colour")],
)
def test_a_wrong_body_is_a_422(wrong, pointer):
    school = make_school()
    answer = software(make_admin(school), school).send(LESSONS, body(make_teaching_class(school), **wrong))

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_who_reads_and_who_places():
    school, other = make_school("Hill School"), make_school("Vale School")
    row = make_teaching_class(school)
    admin = software(make_admin(school), school)
    path = admin.send(LESSONS, body(row)).json()["id"] + "/"
    teacher, stranger = software(make_teacher(school), school), software(make_admin(other), other)

    assert teacher.get(LESSONS + path).status_code == 200
    assert teacher.send(LESSONS + path, {"day": 2}, method="patch").status_code == 403
    assert teacher.send(LESSONS, body(row, period="P3")).status_code == 403
    assert stranger.get(LESSONS + path).status_code == 404
    assert stranger.get(LESSONS).json()["items"] == []
    assert stranger.send(LESSONS, body(row)).status_code == 404


def test_the_list_takes_the_same_statements_for_one_and_for_three():
    school = make_school()
    row = make_teaching_class(school)
    make_teacher(school, row)
    make_student(school, row)
    admin = software(make_admin(school), school)
    counts = []
    for periods in (("P1",), ("P2", "P3")):
        for hour, period in enumerate(periods, start=9 if len(periods) == 1 else 12):
            times = {"starts_at": f"{hour:02}:00", "ends_at": f"{hour:02}:50"}
            assert admin.send(LESSONS, body(row, period=period, **times)).status_code == 201
        counts.append(statements_for(admin, LESSONS))

    assert counts[0] == counts[1] <= 6


def test_a_write_meant_for_an_older_version_is_refused_with_the_present_one():
    school = make_school()
    admin = software(make_admin(school), school)
    made = admin.send(LESSONS, body(make_teaching_class(school)))
    path, tag = made["Location"], made["ETag"]
    admin.send(path, {"day": 2}, method="patch")

    stale = admin.send(path, {"day": 3}, method="patch", **{"If-Match": tag})
    fresh = admin.send(path, {"day": 3}, method="patch", **{"If-Match": stale.json()["etag"]})

    assert (stale.status_code, stale.json()["code"], stale.json()["present"]["day"]) == (412, "version_conflict", 2)
    assert (fresh.status_code, fresh.json()["day"]) == (200, 3)
