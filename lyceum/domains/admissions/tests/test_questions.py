"""The questions of an application form and the rules of admissions, on their pages."""

from lyceum.core.actor import system_actor
from lyceum.domains.admissions.models import ApplicationForm
from lyceum.domains.admissions.rules.forms import create_form
from lyceum.domains.admissions.rules.intakes import edit_intake
from lyceum.domains.admissions.settings import forget_settings, read_settings
from lyceum.testing.clients import browser
from lyceum.testing.factories import in_school
from lyceum.testing.pages import text_of

FORMS = "/settings/intakes/forms/"


def labels(form_id):
    form = ApplicationForm.objects.get(pk=form_id)
    return [[each["label"] for each in section["fields"]] for section in form.schema["sections"]]


def test_a_form_is_made_of_questions_that_are_added_moved_changed_and_taken_out(office):
    client = browser(office.admin, office.school)
    page = client.post(FORMS, {"name": "Questions to adults"})["Location"]
    with in_school(office.school):
        pk = ApplicationForm.objects.get(name="Questions to adults").pk

    client.post(page, {"act": "add", "label": "Why do you come?", "type": "long_text", "required": "1"})
    client.post(page, {"act": "add", "label": "لماذا؟", "type": "choice", "options": "Work\nPleasure\n"})
    client.post(page, {"act": "up", "key": "question"})
    client.post(page, {"act": "section", "title": "At the end"})
    client.post(page, {"act": "add", "section": "1", "label": "Why do you come?", "type": "text"})
    refused = client.post(page, {"act": "add", "label": "Which day?", "type": "choice", "options": "Monday"})
    wrong = client.post(page, {"act": "change", "key": "question", "label": "", "type": "text"})
    client.post(page, {"act": "change", "key": "question", "label": "For what?", "type": "text"})

    assert page == f"{FORMS}{pk}/"
    assert "Name at least two answers, one a line." in text_of(refused)
    assert 'value="Which day?"' in refused.content.decode()
    assert "Write the question, in at most 200 letters." in text_of(wrong)
    with in_school(office.school):
        assert labels(pk) == [["For what?", "Why do you come?"], ["Why do you come?"]]
        schema = ApplicationForm.objects.get(pk=pk).schema
        assert [each["key"] for each in schema["sections"][0]["fields"]] == ["question", "why_do_you_come"]
        assert "options" not in schema["sections"][0]["fields"][0]
    client.post(page, {"act": "drop", "key": "why_do_you_come_2"})
    assert client.post(page, {"act": "drop", "key": "why_do_you_come_2"}).status_code == 404
    with in_school(office.school):
        assert labels(pk) == [["For what?", "Why do you come?"]]


def test_questions_that_were_answered_stay_and_the_change_is_the_next_version(office):
    with in_school(office.school):
        actor = system_actor(office.school.pk)
        schema = {"sections": [{"title": "A", "fields": [{"key": "why", "label": "Why?"}]}]}
        form = create_form(name="Questions", schema=schema, actor=actor)
        edit_intake(office.general.pk, values={"form": form.pk}, actor=actor)
        office.apply()
    client = browser(office.admin, office.school)

    led = client.post(f"{FORMS}{form.pk}/", {"act": "add", "label": "Since when?", "type": "date"})["Location"]

    with in_school(office.school):
        newest = ApplicationForm.objects.get(name="Questions", version=2)
        assert labels(form.pk) == [["Why?"]]
        assert labels(newest.pk) == [["Why?", "Since when?"]]
    assert led == f"{FORMS}{newest.pk}/"
    assert "Applications answered these questions." in text_of(client.get(f"{FORMS}{form.pk}/"))


def test_the_rules_of_admissions_are_settled_on_their_page(office):
    client = browser(office.admin, office.school)
    page = "/settings/admissions/"
    rules = {"self_registration_age": "18", "guardian_until": "18", "draft_days": "30", "offer_days": "7"}

    refused = client.post(page, rules | {"offer_days": "0", "waiting_list": "offer"})
    saved = client.post(page, rules | {"waiting_list": "offer"})

    assert "Give a number from 1 to 365." in text_of(refused)
    assert saved.status_code == 302
    with in_school(office.school):
        forget_settings()
        settled = read_settings()
    assert (settled.self_registration_age, settled.draft_days, settled.waiting_list) == (18, 30, "offer")
