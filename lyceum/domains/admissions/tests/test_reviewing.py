"""Who is named to a step sees who is at it and says how it went; of the rest, and of a blind one's person, nothing."""

from datetime import timedelta
from io import BytesIO

import pytest

from lyceum.core import clock
from lyceum.domains.admissions.models import SelectionStep
from lyceum.domains.admissions.rules.steps import hand_in_document, set_step
from lyceum.domains.people.queries import find_staff_of_user
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import in_school, make_school, make_teacher
from lyceum.testing.pages import text_of

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture
def teacher(office):
    return make_teacher(office.school, name="Tess Teacher")


def reviewed(office, teacher, **intake):
    """A year group with an interview, to which the teacher is named by the office, and a test."""
    found = office.year_group(steps=("Interview", "Test"), documents=[{"type": "Passport"}], **intake)
    with in_school(office.school):
        step = SelectionStep.objects.get(intake=found, step_name="Interview")
        staff = find_staff_of_user(teacher.pk)
    answer = office.software(office.admin).send(
        f"/api/v1/selection-steps/{step.pk}/", {"reviewers": [str(staff.pk)]}, method="patch"
    )
    assert answer.json()["reviewers"] == [str(staff.pk)]
    return found


def test_a_reviewer_sees_and_sets_the_step_they_are_named_to_and_no_other(office, teacher):
    named, other = office.child(reviewed(office, teacher)), office.child(office.year_group(name="Year 2"))
    client, page = office.software(teacher), browser(teacher, office.school)
    with in_school(office.school):
        steps = {each.step_name: each.pk for each in named.steps.all()}
    at = f"/api/v1/applications/{named.pk}/"

    seen = client.get(at).json()
    listed = text_of(page.get("/applications/"))
    wrong = client.send(f"{at}steps/{steps['Test']}/", {"status": "completed"}, method="patch")
    done = page.post(f"/applications/{named.pk}/", {
        "act": "step", "row": str(steps["Interview"]), "status": "completed", "internal_note": "Curious and kind.",
    })  # fmt: skip

    assert [each["step_name"] for each in seen["steps"]] == ["Interview"]
    assert (seen["guardians"], seen["score"], seen["internal_note"], seen["full_name"]) == ([], None, None, "Ana Lund")
    assert "Ana Lund" in listed
    assert "1 application has a step of yours" in text_of(page.get("/today/"))
    assert client.get(f"/api/v1/applications/{other.pk}/").status_code == 404
    assert (wrong.status_code, done.status_code) == (403, 302)
    with in_school(office.school):
        step = named.steps.get(step_name="Interview")
        assert (step.status, step.internal_note) == ("completed", "Curious and kind.")
    for act in ("approve", "withdraw", "start-review"):
        assert client.send(f"{at}{act}/", {}).status_code == 403
    assert "Curious" not in office.software(named.filled_in_by).get(at).content.decode()


def test_nobody_reviews_the_application_of_their_own_child(office, teacher):
    intake = reviewed(office, teacher)
    with in_school(office.school):
        own = office.child(intake)
        own.filled_in_by = teacher
        own.save()
        step = own.steps.get(step_name="Interview")
    client = office.software(teacher)

    assert client.get(f"/api/v1/applications/{own.pk}/").json()["steps"][0]["internal_note"] is None
    answer = client.send(f"/api/v1/applications/{own.pk}/steps/{step.pk}/", {"status": "completed"}, method="patch")
    assert answer.status_code == 403


def test_a_blind_reviewer_reads_number_and_answers_on_no_door_the_person(office, teacher):
    application = office.child(reviewed(office, teacher, blind_review=True))
    with in_school(office.school):
        paper = application.documents.get()
        family = office.actor(application.filled_in_by)
        hand_in_document(application.pk, paper.pk, file=BytesIO(PDF), name="ana-lund.pdf", actor=family)
        step = application.steps.get(step_name="Interview")
        tomorrow = clock.now() + timedelta(days=1)
        set_step(application.pk, step.pk, values={"appointment": tomorrow}, actor=office.actor(office.admin))
    client, page, at = office.software(teacher), browser(teacher, office.school), f"applications/{application.pk}/"
    query = "{ applications(first: 5) { edges { node { name registrationNumber } } } }"

    shown = [
        client.get(f"/api/v1/{at}"),
        client.get("/api/v1/applications/"),
        client.send("/graphql", {"query": query}),
        page.get("/applications/"),
        page.get(f"/{at}"),
        page.get("/applications/interviews.ics"),
        page.get("/calendar/"),
    ]

    number = application.student.registration_number
    for answer in shown:
        text = answer.content.decode()
        assert (answer.status_code, number in text) == (200, True), text[:300]
        assert not any(word in text for word in ("Lund", "2015-05-01", "mo@example.org", "ana-lund"))
    assert client.get(f"/api/v1/{at}documents/{paper.pk}/file/").status_code == 404
    assert client.get("/api/v1/applications/?q=Lund").json()["items"] == []
    pdf = client.get(f"/api/v1/{at}pdf/")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


def test_a_reviewers_list_takes_as_many_statements_for_one_as_for_three(office, teacher):
    intake, page = reviewed(office, teacher), browser(teacher, office.school)
    office.child(intake)
    once = statements_for(page, "/applications/")
    for name in ("Bo", "Cy"):
        office.child(intake, first_name=name)

    assert statements_for(page, "/applications/") == once


def test_only_staff_of_the_school_are_named(office, teacher):
    elsewhere = make_teacher(make_school("Dale School"), name="Other Teacher")
    intake = reviewed(office, teacher)
    with in_school(office.school):
        step = SelectionStep.objects.get(intake=intake, step_name="Test")

    answer = office.software(office.admin).send(
        f"/api/v1/selection-steps/{step.pk}/", {"reviewers": [str(elsewhere.pk)]}, method="patch"
    )

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reviewers")
