"""Very many decided by a job: watched, stopped, and gone on with after it died."""

from lyceum.domains.admissions.rules import many
from lyceum.domains.admissions.rules.many import ask_to_decide, decide_portion
from lyceum.domains.admissions.tests.conftest import MOTHER
from lyceum.testing.clients import browser
from lyceum.testing.factories import in_school
from lyceum.testing.pages import text_of


def test_more_than_fit_at_once_are_decided_by_a_job_with_a_result_for_each(office, monkeypatch):
    monkeypatch.setattr(many, "AT_ONCE", 2)
    monkeypatch.setattr("lyceum.domains.admissions.rest.acts.AT_ONCE", 2)
    monkeypatch.setattr(many, "PORTION", 2)
    intake = office.year_group(places=2)
    rows = [office.child(intake, first_name=f"C{n}", guardians=[MOTHER]) for n in range(4)]
    rows.append(office.apply())
    client, page = office.software(office.office), browser(office.office, office.school)
    actor = office.actor(office.office)
    body = {"applications": [str(each.pk) for each in rows], "act": "approve"}

    asked = client.send("/api/v1/applications/decisions/", body)
    at, watched = asked["Location"], asked["Location"].replace("/api/v1", "")
    job = asked.json()["id"]
    assert (asked.status_code, asked.json()["state"], asked.json()["results"]) == (202, "queued", [])
    with in_school(office.school):
        assert decide_portion(job, actor=actor)
    half = client.get(at).json()
    assert (half["state"], half["progress"], len(half["results"])) == ("running", 40, 2)
    assert "40 %" in page.get(watched).content.decode()
    with in_school(office.school):
        while decide_portion(job, actor=actor):
            pass

    done = client.get(at).json()
    assert (done["state"], done["progress"]) == ("succeeded", 100)
    assert [each["after"] for each in done["results"]] == ["offered"] * 2 + ["waitlisted"] * 2 + ["approved"]
    assert [office.status(each) for each in rows] == [each["after"] for each in done["results"]]
    assert "5 applications changed" in text_of(page.get(watched))
    assert office.software(office.newcomer()).get(at).status_code == 403


def test_a_job_that_is_stopped_keeps_what_it_decided(office, monkeypatch):
    monkeypatch.setattr(many, "PORTION", 1)
    first, second = office.apply(), office.apply()
    page, actor = browser(office.office, office.school), office.actor(office.office)
    with in_school(office.school):
        job = ask_to_decide([first.pk, second.pk], act="approve", actor=actor)
        assert decide_portion(job.pk, actor=actor)

    assert page.post(f"/applications/decisions/{job.pk}/").status_code == 302
    with in_school(office.school):
        assert not decide_portion(job.pk, actor=actor)

    assert (office.status(first), office.status(second)) == ("approved", "submitted")
    assert (
        office.software(office.office).get(f"/api/v1/applications/decisions/{job.pk}/").json()["state"] == "cancelled"
    )
