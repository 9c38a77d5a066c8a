"""Classes, who is in them, and the years around them, over REST."""

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Grade
from lyceum.testing.clients import key_holder, nobody, software, statements_for
from lyceum.testing.factories import (
    NOW,
    account_for,
    in_school,
    make_admin,
    make_class,
    make_manager,
    make_school,
    make_staff,
    make_student,
    make_subject,
    make_teacher,
    make_teaching_class,
    make_year,
)

pytestmark = pytest.mark.django_db
CLASSES = "/api/v1/classes/"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def admin(school):
    return software(make_admin(school), school)


def path_of(row, more=""):
    return f"{CLASSES}{row.pk}/{more}"


def names(client, path=CLASSES):
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return [item["name"] for item in answer.json()["items"]]


def test_a_form_is_made_with_grade_section_teacher_and_subjects(school, admin):
    make_year(school)
    staff, subject = make_staff(school, name="Ada"), make_subject(school)
    body = {
        "name": "7A",
        "grade": "7",
        "section": "A",
        "teacher": str(staff.pk),
        "capacity": 30,
        "subjects": [str(subject.pk)],
    }

    answer = admin.send(CLASSES, body)
    shown = answer.json()

    assert (answer.status_code, answer["Location"]) == (201, f"{CLASSES}{shown['id']}/")
    assert (shown["kind"], shown["state"], shown["capacity"], shown["size"]) == ("form", "active", 30, 0)
    assert [g["code"] for g in shown["grades"]] == ["7"]
    assert [s["code"] for s in shown["subjects"]] == ["MA"]
    assert [(t["name"], t["role"]) for t in shown["teachers"]] == [("Ada", "lead")]
    assert admin.get(answer["Location"]).json() == shown


def test_a_teaching_class_has_exactly_one_subject(school, admin):
    make_year(school)
    subjects = [str(make_subject(school).pk), str(make_subject(school, "EN", "English").pk)]

    answers = [admin.send(CLASSES, {"name": f"C{n}", "kind": "teaching", "subjects": subjects[:n]}) for n in (0, 1, 2)]

    assert [a.status_code for a in answers] == [422, 201, 422]
    assert answers[0].json()["errors"][0]["pointer"] == "/subjects"


def test_a_class_without_a_school_year_says_where_to_make_one(admin):
    answer = admin.send(CLASSES, {"name": "7A"})

    assert (answer.status_code, answer.json()["code"], answer.json()["link"]) == (409, "no_year", "/settings/years/")


def test_a_class_is_changed_and_replaced_and_its_teacher_with_it(school, admin):
    row = make_class(school)
    one, two = make_staff(school, name="Ada"), make_staff(school, name="Bob")
    path = path_of(row)

    led = admin.send(path, {"teacher": str(one.pk), "capacity": 25}, method="patch").json()
    whole = {"name": "8B", "grades": ["8"], "section": "B", "subjects": [], "teacher": str(two.pk), "capacity": 20}
    replaced = admin.send(path, whole, method="put").json()
    missing = [
        admin.send(path, {k: v for k, v in whole.items() if k != name}, method="put").status_code for name in whole
    ]
    nulled = admin.send(path, {"name": None}, method="patch")
    left = admin.send(path, {"teacher": None}, method="patch").json()

    assert ([t["name"] for t in led["teachers"]], led["capacity"]) == (["Ada"], 25)
    assert (replaced["name"], replaced["grades"][0]["code"], replaced["capacity"]) == ("8B", "8", 20)
    assert [t["name"] for t in replaced["teachers"]] == ["Bob"]
    assert missing == [422] * 6
    assert (nulled.status_code, nulled.json()["errors"][0]["pointer"]) == (422, "/name")
    assert left["teachers"] == []


def test_an_unused_class_is_deleted_and_a_used_one_is_ended(school, admin):
    unused, used = make_class(school, "7A"), make_class(school, "7B")
    make_student(school, used)

    gone, ended = admin.send(path_of(unused), method="delete"), admin.send(path_of(used), method="delete")

    assert (gone.status_code, admin.get(path_of(unused)).status_code) == (204, 404)
    assert (ended.status_code, ended.json()["ends"], ended.json()["state"]) == (200, "2026-11-19", "ended")


def test_the_list_is_chosen_by_grade_section_teacher_year_and_day(school, admin):
    with in_school(school):
        seven = Grade.objects.get(code="7").pk
    staff = make_staff(school)
    one = make_class(school, "7A", grades=[seven], section="A")
    make_class(school, "8A", section="A")
    make_class(make_school("Vale School"), "Theirs")
    admin.send(path_of(one, "teachers/"), {"staff": str(staff.pk)})

    assert names(admin) == ["7A", "8A"]
    assert names(admin, f"{CLASSES}?grade=7") == names(admin, f"{CLASSES}?grade={seven}") == ["7A"]
    assert names(admin, f"{CLASSES}?section=A") == ["7A", "8A"]
    assert names(admin, f"{CLASSES}?teacher={staff.pk}") == ["7A"]
    assert names(admin, f"{CLASSES}?on=2025-01-01") == []
    assert admin.get(f"{CLASSES}?subject=1").json()["code"] == "unknown_parameter"


def test_the_lists_take_the_same_statements_for_one_and_for_three(school, admin):
    form = make_class(school, "7A")
    make_teacher(school, form)
    make_student(school, form)
    paths = [CLASSES, path_of(form, "students/"), "/api/v1/my-classes/", "/api/v1/staff/", "/api/v1/rooms/"]
    one = [statements_for(admin, path) for path in paths]
    for name in ("7B", "7C"):
        row = make_class(school, name)
        make_teacher(school, row)
        make_student(school, row)
        make_student(school, form)
        admin.send("/api/v1/rooms/", {"name": name})

    assert one == [statements_for(admin, path) for path in paths]
    assert max(one) <= 9


def test_students_come_into_a_class_all_or_none_and_go_out_again(school, admin):
    row = make_class(school, capacity=2)
    ana, bo, cy = (make_student(school, name=name) for name in ("Ana", "Bo", "Cy"))
    path = path_of(row, "students/")

    added = admin.send(path, {"students": [str(ana.pk), str(bo.pk)]})
    full = admin.send(path, {"students": [str(cy.pk)]})
    twice = admin.send(path, {"students": [str(ana.pk)]})
    over = admin.send(path, {"students": [str(cy.pk)], "overfill_reason": "Twins"})
    removed = admin.send(f"{path}{bo.pk}/", method="delete")
    again = admin.send(f"{path}{bo.pk}/", method="delete")
    roll = admin.get(path).json()["items"]

    assert (added.status_code, [m["starts_on"] for m in added.json()]) == (201, ["2026-11-20"] * 2)
    assert (full.status_code, full.json()["code"], full.json()["capacity"]) == (409, "class_full", 2)
    assert (twice.status_code, twice.json()["code"]) == (409, "membership_overlaps")
    assert over.status_code == 201
    assert (removed.status_code, again.status_code) == (204, 404)
    assert [item["full_name"] for item in roll] == ["Ana", "Cy"]


def test_the_class_list_of_a_past_date_is_that_days_list(school, admin):
    one, two = make_class(school, "7A"), make_class(school, "7B")
    student = make_student(school, one)
    admin.send(f"/api/v1/students/{student.pk}/move/", {"to_class": str(two.pk)})

    sizes = [
        len(admin.get(path_of(row, f"students/?on={day}")).json()["items"])
        for day in ("2026-10-20", "2026-11-20")
        for row in (one, two)
    ]

    assert sizes == [1, 0, 0, 1]


def test_outside_the_enrolment_is_a_422_with_the_dates(school, admin):
    row, student = make_class(school), make_student(school)
    answer = admin.send(path_of(row, "students/"), {"students": [str(student.pk)], "starts_on": "2026-08-31"})

    assert (answer.status_code, answer.json()["code"]) == (422, "outside_enrolment")
    assert "2026-09-01 to 2027-07-20" in answer.json()["detail"]


def test_a_teacher_reads_every_class_list_and_more_of_the_own_students(school):
    own, other = make_class(school, "7A"), make_class(school, "7B")
    make_student(school, own)
    make_student(school, other)
    teacher = software(make_teacher(school, own), school)

    mine, theirs = (teacher.get(path_of(row, "students/")).json()["items"][0] for row in (own, other))

    assert (mine["registration_number"], theirs["registration_number"]) == ("2026-00001", None)
    assert names(teacher, "/api/v1/my-classes/") == ["7A"]


def test_who_may_do_what_with_classes(school):
    row = make_class(school)
    student = make_student(school, row)
    other = make_school("Vale School")
    callers = {
        "office": software(make_manager(school, "Office"), school),
        "teacher": software(make_teacher(school, row), school),
        "student": software(account_for(student.person, Role.STUDENT), school),
        "reading key": key_holder(school, "classes:read"),
        "other school": software(make_admin(other), other),
        "nobody": nobody(),
    }
    seen = {
        who: [
            client.get(CLASSES).status_code,
            client.get(path_of(row)).status_code,
            client.get(path_of(row, "students/")).status_code,
            client.get("/api/v1/my-classes/").status_code,
            client.send(path_of(row), {"capacity": 30}, method="patch").status_code,
            client.send(path_of(row, "students/"), {"students": [str(student.pk)]}).status_code,
            client.send("/api/v1/rooms/", {"name": who}).status_code,
        ]
        for who, client in callers.items()
    }

    assert seen == {
        "office": [200, 200, 200, 200, 200, 409, 201],
        "teacher": [200, 200, 200, 200, 403, 403, 403],
        "student": [200, 200, 200, 403, 403, 403, 403],
        "reading key": [200, 200, 403, 200, 403, 403, 403],
        "other school": [200, 404, 404, 200, 404, 404, 201],
        "nobody": [401] * 7,
    }


def test_teachers_are_given_to_a_class_and_taken_from_it(school, admin):
    row, one, two = make_class(school), make_staff(school, name="Ada"), make_staff(school, name="Bob")
    path = path_of(row, "teachers/")

    lead = admin.send(path, {"staff": str(one.pk)})
    second = admin.send(path, {"staff": str(two.pk)})
    helper = admin.send(path, {"staff": str(two.pk), "role": "assistant"})
    unknown = admin.send(path, {"staff": str(row.pk)})
    ended = admin.send(f"{path}{lead.json()['id']}/?last_day=2026-12-01", method="delete")
    listed = admin.get(path).json()

    assert (lead.status_code, helper.status_code, unknown.status_code) == (201, 201, 422)
    assert (second.status_code, second.json()["code"]) == (409, "lead_taken")
    assert ended.status_code == 204
    assert [(t["name"], t["ends_on"]) for t in listed] == [("Ada", "2026-12-01"), ("Bob", None)]
    assert admin.send(f"{path}{row.pk}/", method="delete").status_code == 404


def test_statistics_count_classes_students_and_seats_per_grade(school, admin):
    with in_school(school):
        seven = Grade.objects.get(code="7").pk
    form, maths = make_class(school, grades=[seven], capacity=30), make_teaching_class(school, capacity=20)
    make_student(school, form, maths)
    teacher = make_staff(school)
    admin.send(path_of(maths, "teachers/"), {"staff": str(teacher.pk)})

    everything = admin.get(f"{CLASSES}statistics/").json()
    own = admin.get(f"{CLASSES}statistics/?teacher={teacher.pk}").json()

    assert everything["total"] == {"classes": 2, "students": 1, "seats": 50}
    assert [(g["grade"]["code"], g["seats"]) for g in everything["grades"]] == [("7", 30)]
    assert own == {"total": {"classes": 1, "students": 1, "seats": 20}, "grades": []}


@pytest.mark.parametrize(
    ("path", "body", "shown"),
    [
        ("academic-years/", {"name": "2026/27", "starts": "2026-09-01", "ends": "2027-07-20"}, "weekdays"),
        ("grades/", {"code": "R", "name": "Reception", "position": 0}, "final"),
        ("subjects/", {"code": "MA", "name": "Mathematics"}, "active"),
        ("rooms/", {"name": "R1", "capacity": 30}, "capacity"),
    ],
)
def test_what_a_school_is_made_of_is_added_once_and_listed(school, admin, path, body, shown):
    made = admin.send(f"/api/v1/{path}", body)
    again = admin.send(f"/api/v1/{path}", body)
    listed = admin.get(f"/api/v1/{path}?count=true").json()

    assert (made.status_code, again.status_code) == (201, 409)
    assert made.json() in listed["items"]
    assert shown in made.json()
    assert listed["total"] == len(listed["items"])


def test_terms_and_closed_days_lie_in_a_year(school, admin):
    year = make_year(school)
    term = {"year_id": str(year.pk), "name": "Autumn", "starts": "2026-09-01", "ends": "2026-12-18"}
    outside = admin.send("/api/v1/terms/", term | {"ends": "2028-01-01"})
    made = admin.send("/api/v1/terms/", term)
    closed = admin.send("/api/v1/closed-days/", {"starts": "2026-10-26", "ends": "2026-10-30", "name": "Half term"})
    again = admin.send("/api/v1/closed-days/", {"starts": "2026-10-30", "ends": "2026-10-30", "name": "Half term"})
    listed = admin.get("/api/v1/closed-days/").json()["items"]
    opened = admin.send(f"/api/v1/closed-days/{listed[0]['id']}/", method="delete")

    assert (outside.status_code, made.status_code) == (422, 201)
    assert admin.get("/api/v1/terms/").json()["items"] == [made.json()]
    assert (closed.json(), again.json()) == ({"closed": 5}, {"closed": 0})
    assert (listed[0]["on"], opened.status_code) == ("2026-10-30", 204)
    assert len(admin.get("/api/v1/closed-days/").json()["items"]) == 4


def test_the_version_of_a_class_guards_it(school, admin):
    row = make_class(school)
    tag = admin.get(path_of(row))["ETag"]
    make_student(school, row)

    stale = admin.send(path_of(row), {"capacity": 30}, method="patch", **{"If-Match": tag})
    anyway = admin.send(path_of(row), {"capacity": 30}, method="patch", **{"If-Match": "*"})

    assert (stale.status_code, stale.json()["present"]["size"]) == (412, 1)
    assert anyway.status_code == 200
