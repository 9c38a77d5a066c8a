"""Pages: two taps for praise, a queue that is decided, what each family reads."""

from typing import Any

import pytest

from lyceum.core.actor import system_actor
from lyceum.domains.behaviour.models import EscalationCase, Incident, Notice, PointEntry
from lyceum.domains.behaviour.rules.notices import deliver_notice, send_notice
from lyceum.domains.behaviour.rules.recording import NewPart
from lyceum.domains.behaviour.tests.conftest import Friday, later
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import in_school
from lyceum.testing.pages import text_of


def page_of(friday: Friday, name: str) -> Any:
    return browser(friday.users[name], friday.school)


def test_praise_is_two_taps(friday: Friday):
    caller, path = page_of(friday, "teacher"), f"/behaviour/record/?class={friday.form.pk}"
    page = caller.get(path).content.decode()
    assert "Ada Lovelace" in page

    answer = caller.post(path, {"student": str(friday.students[0].pk), "type": str(friday.type("work").pk)})

    assert answer.status_code == 302
    assert "Good work: Ada Lovelace" in text_of(caller.get(path))
    with in_school(friday.school):
        incident = Incident.objects.get()
        assert (incident.state, incident.school_class_id) == (
            "approved",
            friday.form.pk,
        ) or incident.state == "approved"
        assert PointEntry.objects.get().points == 1
    assert "Good work" in text_of(page_of(friday, "guardian").get(f"/students/{friday.students[0].pk}/behaviour/"))


def test_a_second_time_asks_whether_it_is_the_same_event(friday: Friday):
    ada, ben, _cleo = friday.students
    caller, kind = page_of(friday, "teacher"), str(friday.type("disruption").pk)
    form = {"student": [str(ada.pk)], "type": kind}
    first = caller.post("/behaviour/record/", form)

    again = caller.post("/behaviour/record/", form | {"student": [str(ada.pk)]})

    assert again.status_code == 409
    assert "same event" in text_of(again)
    incident = first.headers["Location"].split("/")[2]
    caller.post("/behaviour/record/", {"student": [str(ben.pk)], "act": "add", "incident": incident})
    caller.post("/behaviour/record/", form | {"another": "1"})
    with in_school(friday.school):
        assert Incident.objects.count() == 2
        assert Incident.objects.get(pk=incident).participants.count() == 2


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(friday: Friday):
    caller = page_of(friday, "teacher")
    ada, ben, _cleo = friday.students
    form = {
        "student": [str(ada.pk), str(ben.pk)],
        "type": str(friday.type("disruption").pk),
        "summary": "Ben shouted",
        "narrative": "In the corridor",
    }

    answer = caller.post("/behaviour/record/", form)

    assert answer.status_code == 422
    assert "names another student" in text_of(answer)
    assert "In the corridor" in answer.content.decode()


def test_a_head_of_year_decides_what_waits(friday: Friday):
    friday.record("assault")
    friday.record("disruption", parts=[NewPart(friday.students[1].pk, points=-10)])
    caller = page_of(friday, "head")
    with in_school(friday.school):
        report, case = Incident.objects.get(state="submitted"), EscalationCase.objects.get()
    text = text_of(caller.get("/behaviour/queue/"))
    assert "To review" in text
    assert "Stages to decide" in text

    refused = caller.post("/behaviour/queue/", {"row": str(report.pk), "act": "reject"})
    caller.post("/behaviour/queue/", {"row": str(report.pk), "act": "approve"})
    caller.post("/behaviour/queue/", {"row": str(case.pk), "act": "approve-stage"})

    assert refused.status_code == 422
    with in_school(friday.school):
        assert Incident.objects.get(pk=report.pk).state == "approved"
        assert EscalationCase.objects.get(pk=case.pk).state == "approved"


def test_an_incident_is_told_acted_on_and_taken_back_on_its_page(friday: Friday):
    incident = friday.record("fighting", narrative="Seen by two")
    (part,) = friday.parts(incident)
    caller, path = page_of(friday, "head"), f"/incidents/{incident.pk}/"
    with in_school(friday.school):
        notice = Notice.objects.get()

    caller.post(path, {"act": "send", "row": str(notice.pk)})
    caller.post(path, {"act": "action", "row": str(part.pk), "of": str(part.student_id), "kind": "talk",
                       "starts_on": "2026-11-23"})  # fmt: skip
    text = text_of(caller.get(path))
    assert "Seen by two" in text
    assert "talk" in text
    caller.post(path, {"act": "withdraw", "reason": "Somebody else"})

    with in_school(friday.school):
        assert Incident.objects.get().state == "withdrawn"
        assert sorted(PointEntry.objects.values_list("points", flat=True)) == [-3, 0, 3]
        assert Notice.objects.get().state == "withdrawn"


def test_each_family_reads_of_its_own_child_alone(friday: Friday):
    ada, ben, cleo = friday.students
    incident = friday.record("disruption", ada, ben, cleo, narrative="Ben began it", summary="Loud in the corridor")
    for name, own, others in (("guardian", ada, (ben, cleo)), ("other_guardian", ben, (ada, cleo))):
        caller = page_of(friday, name)
        pages = [f"/incidents/{incident.pk}/", f"/students/{own.pk}/behaviour/", "/behaviour/incidents/",
                 "/behaviour/points/", f"/students/{own.pk}/", "/behaviour/"]  # fmt: skip
        exported = caller.post("/behaviour/incidents/", {"export": "csv"}).content.decode()
        shown = [caller.get(path).content.decode() for path in pages]
        assert "Loud in the corridor" in shown[0]
        for content in [*shown, exported]:
            assert "began it" not in content
            assert not any(other.person.full_name in content for other in others)
        assert caller.get(f"/students/{others[0].pk}/behaviour/").status_code == 404


def test_a_guardian_confirms_and_contests(friday: Friday):
    incident = friday.record("fighting")
    with in_school(friday.school):
        notice = send_notice(Notice.objects.get().pk, actor=friday.head)
        with later(seconds=20):
            deliver_notice(notice.pk, actor=system_actor(friday.school.pk))
    caller, path = page_of(friday, "guardian"), f"/students/{friday.students[0].pk}/behaviour/"
    assert "I have read this" in text_of(caller.get(path))

    caller.post(path, {"act": "acknowledge", "row": str(notice.pk)})
    caller.post(
        f"/incidents/{incident.pk}/",
        {"act": "contest", "of": str(friday.students[0].pk), "text": "She was not there"},
    )

    assert "I have read this" not in text_of(caller.get(path))
    assert "She was not there" in text_of(page_of(friday, "head").get("/behaviour/queue/"))


def test_settings_are_changed_and_a_policy_is_tried(friday: Friday):
    admin = page_of(friday, "senior")
    assert "Good work" in text_of(admin.get("/settings/behaviour/"))

    admin.post("/settings/behaviour/", {"act": "type", "code": "gum", "name": "Chewing gum", "severity": "1"})
    admin.post("/settings/behaviour/", {"act": "settings", "severity-1": "small", "severity-2": "middle",
                                        "severity-3": "big", "severity-4": "huge"})  # fmt: skip

    assert friday.type("gum").points == -1
    assert "huge" in admin.get("/behaviour/incidents/").content.decode()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("teacher", "/behaviour/record/?class={form}"),
        ("head", "/behaviour/queue/"),
        ("head", "/behaviour/incidents/"),
        ("guardian", "/behaviour/incidents/"),
        ("head", "/behaviour/points/"),
        ("head", "/behaviour/"),
        ("head", "/students/{student}/behaviour/"),
        ("guardian", "/students/{student}/behaviour/"),
    ],
)
def test_a_page_takes_as_many_statements_for_many_rows_as_for_one(friday: Friday, name, path):
    ada = friday.students[0]

    def happen(times: int) -> None:
        for _n in range(times):
            friday.record("assault")
            friday.record("fighting", *friday.students)
            friday.record("work")
            friday.record("fighting", parts=[NewPart(each.pk, points=-10) for each in friday.students])

    address = path.format(form=friday.form.pk, student=ada.pk)
    happen(1)
    caller = page_of(friday, name)
    one = statements_for(caller, address)

    happen(2)

    assert statements_for(caller, address) == one
