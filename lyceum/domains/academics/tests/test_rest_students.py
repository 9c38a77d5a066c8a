"""Students over REST, as software of the office, of teachers, of families and of other schools meets it."""

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Grade
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.people.models import Student
from lyceum.domains.people.rules.flags import add_flag
from lyceum.testing.clients import key_holder, nobody, software, statements_for
from lyceum.testing.factories import (
    NOW,
    account_for,
    in_school,
    make_admin,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
)

pytestmark = pytest.mark.django_db
STUDENTS = "/api/v1/students/"


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


def path_of(student, more=""):
    return f"{STUDENTS}{student.pk}/{more}"


def names(client, query=""):
    answer = client.get(STUDENTS + query)
    assert answer.status_code == 200, answer.content
    return [item["full_name"] for item in answer.json()["items"]]


def test_a_student_is_made_with_number_enrolment_grade_and_class(school, admin):
    form = make_class(school)
    body = {
        "first_name": "Ana",
        "last_name": "Silva",
        "email": "Ana@X.org",
        "phone": "+44 20 7946 0018",
        "gender": "f",
        "birth_date": "2014-05-01",
        "admission_date": "2026-09-01",
        "grade": "7",
        "class": str(form.pk),
    }

    answer = admin.send(STUDENTS, body)
    shown = answer.json()

    assert (answer.status_code, answer["Location"]) == (201, f"{STUDENTS}{shown['id']}/")
    assert (shown["kind"], shown["registration_number"], shown["full_name"]) == ("student", "2026-00001", "Ana Silva")
    assert (shown["email"], shown["phone"], shown["birth_date"]) == ("ana@x.org", "+442079460018", "2014-05-01")
    assert (shown["enrolment_status"], shown["admission_date"]) == ("on_roll", "2026-09-01")
    assert (shown["grade"]["code"], shown["class"]) == ("7", {"id": str(form.pk), "name": "7A"})
    assert [e["first_day"] for e in shown["enrolments"]] == ["2026-09-01"]
    assert admin.get(answer["Location"]).json() == shown


@pytest.mark.parametrize("name", ["محمد", "Sukarno", "Zoe\u0301 Müller"])
def test_names_of_every_script_go_in_and_come_out_and_are_found(school, admin, name):
    made = admin.send(STUDENTS, {"full_name": name}).json()
    found = admin.get(STUDENTS, {"q": name}).json()["items"]

    assert [item["id"] for item in found] == [made["id"]]
    assert len(made["full_name"]) <= len(name)
    assert (made["first_name"], made["last_name"]) == ("", "")


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ({}, 422, "invalid", "/full_name"),
        ({"full_name": "A", "age": 7}, 422, "invalid", "/age"),
        ({"full_name": "A", "birth_date": "1/2/2014"}, 422, "invalid", "/birth_date"),
        ({"full_name": "A", "email": "a@"}, 422, "invalid", "/email"),
        ({"full_name": "A", "grade": "99"}, 422, "invalid", "/grade"),
        ({"full_name": "A", "grade": "7"}, 422, "invalid", "/admission_date"),  # placed from no day on
        ({"full_name": "A", "enrolment_status": "on_roll"}, 422, "invalid", "/enrolment_status"),
        ({"full_name": "x" * 201}, 422, "invalid", "/full_name"),
    ],
)
def test_a_student_who_makes_no_sense_is_refused(school, admin, body, status, code, pointer):
    answer = admin.send(STUDENTS, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["pointer"] == pointer
    with in_school(school):
        assert not Student.objects.exists()


def test_a_taken_number_and_a_known_official_id_are_409(school, admin):
    admin.send(STUDENTS, {"full_name": "Ana", "registration_number": "K-1", "official_ids": {"upn": "A1"}})

    taken = admin.send(STUDENTS, {"full_name": "Bo", "registration_number": "K-1"})
    known = admin.send(STUDENTS, {"full_name": "Bo", "official_ids": {"upn": "A1"}})

    assert (taken.status_code, taken.json()["code"]) == (409, "registration_number_taken")
    assert taken.json()["next_free"] == "2026-00001"
    assert (known.status_code, known.json()["code"]) == (409, "possible_duplicate")
    assert known.json()["candidates"][0]["name"] == "Ana"


def test_the_list_is_chosen_by_text_grade_class_status_and_day(school, admin):
    with in_school(school):
        seven = Grade.objects.get(code="7")
    form = make_class(school, grades=[seven.pk])
    admin.send(
        STUDENTS, {"full_name": "Ana", "admission_date": "2026-09-01", "class": str(form.pk), "email": "a@x.org"}
    )
    admin.send(STUDENTS, {"full_name": "Bo", "admission_date": "2027-01-04"})
    admin.send(STUDENTS, {"full_name": "Cy"})
    make_student(make_school("Vale School"), name="Dee")

    assert names(admin) == ["Ana", "Bo", "Cy"]
    assert names(admin, "?q=anna") == ["Ana"]
    assert names(admin, "?grade=7") == names(admin, f"?grade={seven.pk}") == ["Ana"]
    assert names(admin, f"?class={form.pk}") == ["Ana"]
    assert names(admin, "?status=on_roll") == ["Ana"]
    assert names(admin, "?status=expected") == ["Bo"]
    assert names(admin, "?status=none") == ["Cy"]
    assert names(admin, "?status=on_roll&on=2027-01-04") == ["Ana", "Bo"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?sort=name", 400, "unknown_parameter"),
        ("?status=lost", 400, "malformed"),
        ("?limit=0", 400, "malformed"),
        ("?limit=201", 400, "malformed"),
        ("?cursor=abc", 400, "cursor_invalid"),
        ("?on=yesterday", 400, "malformed"),
        ("?class=7A", 400, "malformed"),
        ("?grade=99", 422, "invalid"),
    ],
)
def test_what_the_list_does_not_know_is_refused(admin, query, status, code):
    answer = admin.get(STUDENTS + query)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_walk_shows_everybody_once_also_those_of_one_name(school, admin):
    for name in ("Bo", "Ana", "Ana", "Cy", "Ana"):
        make_student(school, name=name)
    walked, cursor, first = [], "", admin.get(STUDENTS + "?limit=2&count=true").json()
    while cursor is not None:
        page = admin.get(STUDENTS, {"limit": 2, "cursor": cursor}).json()
        walked += page["items"]
        cursor = page["next"]

    assert first["total"] == 5
    assert [item["full_name"] for item in walked] == ["Ana", "Ana", "Ana", "Bo", "Cy"]
    assert len({item["id"] for item in walked}) == 5


def test_the_list_takes_the_same_statements_for_one_and_for_three(school, admin):
    form = make_class(school)
    make_guardian(make_student(school, form, name="Ana Smith", emails=("a@x.org",)))
    one = statements_for(admin, STUDENTS + "?q=smith&count=true")
    for name in ("Bo Smith", "Cy Smith"):
        make_guardian(make_student(school, form, name=name, emails=("b@x.org",)))

    assert one == statements_for(admin, STUDENTS + "?q=smith&count=true") <= 14


def test_reading_a_record_is_recorded(school, admin):
    student = make_student(school)

    admin.get(path_of(student))

    with in_school(school):
        assert AuditEntry.objects.get(action="people.student.view").target_id == str(student.pk)


def test_a_merge_changes_what_it_names_and_null_takes_away(school, admin):
    student = make_student(school, name="Ana Silva", gender="f", emails=("a@x.org",))

    shown = admin.send(
        path_of(student), {"gender": None, "email": None, "preferred_name": "Bee"}, method="patch"
    ).json()

    assert (shown["gender"], shown["email"], shown["preferred_name"]) == ("", "", "Bee")
    assert shown["full_name"] == "Ana Silva"


def test_a_replacement_refuses_missing_fields(school, admin):
    student = make_student(school, name="Ana Silva")
    whole = {
        "full_name": "Ana Souza",
        "first_name": "Ana",
        "last_name": "Souza",
        "preferred_name": "",
        "pronouns": "",
        "gender": "",
        "birth_date": None,
        "email": "",
        "phone": "",
    }

    assert admin.send(path_of(student), whole, method="put").json()["last_name"] == "Souza"
    for name in whole:
        rest = {k: v for k, v in whole.items() if k != name}
        answer = admin.send(path_of(student), rest, method="put")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")


@pytest.mark.parametrize("field", ["enrolment_status", "admission_date", "grade", "id", "class"])
def test_statuses_are_changed_by_their_acts(school, admin, field):
    answer = admin.send(path_of(make_student(school)), {field: "x"}, method="patch")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_field")


def test_the_version_of_a_record_guards_it(school, admin):
    student = make_student(school)
    read = admin.get(path_of(student))
    tag = {"If-Match": read["ETag"]}

    first = admin.send(path_of(student), {"preferred_name": "A"}, method="patch", **tag)
    second = admin.send(path_of(student), {"preferred_name": "B"}, method="patch", **tag)
    deleted = admin.send(path_of(student), method="delete", **tag)
    without = admin.send(path_of(student), {"preferred_name": "C"}, method="patch")
    again = admin.get(path_of(student), headers={"If-None-Match": without["ETag"]})

    assert (first.status_code, first["ETag"] != read["ETag"]) == (200, True)
    assert (second.status_code, deleted.status_code, without.status_code) == (412, 412, 200)
    assert (second.json()["present"]["preferred_name"], second.json()["etag"]) == ("A", first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_an_applicant_is_deleted_and_a_student_ever_on_roll_is_not(school, admin):
    applicant = admin.send(STUDENTS, {"full_name": "Ana"}).json()
    student = make_student(school)

    gone = admin.send(f"{STUDENTS}{applicant['id']}/", method="delete")
    kept = admin.send(path_of(student), method="delete")

    unseen = admin.get(f"{STUDENTS}{applicant['id']}/")
    listed = admin.get(f"{STUDENTS}?status=deleted").json()["items"]
    back = admin.send(f"{STUDENTS}{applicant['id']}/restore/")
    seen = admin.get(f"{STUDENTS}{applicant['id']}/")

    assert (gone.status_code, gone.content) == (204, b"")
    assert (unseen.status_code, [row["id"] for row in listed]) == (404, [applicant["id"]])
    assert (back.status_code, back.json()["full_name"], seen.status_code) == (200, "Ana", 200)
    assert (kept.status_code, kept.json()["code"], kept.json()["counts"]) == (409, "has_records", {"enrolments": 1})


def test_who_may_do_what_with_students(school):
    form = make_class(school)
    student = make_student(school, form)
    mother = account_for(make_guardian(student).guardian, Role.GUARDIAN)
    other = make_school("Vale School")
    callers = {
        "office": software(make_manager(school, "Office"), school),
        "head of year": software(make_manager(school, "Head of year"), school),
        "teacher": software(make_teacher(school, form), school),
        "mother": software(mother, school),
        "student": software(account_for(student.person, Role.STUDENT), school),
        "reading key": key_holder(school, "students:read"),
        "other school": software(make_admin(other), other),
        "nobody": nobody(),
    }
    seen = {
        who: [
            client.get(STUDENTS).status_code,
            client.get(path_of(student)).status_code,
            client.send(path_of(student), {"gender": "x"}, method="patch").status_code,
            client.send(STUDENTS, {"full_name": "New"}).status_code,
            client.send(path_of(student), method="delete").status_code,
        ]
        for who, client in callers.items()
    }

    assert seen == {
        "office": [200, 200, 200, 201, 409],
        "head of year": [200, 200, 403, 403, 403],
        "teacher": [403, 403, 403, 403, 403],
        # Those who may apply do so by the same operation: theirs is no whole application.
        "mother": [403, 403, 403, 422, 403],
        "student": [403, 403, 403, 422, 403],
        "reading key": [200, 200, 403, 403, 403],
        "other school": [200, 404, 404, 201, 404],
        "nobody": [401, 401, 401, 401, 401],
    }


def test_what_may_not_be_seen_of_a_student_is_null(school):
    make_guardian(make_student(school, emails=("a@x.org",)))
    keeper = software(make_manager(school, "Data protection"), school)

    shown = keeper.get(STUDENTS).json()["items"][0]

    assert (shown["email"], shown["phone"], shown["guardians"]) == (None, None, None)


def test_an_id_that_is_none_is_a_400(admin):
    assert admin.get(STUDENTS + "42/").status_code == 400


def test_a_student_leaves_and_comes_back(school, admin):
    form = make_class(school)
    student = make_student(school, form)

    left = admin.send(
        path_of(student, "leave/"), {"last_day": "2026-11-20", "exit": "transferred", "to_school": "Vale"}
    )
    overlap = admin.send(path_of(student, "enrolments/"), {"first_day": "2026-11-20"})
    back = admin.send(path_of(student, "enrolments/"), {"first_day": "2027-01-04", "entry": "returning", "grade": "7"})
    rows = admin.get(path_of(student, "enrolments/")).json()
    shown = admin.get(path_of(student)).json()

    assert (left.status_code, left.json()["last_day"], left.json()["exit"]) == (200, "2026-11-20", "transferred")
    assert (overlap.status_code, overlap.json()["code"]) == (409, "enrolment_overlaps")
    assert (back.status_code, [row["entry"] for row in rows]) == (201, ["returning", "new"])
    assert (shown["enrolment_status"], admin.get(f"{STUDENTS}?grade=7&on=2027-01-04").json()["items"][0]["id"]) == (
        "on_roll",
        str(student.pk),
    )


def test_an_enrolment_is_changed_and_opened_again(school, admin):
    student = make_student(school, make_class(school))
    row = admin.get(path_of(student, "enrolments/")).json()[0]
    path = f"/api/v1/enrolments/{row['id']}/"

    ended = admin.send(path, {"last_day": "2026-12-18", "exit": "withdrawn"}, method="patch").json()
    opened = admin.send(path, {"last_day": None}, method="patch").json()
    stranger = make_school("Vale School")
    theirs = software(make_admin(stranger), stranger).send(path, {"last_day": None}, method="patch")

    assert (ended["last_day"], ended["exit"]) == ("2026-12-18", "withdrawn")
    assert (opened["last_day"], opened["exit"]) == (None, "")
    assert theirs.status_code == 404


def test_a_student_moves_to_another_form(school, admin):
    one, two = make_class(school, "7A"), make_class(school, "7B")
    student = make_student(school, one)

    moved = admin.send(path_of(student, "move/"), {"to_class": str(two.pk), "on": "2026-11-23"})
    again = admin.send(path_of(student, "move/"), {"to_class": str(two.pk), "from_class": str(one.pk)})

    assert (moved.status_code, moved.json()["class"]["name"], moved.json()["starts_on"]) == (200, "7B", "2026-11-23")
    assert again.status_code == 409  # on the 23rd the student is in the other form already
    assert again.json()["code"] == "membership_overlaps"


def test_a_grade_changes_from_a_day_on(school, admin):
    make_class(school)
    student = make_student(school)
    for grade, day in (("7", "2026-09-01"), ("8", "2026-11-20")):
        assert admin.send(path_of(student, "place/"), {"grade": grade, "on": day}).json()["grade"]["code"] == grade

    assert names(admin, "?grade=7&on=2026-11-19") == names(admin, "?grade=8") == [student.person.full_name]


def test_guardians_are_added_and_shown_in_order(school, admin):
    student = make_student(school)
    body = {
        "relationship": "mother",
        "person": {"full_name": "Amy", "phone": "07700 900111", "email": "amy@x.org"},
        "parental_responsibility": "yes",
        "portal": "full",
        "channels": ["email"],
    }

    made = admin.send(path_of(student, "guardians/"), body)
    without = admin.send(path_of(student, "guardians/"), {"person": {"full_name": "Gus"}, "portal": "full"})
    other = admin.send(
        "/api/v1/guardians/", {"student": str(student.pk), "person": {"full_name": "Ida"}, "relationship": "aunt"}
    )
    rows = admin.get(path_of(student, "guardians/")).json()
    whole = admin.get(path_of(student)).json()["guardians"]

    assert (made.status_code, made.json()["phone"], made.json()["portal"]) == (201, "07700900111", "full")
    assert (without.status_code, without.json()["code"]) == (422, "portal_needs_responsibility")
    assert other.status_code == 201
    assert [(g["contact_order"], g["full_name"]) for g in rows] == [(1, "Amy"), (2, "Ida")]
    assert whole == rows


def test_flags_are_for_those_who_teach_the_student_and_the_family(school, admin):
    form = make_class(school)
    student = make_student(school, form)
    made = admin.send(path_of(student, "flags/"), {"kind": "allergy", "text": "Nuts", "what_to_do": "EpiPen"})
    with in_school(school):
        add_flag(
            student.pk, kind="diet", text="Old", ends_on=NOW.date(), starts_on=NOW.date(), actor=system_actor(school.pk)
        )
    teacher, stranger = software(make_teacher(school, form), school), software(make_teacher(school), school)

    assert (made.status_code, made.json()["text"]) == (201, "Nuts")
    assert [flag["kind"] for flag in teacher.get(path_of(student, "flags/")).json()] == ["allergy", "diet"]
    assert stranger.get(path_of(student, "flags/")).status_code == 404
    assert teacher.send(path_of(student, "flags/"), {"kind": "diet", "text": "X"}).status_code == 403


def test_ones_own_record_is_read_and_changed_and_the_rest_asked_for(school):
    student = make_student(school, name="Ana Silva", emails=("a@x.org",))
    pupil = software(account_for(student.person, Role.STUDENT), school)
    admin = software(make_admin(school), school)

    shown = pupil.get(STUDENTS + "me/").json()
    changed = pupil.send(STUDENTS + "me/", {"phone": "07700 900111", "last_name": "Souza"}, method="patch")
    asked = admin.get("/api/v1/change-requests/").json()["items"]
    applied = admin.send(f"/api/v1/change-requests/{asked[0]['id']}/apply/")

    assert (shown["id"], shown["email"]) == (str(student.pk), "a@x.org")
    assert (changed.status_code, changed.json()["phone"]) == (200, "07700900111")
    assert changed.json()["change_request"]["fields"] == ["last_name"]
    assert asked[0]["fields"] == [{"name": "last_name", "old": "", "new": "Souza"}]
    assert (applied.status_code, applied.json()["state"]) == (200, "applied")
    assert pupil.get(STUDENTS + "me/").json()["last_name"] == "Souza"
    assert admin.get(STUDENTS + "me/").status_code == 404
