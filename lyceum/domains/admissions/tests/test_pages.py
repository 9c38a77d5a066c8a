"""The pages: from what is open to a sent application, and from the list to a student, by forms alone."""

import re
from io import BytesIO

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.deciding import approve
from lyceum.domains.admissions.rules.forms import create_form
from lyceum.domains.admissions.rules.intakes import edit_intake
from lyceum.domains.admissions.rules.verdicts import Verdict
from lyceum.domains.admissions.tests.conftest import MOTHER
from lyceum.domains.notifications.models import Delivery
from lyceum.domains.tenancy.models import School, SchoolHost
from lyceum.testing.clients import browser, nobody, statements_for, stranger
from lyceum.testing.factories import in_school, make_school
from lyceum.testing.pages import rows, text_of

PASSWORD = "seven green tall horses"
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def pages(office, user):
    return browser(user, office.school)


def test_a_stranger_comes_from_what_is_open_to_a_sent_application_in_five_pages(office):
    """Apply, register, who, what for, check: with the school's home it is six."""
    client = stranger(office.school)
    with in_school(office.school):
        intake = office.general

    start = client.get("/apply/")
    to_account = client.get(f"/apply/for/{intake.pk}/")
    new = {"first_name": "Bo", "last_name": "Berg", "email": "bo@example.org", "password": PASSWORD}
    entered = client.post("/register/", new | {"next": f"/apply/for/{intake.pk}/"})
    who = client.get(entered["Location"])
    what = client.post(entered["Location"], {"for_self": "1", "birth_date": "1990-05-01"})
    check = client.post(what["Location"], {"course": str(office.course.pk)})
    sent = client.post(check["Location"], {"act": "send"})
    after = client.get(sent["Location"])

    assert f'href="/apply/for/{intake.pk}/"' in start.content.decode()
    assert to_account["Location"] == f"/register/?next=/apply/for/{intake.pk}/"
    assert "Who wants the place?" in text_of(who)
    assert re.fullmatch(r"/apply/[0-9a-f-]+/choices/", what["Location"])
    assert re.fullmatch(r"/apply/[0-9a-f-]+/check/", check["Location"])
    assert "It is sent as soon as you follow the link" in text_of(after)
    with in_school(office.school):
        link = Delivery.objects.get(address="bo@example.org").link
    client.post(link)
    assert "Submitted" in text_of(client.get(sent["Location"]))


def test_each_page_is_kept_as_it_is_left_and_going_back_loses_nothing(office):
    with in_school(office.school):
        schema = {"sections": [{"title": "A", "fields": [
            {"key": "why", "label": "Why this school?", "type": "long_text", "required": True},
            {"key": "near", "label": "Do you live near?", "type": "yes_no"},
        ]}]}  # fmt: skip
        actor = system_actor(office.school.pk)
        form = create_form(name="Why", schema=schema, actor=actor)
        intake = office.year_group(form=form.pk)
        edit_intake(intake.pk, values={"age_from": 5}, actor=actor)
    client = pages(office, office.applicant)
    begun = client.post(f"/apply/for/{intake.pk}/", {"for_self": "0", "first_name": "Di", "birth_date": "2019-09-02"})
    family = begun["Location"]

    shown = client.get(family).content.decode()
    after = client.post(family, {"first_name-0": "Mo", "email-0": "mo@example.org", "first_name-1": "Fa",
                                 "no_contact-1": "1"})  # fmt: skip
    back = client.get(family).content.decode()
    early = client.post(after["Location"].replace("choices", "check"), {"act": "send"})
    client.post(after["Location"], {"a-why": "It is near", "a-near": "yes"})
    resumed = client.get(family.replace("family/", ""))
    check = text_of(client.get(resumed["Location"]))

    assert 'value="Ana Lund"' in shown  # whoever applies stands there already
    assert family.endswith("/family/")
    assert 'value="mo@example.org"' in back
    assert early.status_code == 422
    assert f'<a href="{after["Location"]}">' in early.content.decode()  # the way to what is missing
    assert resumed["Location"].endswith("/check/")
    assert ("It is near" in check, "no contact" in check) == (True, True)


def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(office):
    with in_school(office.school):
        intake = office.general
    client = pages(office, office.applicant)

    answer = client.post(f"/apply/for/{intake.pk}/", {"for_self": "1", "email": "nobody", "birth_date": "1990-13-01"})

    assert answer.status_code == 422
    assert 'id="birth_date-error"' in answer.content.decode()
    assert 'value="nobody"' in answer.content.decode()
    with in_school(office.school):
        assert not Application.objects.exists()


def test_the_office_goes_from_the_list_to_a_student(office):
    intake = office.year_group(documents=[{"type": "Passport", "required": True}], steps=("Interview",))
    family = office.newcomer()
    application = office.child(intake, family, review=False)
    at = f"/applications/{application.pk}/"
    client, home = pages(office, office.office), pages(office, family)
    with in_school(office.school):
        document, step = application.documents.get(), application.steps.get()

    listed = client.get("/applications/?status=submitted")
    file = BytesIO(PDF)
    file.name = "passport.pdf"
    handed_in = home.post(at, {"act": "hand-in", "row": str(document.pk), "file": file})
    client.post(at, {"act": "start-review"})
    refused = client.post(at, {"act": "approve"})
    client.post(at, {"act": "step", "row": str(step.pk), "status": "completed", "internal_note": "SECRET"})
    client.post(at, {"act": "document", "row": str(document.pk), "status": "verified"})
    client.post(at, {"act": "approve", "message": "Come and see us"})
    offered = home.get(at)
    home.post(at, {"act": "accept"})
    plan = client.get(f"{at}admit/")
    admitted = client.post(f"{at}admit/", {"start_on": "2027-09-01"})

    assert "Ana Lund" in listed.content.decode()
    assert (handed_in.status_code, refused.status_code) == (302, 409)
    assert "Open: Interview" in text_of(refused)
    assert "A place is offered to you" in text_of(offered)
    assert "Come and see us" in text_of(offered)
    assert "SECRET" not in offered.content.decode()
    assert "Where everything goes" in text_of(plan)
    assert (admitted.status_code, office.status(application)) == (302, "enrolled")
    kept = client.get(f"{at}documents/{document.pk}/")
    assert (kept["Content-Type"], "attachment" in kept["Content-Disposition"]) == ("application/pdf", True)
    assert pages(office, office.newcomer()).get(f"{at}documents/{document.pk}/").status_code == 404


def test_the_office_sees_possible_doubles_and_siblings_and_families_do_not(office):
    intake = office.year_group()
    office.child(intake, office.newcomer(), first_name="Di", guardians=[MOTHER])
    user = office.newcomer()
    application = office.child(intake, user, first_name="Ed", guardians=[MOTHER])

    office_page = text_of(pages(office, office.office).get(f"/applications/{application.pk}/"))
    own_page = text_of(pages(office, user).get(f"/applications/{application.pk}/"))

    assert "May be a brother or sister: Di Lund" in office_page
    assert "Di Lund" not in own_page


def test_many_are_approved_from_the_list_after_a_preview(office):
    intake = office.year_group(places=1)
    rows_of = [office.child(intake, office.newcomer(), first_name=name) for name in ("Di", "Ed")]
    client = pages(office, office.office)
    chosen = {"bulk": "approve", "row": [str(each.pk) for each in rows_of]}

    preview = client.post("/applications/", chosen)
    before = [office.status(each) for each in rows_of]
    client.post("/applications/", chosen | {"planned": "1", "confirmed": "1"})

    assert "Place offered" in text_of(preview)
    assert before == ["under_review", "under_review"]
    assert [office.status(each) for each in rows_of] == ["offered", "waitlisted"]


def test_an_intake_is_made_given_steps_and_published(office):
    client = pages(office, office.admin)
    made = client.post("/settings/intakes/", {"name": "Spring", "kind": "course"})
    at = made["Location"]

    early = client.post(at, {"act": "publish"})
    client.post(at, {"name": "Spring", "course": str(office.course.pk), "places": "12", "documents": "Passport\nReport",
                     "opens_at": "2026-11-01T09:00"})  # fmt: skip
    client.post(at, {"act": "step", "step_name": "Interview", "kind": "interview", "is_required": "1", "shown": "1"})
    client.post(at, {"act": "publish"})
    shown = text_of(client.get(at))

    assert early.status_code == 422
    assert ("Interview" in shown, "0 of 12 places" in shown, "open" in shown) == (True, True, True)
    assert "Spring" in text_of(stranger(office.school).get("/apply/"))


def test_the_list_takes_as_many_statements_for_three_rows_as_for_one(office):
    intake = office.year_group(steps=("Interview",))
    office.child(intake, first_name="Di")
    client = pages(office, office.office)
    one = statements_for(client, "/applications/")
    for name in ("Ed", "Fi"):
        application = office.child(intake, first_name=name)
    with in_school(office.school):
        approve(
            application.pk, verdict=Verdict(complete_open_steps=True, reason="Known"), actor=office.actor(office.office)
        )

    assert statements_for(client, "/applications/?status=under_review") == one
    assert len(rows(client.get("/applications/"))) == 3


def test_at_a_host_of_no_school_one_reads_which_schools_are_here_and_whom_to_ask(office, settings):
    settings.PUBLIC_URL = "https://lyceum.example"
    shut = make_school("Shut School")
    School.objects.filter(pk=shut.pk).update(status=School.Status.SUSPENDED)
    own = make_school("Own School")
    SchoolHost.objects.create(school=own, host="www.own.example", verified_at=clock.now())

    page = nobody().get("/apply/").content.decode()

    assert f'href="https://{office.school.slug}.lyceum.example/apply/"' in page
    assert 'href="https://www.own.example/apply/"' in page
    assert "Shut School" not in page
    settings.PUBLIC_URL = "http://192.168.1.5:8000"
    assert "192.168" not in nobody().get("/apply/").content.decode()
