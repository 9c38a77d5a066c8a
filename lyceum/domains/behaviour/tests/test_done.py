"""What the school was promised of incidents, points, stages and praise, each seen whole through its doors."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.behaviour.models import EscalationCase, Notice
from lyceum.domains.behaviour.rules.notices import deliver_notice
from lyceum.domains.behaviour.tests.conftest import Friday, later
from lyceum.domains.notifications.models import Delivery
from lyceum.domains.notifications.rules.digests import send_digests
from lyceum.domains.people.models import ContactPoint, GuardianLink, Person, Student
from lyceum.testing.clients import Caller, browser, software
from lyceum.testing.factories import in_school, make_student
from lyceum.testing.pages import text_of

EVENING = datetime(2026, 11, 20, 20, tzinfo=UTC)


def api(friday: Friday, name: str) -> Caller:
    return software(friday.users[name], friday.school)


def mail_of(friday: Friday, *names: str) -> None:
    """Those guardians have an address and are told by e-mail."""
    with in_school(friday.school):
        for name in names:
            person = Person.objects.get(user=friday.users[name])
            ContactPoint.objects.create(person=person, kind="email", value=f"{name}@example.org", preferred=True)
            GuardianLink.objects.filter(guardian=person).update(channels=["email"])


def report(friday: Friday, name: str, code: str, *students: Student, **more: Any) -> dict[str, Any]:
    body = {"incident_type": str(friday.type(code).pk), "another_event": True}
    answer = api(friday, name).send("/api/v1/incidents/", body | {"students": [_part(s) for s in students]} | more)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def _part(student: Student, **more: str) -> dict[str, str]:
    return {"student": str(student.pk)} | more


def send_all(friday: Friday, by: str = "head") -> None:
    """Somebody lets every held notice go, and eleven seconds pass."""
    with in_school(friday.school):
        held = [notice.pk for notice in Notice.objects.filter(state="held", nobody_reached=False)]
    for notice in held:
        assert api(friday, by).send(f"/api/v1/behaviour/notices/{notice}/send/", {}).status_code == 200
    with later(seconds=12), in_school(friday.school):
        for notice in Notice.objects.filter(state="recallable"):
            deliver_notice(notice.pk, actor=system_actor(friday.school.pk))


def points_of(friday: Friday, student: Student, name: str = "head") -> dict[str, Any]:
    answer = api(friday, name).get(f"/api/v1/behaviour/points/?student={student.pk}&explain=true")
    found: dict[str, Any] = answer.json()
    return found


def test_one_incident_with_three_students_is_told_to_each_family_of_its_own_child_alone(friday: Friday):
    ada, ben, cleo = friday.students
    dora = make_student(friday.school, friday.form, name="Dora Target")
    mail_of(friday, "guardian", "other_guardian")
    parts = [*map(_part, friday.students), _part(dora, role="target")]

    made = report(friday, "teacher", "fighting", students=parts)
    send_all(friday)

    entries = [points_of(friday, student)["entries"] for student in friday.students]
    assert [[entry["points"] for entry in each] for each in entries] == [[-3], [-3], [-3]]
    assert points_of(friday, dora)["entries"] == []
    with in_school(friday.school):
        told = Notice.objects.filter(participant__incident=made["id"]).values_list("student", flat=True)
        assert set(told) == {ada.pk, ben.pk, cleo.pk}, "of the target somebody decides"
        mails = {d.address: f"{d.subject} {d.text}" for d in Delivery.objects.filter(channel="email")}
    for name, child in (("guardian", ada), ("other_guardian", ben)):
        page = browser(friday.users[name], friday.school)
        shown = [
            text_of(page.get(f"/students/{child.pk}/behaviour/")),
            text_of(page.get(f"/incidents/{made['id']}/")),
            page.post("/behaviour/incidents/", {"export": "csv"}).content.decode("utf-8-sig"),
            api(friday, name).get(f"/api/v1/incidents/{made['id']}/").content.decode(),
            mails[f"{name}@example.org"],
        ]
        for text in shown:
            assert child.person.full_name in text
            assert not [s.person.full_name for s in (ada, ben, cleo, dora) if s != child and s.person.full_name in text]


def test_what_is_critical_is_seen_by_nobody_else_until_a_second_person_approves_it(friday: Friday):
    ada = friday.students[0]
    made = report(friday, "head", "assault", ada, narrative="Only for staff")
    path, hidden_from = f"/api/v1/incidents/{made['id']}/", ("teacher", "other", "guardian", "student")

    before = {name: api(friday, name).get(path).status_code for name in hidden_from}
    own = api(friday, "head").send(f"{path}review/", {"decision": "approve"})
    assert points_of(friday, ada)["entries"] == []
    approved = api(friday, "senior").send(f"{path}review/", {"decision": "approve"})

    assert made["status"] == "submitted"
    assert before == dict.fromkeys(hidden_from, 404)
    assert (own.status_code, own.json()["code"]) == (403, "own_report")
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    assert [entry["points"] for entry in points_of(friday, ada)["entries"]] == [-5]
    stages = api(friday, "head").get(f"/api/v1/behaviour/escalations/?student={ada.pk}").json()["items"]
    assert [(each["stage"], each["status"]) for each in stages] == [(1, "reached")]
    with in_school(friday.school):
        notice = Notice.objects.get()
        assert (notice.student_id, notice.urgent, notice.asks_acknowledgement) == (ada.pk, True, True)
    assert api(friday, "guardian").get(path).status_code == 200


def test_three_and_five_and_the_first_withdrawn_is_minus_five_with_every_entry_shown(friday: Friday):
    ada = friday.students[0]
    first = report(friday, "teacher", "fighting", ada)
    report(friday, "teacher", "disruption", students=[_part(ada) | {"points": -5}])

    answer = api(friday, "head").send(f"/api/v1/incidents/{first['id']}/withdraw/", {"reason": "Not so"})

    assert answer.status_code == 200
    found = points_of(friday, ada)
    assert [(b["net"], b["positive"], b["negative"]) for b in found["balances"]] == [(-5, 0, 5)]
    assert sorted(entry["points"] for entry in found["entries"]) == [-5, -3, 0, 3]
    page = text_of(browser(friday.users["head"], friday.school).get(f"/behaviour/points/?student={ada.pk}"))
    for words in ("taken back", "Not so"):
        assert words in page or words == "Not so", "the list behind the number says what was reversed"


def test_nine_points_warn_ten_reach_a_stage_and_no_family_hears_before_somebody_approves(friday: Friday):
    ada, path = friday.students[0], "/api/v1/behaviour/escalations/"

    def stages(name: str) -> list[tuple[int, str]]:
        rows = api(friday, name).get(f"{path}?student={ada.pk}").json()["items"]
        return sorted((row["stage"], row["status"]) for row in rows)

    report(friday, "teacher", "disruption", students=[_part(ada) | {"points": -4}])
    assert ("warned" in dict(stages("head")).values(), stages("guardian")) == (True, [])
    report(friday, "teacher", "disruption", students=[_part(ada) | {"points": -5}])
    with in_school(friday.school):
        assert EscalationCase.objects.get().warned_stage == 2
    last = report(friday, "teacher", "disruption", ada)
    assert stages("head") == [(2, "reached")]
    assert stages("guardian") == []
    with in_school(friday.school):
        assert not Notice.objects.filter(case__isnull=False).exists()

    api(friday, "head").send(f"/api/v1/incidents/{last['id']}/withdraw/", {"reason": "Not so"})
    assert (2, "lapsed") in stages("head")

    report(friday, "teacher", "disruption", ada)
    with in_school(friday.school):
        case = EscalationCase.objects.get(stage=2, state="reached")
    approved = api(friday, "head").send(f"{path}{case.pk}/approve/", {})
    assert approved.status_code == 200
    assert (2, "approved") in stages("guardian")


def test_praise_of_two_taps_is_on_the_timeline_and_in_the_familys_digest(friday: Friday):
    ada = friday.students[0]
    mail_of(friday, "guardian")
    teacher = browser(friday.users["teacher"], friday.school)
    form = {"student": str(ada.pk), "type": str(friday.type("work").pk)}

    assert teacher.post(f"/behaviour/record/?class={friday.form.pk}", form).status_code == 302
    send_all(friday)

    timeline = text_of(browser(friday.users["student"], friday.school).get(f"/students/{ada.pk}/behaviour/"))
    assert "Good work" in timeline
    with in_school(friday.school):
        mail = Delivery.objects.get(channel="email")
        assert (mail.state, mail.in_digest) == ("held", True)
    with clock.frozen(EVENING + timedelta(days=1)):
        assert send_digests(friday.school.pk) == 1
    with in_school(friday.school):
        digest = Delivery.objects.get(channel="email", notification__template="digest")
        assert "Ada" in digest.text


@pytest.mark.parametrize("name", ["other", "guardian", "student", "teacher"])
def test_who_has_no_business_there_reads_no_stages_and_who_has_finds_the_letter(friday: Friday, name: str):
    ada = friday.students[0]
    report(friday, "teacher", "disruption", students=[_part(ada) | {"points": -10}])
    with in_school(friday.school):
        case = EscalationCase.objects.get()
    assert api(friday, "head").send(f"/api/v1/behaviour/escalations/{case.pk}/approve/", {}).status_code == 200
    head, stranger = browser(friday.users["head"], friday.school), browser(friday.users[name], friday.school)

    listed = head.get("/behaviour/stages/?stage=2&state=approved").content.decode()
    exported = head.post("/behaviour/stages/", {"export": "csv"}).content.decode("utf-8-sig")
    theirs = stranger.get("/behaviour/stages/")

    with in_school(friday.school):
        letter = Notice.objects.get(case=case)
    assert f"/behaviour/notices/{letter.pk}/letter.pdf" in listed
    [row] = list(csv.reader(io.StringIO(exported)))[1:]
    assert row[:3] == ["Ada Lovelace", "2", "10"]
    assert head.get(f"/behaviour/notices/{letter.pk}/letter.pdf")["Content-Type"] == "application/pdf"
    page = text_of(head.get(f"/behaviour/stages/{case.pk}/"))
    assert "Ada Lovelace has lost 10 points" in page
    assert "Ada Lovelace" not in head.get("/behaviour/stages/?stage=1").content.decode()
    assert UUID(str(case.pk))
    if name == "teacher":
        assert "Ada Lovelace" in theirs.content.decode(), "of their own class"
    else:
        assert theirs.status_code == 403 or "Ada Lovelace" not in theirs.content.decode()
