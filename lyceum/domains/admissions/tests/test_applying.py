"""Applying: one call, one transaction, one number; and every refusal by its code."""

from datetime import date, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.forms import create_form
from lyceum.domains.admissions.rules.intakes import create_intake, create_step, edit_intake, publish_intake
from lyceum.domains.admissions.tests.conftest import later
from lyceum.domains.learning.models import Course
from lyceum.domains.notifications.models import Delivery
from lyceum.domains.people.models import Student
from lyceum.testing.clients import bearer, key_holder, software, statements_for, stranger
from lyceum.testing.factories import add_role, in_school, make_school, make_teacher, make_user

STUDENTS = "/api/v1/students/"
STATUS = "/api/v1/students/me/application-status/"


def body(office, **more):
    return {"birth_date": "1990-05-01", "courses": [str(office.course.pk)], **more}


def test_one_call_makes_person_number_application_steps_documents_and_mail(office):
    actor = system_actor(office.school.pk)
    with in_school(office.school):
        create_step(office.general.pk, values={"step_name": "Interview", "days_to_do": 14}, actor=actor)
        edit_intake(office.general.pk, values={"documents": [{"type": "Passport", "required": True}]}, actor=actor)

    answer = office.software(office.applicant).send(STUDENTS, body(office, phone="+46 70 123 45 67"))

    got = answer.json()
    assert answer.status_code == 201
    assert (got["kind"], got["status"], got["registration_number"]) == ("application", "submitted", "2026-00001")
    assert (got["first_name"], got["full_name"]) == ("Ana Lund", "Ana Lund")  # from the account: not typed again
    (step,) = got["steps"]
    assert (step["step_name"], step["status"], step["due_on"]) == ("Interview", "pending", "2026-12-04")
    assert [(d["type"], d["status"]) for d in got["documents"]] == [("Passport", "requested")]
    with in_school(office.school):
        student = Student.objects.get(pk=got["student_id"])
        mails = list(Delivery.objects.values_list("address", "subject"))
        assert (student.person.user_id, student.enrolments.count()) == (office.applicant.pk, 0)
    assert mails == [("ana@example.org", "We have your application")]


def test_an_applicant_reads_their_record_with_its_application_and_status(office):
    client = office.software(office.applicant)
    before = client.get(STATUS).json()
    client.send(STUDENTS, body(office))

    record, status = client.get(f"{STUDENTS}me/").json(), client.get(STATUS).json()
    listed = office.software(office.admin).get(f"{STUDENTS}?status=none").json()["items"]

    assert (before["status"], before["next_act"]["key"], before["registration_number"]) == ("none", "apply", None)
    assert (record["enrolment_status"], record["application"]["status"]) == ("none", "submitted")
    assert (status["status"], status["registration_number"], status["decision"]) == ("submitted", "2026-00001", None)
    assert [row["application"]["intake"] for row in listed] == ["General"]


def test_sending_the_same_again_is_refused_with_the_first(office):
    client = office.software(office.applicant)
    first = client.send(STUDENTS, body(office)).json()

    again = client.send(STUDENTS, body(office))

    assert (again.status_code, again.json()["code"]) == (409, "already_applied")
    assert again.json()["application"] == first["id"]


def test_an_unverified_address_keeps_the_whole_application_until_it_is_verified(office):
    new = {"email": "bo@example.org", "password": "seven green tall horses", "first_name": "Bo"}
    tokens = stranger(office.school).send("/api/v1/register/", new).json()
    client = bearer(tokens["access"])
    kept = client.send(STUDENTS, body(office))
    with in_school(office.school):
        link = Delivery.objects.get(address="bo@example.org").link
        numbers = Student.objects.count()
    stranger(office.school).post(link)
    sent = client.get(STATUS).json()

    assert (kept.status_code, kept.json()["status"], kept.json()["awaiting"]) == (201, "draft", "email")
    assert (kept.json()["student_id"], numbers) == (None, 0)
    assert (sent["status"], sent["registration_number"]) == ("submitted", "2026-00001")


@pytest.mark.parametrize("who", ["admin", "office", "teacher"])
@pytest.mark.parametrize("field", ["courses", "intake", "answers"])
def test_staff_do_not_apply(office, who, field):
    user = {"admin": office.admin, "office": office.office}.get(who) or make_teacher(office.school)
    value = {"courses": [str(office.course.pk)], "intake": str(office.course.pk), "answers": {"a": "b"}}[field]

    answer = office.software(user).send(STUDENTS, {"full_name": "Ana", field: value})

    assert (answer.status_code, answer.json()["code"]) == (403, "use_applications")


def test_a_plain_student_from_the_office_is_still_made_and_from_a_teacher_is_not(office):
    made = office.software(office.admin).send(STUDENTS, {"full_name": "Ana"})
    refused = office.software(make_teacher(office.school)).send(STUDENTS, {"full_name": "Ana"})

    assert (made.status_code, made.json()["kind"]) == (201, "student")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


def test_who_applies_and_works_in_the_office_too_uses_applications(office):
    add_role(office.admin, office.school, Role.APPLICANT)

    answer = office.software(office.admin).send(STUDENTS, body(office))

    assert (answer.status_code, answer.json()["code"]) == (403, "use_applications")


def test_strangers_and_keys_do_not_apply(office):
    key = key_holder(office.school, "admissions:write", "students:read")

    assert stranger(office.school).send(STUDENTS, body(office)).status_code == 401
    assert key.send(STUDENTS, body(office)).status_code == 403


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"birth_date": None}, 422, "invalid", "/birth_date"),
        ({"birth_date": "2027-01-01"}, 422, "invalid", "/birth_date"),  # not born yet
        ({"birth_date": "2015-05-01"}, 403, "guardian_must_apply", None),
        ({"birth_date": "2009-05-01"}, 422, "guardian_required", "/guardians"),  # 17: applies, with a guardian
        ({"courses": []}, 422, "invalid", "/courses"),
        ({"courses": ["01a00000-0000-7000-8000-000000000001"]}, 422, "invalid", "/courses"),
        ({"intake": "01a00000-0000-7000-8000-000000000001"}, 404, "not_found", None),
        ({"email": "nobody"}, 422, "invalid", "/email"),
        ({"answers": {"a": "b"}}, 422, "invalid", "/answers/a"),
        ({"registration_number": "1"}, 422, "read_only_field", "/registration_number"),
        ({"for_self": False, "first_name": "Cy", "birth_date": "2015-05-01", "guardians": [{"first_name": "Mo"}]}, 422,
         "guardian_required", "/guardians"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_by_its_code(office, change, status, code, pointer):
    answer = office.software(office.applicant).send(STUDENTS, body(office, **change))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert pointer is None or pointer in [each["pointer"] for each in answer.json()["errors"]]
    with in_school(office.school):
        assert Student.objects.count() == 0


def test_a_course_that_another_intake_names_is_applied_for_there_and_only_while_it_is_open(office):
    with in_school(office.school):
        values = {"courses": [office.course.pk], "opens_at": clock.now() + timedelta(days=10)}
        intake = create_intake(kind="course", name="Spring", values=values, actor=system_actor(office.school.pk))
        publish_intake(intake.pk, actor=system_actor(office.school.pk))
    client = office.software(office.applicant)

    early = client.send(STUDENTS, body(office))
    general = client.send(STUDENTS, body(office, intake=str(office_general(office))))
    with later(days=11):
        sent = office.software(office.applicant).send(STUDENTS, body(office))

    assert (early.status_code, early.json()["code"], early.json()["opens_at"][:10]) == (
        409, "no_open_intake", "2026-11-30",
    )  # fmt: skip
    assert (general.status_code, general.json()["code"]) == (422, "invalid")
    assert (sent.status_code, sent.json()["intake"]["name"]) == (201, "Spring")


def office_general(office):
    with in_school(office.school):
        return office.general.pk


def test_several_open_intakes_are_listed(office):
    year_group = office.year_group()

    answer = office.software(office.applicant).send(STUDENTS, {"birth_date": "1990-05-01"})

    assert (answer.status_code, answer.json()["code"]) == (422, "intake_required")
    assert {each["name"] for each in answer.json()["intakes"]} == {"General", year_group.name}


def test_the_age_counts_on_the_day_of_the_intake(office):
    intake = office.year_group(age_from=6, age_to=7, reference_date=date(2027, 9, 1))
    client = office.software(office.applicant)
    child = {"intake": str(intake.pk), "for_self": False, "guardians": [{"first_name": "Mo", "email": "mo@x.org"}]}

    old = client.send(STUDENTS, child | {"first_name": "Cy", "birth_date": "2019-08-31"})
    fits = client.send(STUDENTS, child | {"first_name": "Di", "birth_date": "2019-09-02"})

    assert (old.status_code, old.json()["code"]) == (422, "outside_age_band")
    assert (old.json()["age"], old.json()["on"]) == (8, "2027-09-01")
    assert fits.status_code == 201


def test_whoever_applies_for_a_child_and_names_nobody_is_the_guardian(office):
    intake = office.year_group()
    client = office.software(office.applicant)

    got = client.send(
        STUDENTS, {"intake": str(intake.pk), "for_self": False, "first_name": "Di", "birth_date": "2019-09-02"}
    ).json()

    assert [(g["first_name"], g["email"]) for g in got["guardians"]] == [("Ana Lund", "ana@example.org")]
    with in_school(office.school):
        assert Student.objects.get().person.user_id is None


def test_a_second_application_and_a_return_keep_the_number(office):
    client = office.software(office.applicant)
    first = client.send(STUDENTS, body(office)).json()
    client.send(f"/api/v1/applications/{first['id']}/withdraw/", {})
    other = office.newcomer()

    back = client.send(STUDENTS, body(office)).json()
    somebody = office.software(other).send(STUDENTS, body(office)).json()

    assert back["registration_number"] == first["registration_number"] == "2026-00001"
    assert back["student_id"] == first["student_id"]
    assert somebody["registration_number"] == "2026-00002"  # a withdrawn one is never given again


def test_a_draft_keeps_each_section_and_is_sent_with_what_was_left(office):
    with in_school(office.school):
        schema = {"sections": [{"title": "About", "fields": [{"key": "why", "label": "Why?", "required": True}]}]}
        form = create_form(name="Why", schema=schema, actor=system_actor(office.school.pk))
        edit_intake(office.general.pk, values={"form": form.pk}, actor=system_actor(office.school.pk))
    client = office.software(office.applicant)
    draft = client.send("/api/v1/applications/", {"courses": [str(office.course.pk)]}).json()
    at = f"/api/v1/applications/{draft['id']}/"

    early = client.send(f"{at}submit/", {})
    client.send(at, {"birth_date": "1990-05-01"}, method="patch")
    client.send(at, {"answers": {"why": " To   learn "}}, method="patch")
    kept = client.get(at).json()
    sent = client.send(f"{at}submit/", {})
    locked = client.send(at, {"answers": {"why": "x"}}, method="patch")

    assert {e["pointer"] for e in early.json()["errors"]} == {"/birth_date", "/answers/why"}
    assert (kept["status"], kept["birth_date"], kept["answers"]) == ("draft", "1990-05-01", {"why": "To learn"})
    assert (sent.status_code, sent.json()["status"]) == (200, "submitted")
    assert (locked.status_code, locked.json()["code"]) == (422, "read_only_field")


def test_the_office_enters_an_application_for_a_family(office):
    client = office.software(office.office)
    draft = client.send("/api/v1/applications/", body(office, first_name="Cy", email="cy@example.org")).json()

    sent = client.send(f"/api/v1/applications/{draft['id']}/submit/", {}).json()

    assert (sent["status"], sent["first_name"], sent["for_self"]) == ("submitted", "Cy", False)
    with in_school(office.school):
        assert list(Delivery.objects.values_list("address", flat=True)) == ["cy@example.org"]


def test_nobody_sees_or_changes_an_application_of_somebody_else_or_of_another_school(office):
    application = office.apply(office.applicant)
    other_school = make_school("Dale School")
    strangers = (office.newcomer(), make_user(other_school, Role.SCHOOL_ADMIN))
    at = f"/api/v1/applications/{application.pk}/"

    for user, school in ((strangers[0], office.school), (strangers[1], other_school)):
        client = software(user, school)
        assert client.get(at).status_code == 404
        assert client.send(f"{at}withdraw/", {}).status_code == 404
        assert client.get("/api/v1/applications/").json()["items"] == []
    assert office.software(strangers[0]).send(f"{at}approve/", {}).status_code == 403
    assert office.status(application) == "submitted"


def test_a_list_takes_as_many_statements_for_three_applications_as_for_one(office):
    intake = office.year_group(steps=("Interview",))
    office.child(intake, first_name="Di")
    client = office.software(office.admin)
    one = statements_for(client, "/api/v1/applications/")
    for name in ("Ed", "Fi"):
        office.child(intake, first_name=name)

    assert statements_for(client, "/api/v1/applications/") == one
    assert len(client.get("/api/v1/applications/").json()["items"]) == 3


def test_a_course_of_another_school_is_no_course(office):
    other = make_school("Dale School")
    with in_school(other):
        course = Course.objects.create(name="Other", slug="other", status="published")

    answer = office.software(office.applicant).send(STUDENTS, body(office, courses=[str(course.pk)]))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    with in_school(office.school):
        assert not Application.objects.exists()
