"""One act, one rule, every door; and what other software reads."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.api.topics import check_topic
from lyceum.core import clock
from lyceum.core.errors import NotFoundError
from lyceum.domains.behaviour.detention_facts import DetentionSet
from lyceum.domains.behaviour.models import Detention, DetentionMark, DetentionSlot, Notice
from lyceum.domains.behaviour.rules.detentions.setting import propose_slots
from lyceum.domains.behaviour.tests.detentions.conftest import MONDAY, TUESDAY, Year, make_detention_year
from lyceum.testing.clients import browser, key_holder, software, statements_for
from lyceum.testing.factories import guardian_of, in_school

AT_SLOT = datetime(2026, 11, 23, 15, 25, tzinfo=UTC)


def post(year: Year, path: str, body: dict[str, object], *, user: object = None):
    client = software(user or year.teacher_user, year.school)  # type: ignore[arg-type]
    return client.send(f"/api/v1/{path}", body)


def test_a_detention_is_set_listed_moved_and_cancelled_over_rest(year: Year):
    monday, tuesday = year.slot(MONDAY), year.slot(TUESDAY)
    body = {"student": str(year.students[0].pk), "type": str(year.kind.pk), "reason": "Late", "notes": "Again"}

    made = post(year, "detentions/", body).json()
    moved = post(year, f"detentions/{made['id']}/reschedule/", {"slot": str(tuesday.pk)}).json()
    cancelled = post(year, f"detentions/{moved['id']}/cancel/", {"reason": "A mistake"}).json()

    assert (made["status"], made["state"], made["slot"], made["code"]) == (
        "scheduled",
        "scheduled",
        str(monday.pk),
        "",
    )
    assert (made["scheduled_date"], made["scheduled_time"], made["duration"]) == ("2026-11-23", "15:30:00", 30)
    assert (made["supervisor"], made["notes"]) == ("Sam Supervisor", "Again")
    assert (moved["moved_from"], moved["slot"], moved["moves"]) == (made["id"], str(tuesday.pk), 1)
    assert (cancelled["status"], cancelled["state"]) == ("cancelled", "cancelled")
    client = software(year.teacher_user, year.school)
    for status, found in {"cancelled": 2, "rescheduled": 1, "scheduled": 0, "completed": 0}.items():
        assert len(client.get(f"/api/v1/detentions/?status={status}").json()["items"]) == found


def test_a_slot_is_found_by_its_day_and_time(year: Year):
    year.slot(MONDAY)
    tuesday = year.slot(TUESDAY)
    student = {"student": str(year.students[0].pk), "reason": "Late"}

    made = post(year, "detentions/", student | {"scheduled_date": "2026-11-24", "scheduled_time": "15:30"})
    other = post(year, "detentions/", student | {"scheduled_date": "2026-11-25"})

    assert (made.status_code, made.json()["slot"], made.json()["type"]) == (201, str(tuesday.pk), str(year.kind.pk))
    assert [error["code"] for error in other.json()["errors"]] == ["slot_unknown"]


def test_where_no_slot_fits_the_answer_is_200_with_every_reason(year: Year):
    today = year.slot(MONDAY - timedelta(days=3))

    answer = post(
        year, "detentions/", {"student": str(year.students[0].pk), "type": str(year.kind.pk), "reason": "Late"}
    )

    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (200, "no_slot", "proposed")
    assert [(row["slot"], row["code"]) for row in answer.json()["passed"]] == [(str(today.pk), "notice_too_short")]


def test_a_key_for_behaviour_sets_detentions_and_plans_no_slots(year: Year):
    slot = year.slot(MONDAY)
    key = key_holder(year.school, "behaviour:read", "behaviour:write")
    body = {"student": str(year.students[0].pk), "type": str(year.kind.pk), "reason": "Late"}

    assert key.send("/api/v1/detentions/", body).status_code == 201
    assert key.send(f"/api/v1/detention-slots/{slot.pk}/cancel/", {"reason": "Boiler"}).status_code == 403


def test_lists_take_the_same_number_of_statements_for_one_and_for_three(year: Year):
    client = software(year.office_user, year.school)
    paths = ("detentions/", "detention-slots/?from=2026-11-20&to=2026-12-20", "detention-types/")

    def counted() -> list[int]:
        return [statements_for(client, f"/api/v1/{path}") for path in paths]

    def set_one(n: int) -> None:
        year.slot(MONDAY + timedelta(days=n))
        year.set(year.students[n])

    set_one(0)
    one = counted()
    set_one(1)
    set_one(2)

    assert counted() == one


def test_a_family_reads_when_and_where_and_no_notes(year: Year):
    slot = year.slot(MONDAY)
    row = year.set(notes="Ask about home").detention
    waiting = year.set(year.students[1]).detention
    guardian = guardian_of(year.students[0])
    client = software(guardian, year.school)
    with in_school(year.school):
        Detention.objects.filter(pk=waiting.pk).update(student=year.students[0], state="proposed", slot=None)

    listed = client.get("/api/v1/detentions/").json()["items"]

    assert [(each["id"], each["notes"], each["reason"]) for each in listed] == [(str(row.pk), "", "Late three times")]
    assert listed[0]["slot"] == str(slot.pk)
    other = software(guardian_of(year.students[2], name="Other Guardian"), year.school)
    assert other.get(f"/api/v1/detentions/{row.pk}/").status_code == 404


def test_a_guardian_acknowledges_what_was_sent(year: Year):
    year.slot(MONDAY)
    row = year.set().detention
    guardian = guardian_of(year.students[0])

    early = post(year, f"detentions/{row.pk}/acknowledge/", {}, user=guardian)
    with in_school(year.school):
        Notice.objects.update(state="sent", sent_at=clock.now())
    done = post(year, f"detentions/{row.pk}/acknowledge/", {}, user=guardian)

    assert (early.status_code, early.json()["code"]) == (409, "notice_state")
    assert done.status_code == 200
    with in_school(year.school):
        assert Notice.objects.get().acknowledged_by == guardian.pk


def test_a_hundred_replays_of_one_key_set_one_detention(year: Year):
    year.slot(MONDAY)
    client = software(year.teacher_user, year.school)
    body = {"student": str(year.students[0].pk), "type": str(year.kind.pk), "reason": "Late"}

    answers = [client.send("/api/v1/detentions/", body, key="one key") for _ in range(5)]

    assert {answer.content for answer in answers} == {answers[0].content}
    with in_school(year.school):
        assert Detention.objects.count() == 1


def test_proposing_for_many_takes_six_statements(year: Year):
    for n in range(3):
        year.slot(MONDAY + timedelta(days=n), capacity=1)
    actor = year.office
    with in_school(year.school):
        propose_slots(year.kind.pk, students=[year.students[0].pk], actor=actor)
        with CaptureQueriesContext(connection) as queries:
            found = propose_slots(year.kind.pk, students=[s.pk for s in year.students], actor=actor)

    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) == 6
    assert [each.slot.on.day if each.slot else None for each in found] == [23, 24, 25], "they share the seats"


Run = Callable[[Year, DetentionSlot, str], str]
"""Takes the register: the first gets the mark, the rest are present. Answers with the codes of a refusal."""


def by_rest(year: Year, slot: DetentionSlot, mark: str) -> str:
    body = {"marks": [{"detention": first_of(year, slot), "mark": mark}], "rest": "present", "base_version": 0}
    answer = software(year.office_user, year.school).send(
        f"/api/v1/detention-slots/{slot.pk}/register/", body, method="put"
    )
    return "" if answer.status_code == 200 else " ".join(error["code"] for error in answer.json()["errors"])


def by_page(year: Year, slot: DetentionSlot, mark: str) -> str:
    symbol = {"absent_unexcused": "N", "late": "L"}[mark]
    form = {f"mark-{first_of(year, slot)}": symbol, "rest": "present", "base_version": "0"}
    answer = browser(year.office_user, year.school).post(f"/behaviour/slots/{slot.pk}/", form)
    return "" if answer.status_code == 302 else " ".join(error.code for error in answer.context["errors"])


def by_graphql(year: Year, slot: DetentionSlot, mark: str) -> str:
    acted = "takeDetentionRegister(input: $i) { saved errors { code fields { code } } }"
    document = f"mutation ($i: TakeDetentionRegisterInput!) {{ {acted} }}"
    marks = [{"detentionId": first_of(year, slot), "mark": mark}]
    given = {"slotId": str(slot.pk), "marks": marks, "rest": "present", "baseVersion": 0}
    client = software(year.office_user, year.school)
    answer = client.send("/graphql", {"query": document, "variables": {"i": given}}).json()
    return " ".join(e["code"] for no in answer["data"]["takeDetentionRegister"]["errors"] for e in no["fields"])


def first_of(year: Year, slot: DetentionSlot) -> str:
    with in_school(year.school):
        return str(Detention.objects.filter(slot=slot).order_by("student__person__sort_name")[0].pk)


REGISTER_DOORS: dict[str, Run] = {"page": by_page, "rest": by_rest, "graphql": by_graphql}


@pytest.mark.parametrize("door", REGISTER_DOORS)
def test_every_door_takes_the_same_register(year: Year, door: str):
    slot = year.slot(MONDAY)
    for student in year.students:
        year.set(student)

    with clock.frozen(AT_SLOT):
        refusal = REGISTER_DOORS[door](year, slot, "absent_unexcused")

    assert refusal == ""
    with in_school(year.school):
        marks = DetentionMark.objects.order_by("detention__student__person__sort_name")
        assert list(marks.values_list("mark", "by_name")) == [
            ("absent_unexcused", "Olive Office"),
            ("present", "Olive Office"),
            ("present", "Olive Office"),
        ]


@pytest.mark.parametrize("door", REGISTER_DOORS)
def test_every_door_refuses_the_same_with_nothing_written(year: Year, door: str):
    slot = year.slot(MONDAY)
    year.set()

    with clock.frozen(AT_SLOT):
        refusal = REGISTER_DOORS[door](year, slot, "late")

    assert refusal == "minutes_needed"
    with in_school(year.school):
        assert not DetentionMark.objects.exists()


def test_other_schools_answer_404_for_each_id(year: Year):
    slot = year.slot(MONDAY)
    row = year.set().detention
    other = make_detention_year(1, name="Dale School")
    client = software(other.office_user, other.school)

    for path in (
        f"detentions/{row.pk}/",
        f"detention-slots/{slot.pk}/",
        f"detention-slots/{slot.pk}/register/",
        f"detention-slots/{slot.pk}/supervisors/",
    ):
        method = "put" if path.endswith("supervisors/") else "get"
        body = {"supervisors": [str(other.supervisor.pk)]} if method == "put" else None
        answer = client.send(f"/api/v1/{path}", body, method=method) if body else client.get(f"/api/v1/{path}")
        assert answer.status_code == 404, path


SET = """mutation ($i: SetDetentionInput!) { setDetention(input: $i) {
  detention { id state slotId student { id } } passed { code } errors { code } } }"""
MOVE = """mutation ($i: RescheduleDetentionInput!) { rescheduleDetention(input: $i) {
  detention { state slotId movedFromId } errors { code } } }"""
READ = """{ detentions(status: "scheduled") { edges { node { state status date minutes supervisor } } }
  detentionSlots(date: "2026-11-24") { edges { node { seatsTaken capacity supervisors needsSupervisor } } } }"""


def test_graphql_sets_moves_and_reads(year: Year):
    year.slot(MONDAY)
    tuesday = year.slot(TUESDAY)
    client = software(year.teacher_user, year.school)

    def ask(document: str, **given: str):
        return client.send("/graphql", {"query": document, "variables": {"i": given}}).json()["data"]

    student = str(year.students[0].pk)
    made = ask(SET, studentId=student, typeId=str(year.kind.pk), reason="Late")["setDetention"]
    moved = ask(MOVE, detentionId=made["detention"]["id"], slotId=str(tuesday.pk))["rescheduleDetention"]
    read = ask(READ)

    assert (made["errors"], made["detention"]["student"]) == ([], {"id": student})
    assert moved["detention"] == {
        "state": "scheduled",
        "slotId": str(tuesday.pk),
        "movedFromId": made["detention"]["id"],
    }
    (row,) = (edge["node"] for edge in read["detentions"]["edges"])
    assert row == {
        "state": "scheduled",
        "status": "scheduled",
        "date": "2026-11-24",
        "minutes": 30,
        "supervisor": "Sam Supervisor",
    }
    (slot,) = (edge["node"] for edge in read["detentionSlots"]["edges"])
    assert slot == {"seatsTaken": 1, "capacity": 10, "supervisors": ["Sam Supervisor"], "needsSupervisor": False}


def test_the_command_finds_slots_for_what_waits(year: Year):
    waiting = year.set().detention
    slot = year.slot(MONDAY)
    with in_school(year.school):
        login = year.office_user.logins.get().username
    said = StringIO()

    call_command("behaviour", "propose-slots", "--school", year.school.slug, "--as", login, "--json", stdout=said)

    assert [row["slot"] for row in json.loads(said.getvalue())] == [str(slot.pk)]
    with in_school(year.school):
        assert year.now(waiting).state == "scheduled"


def test_the_queue_of_a_head_of_year_shows_what_waits_and_sets_it(year: Year):
    slot = year.slot(MONDAY)
    year.kind.needs_approval = True
    with in_school(year.school):
        year.kind.save()
    row = year.set().detention
    client = browser(year.head_user, year.school)

    page = client.get("/behaviour/queue/").content.decode()
    done = client.post(f"/behaviour/detentions/{row.pk}/", {"act": "approve", "from": "queue"})

    assert f"/behaviour/detentions/{row.pk}/" in page
    assert done.url == "/behaviour/queue/"
    with in_school(year.school):
        assert year.now(row).slot_id == slot.pk


def test_who_may_see_a_slot_follows_what_happens_in_it(year: Year):
    slot = year.slot(MONDAY)
    other = make_detention_year(1, name="Dale School")
    row = year.set().detention
    told = DetentionSet(detention=row.pk, student=row.student_id, slot=slot.pk, starts=row.starts_at)

    with in_school(year.school):
        hears = check_topic(f"detention-slot:{slot.pk}", actor=year.teacher)
        guardian = year.actor(guardian_of(year.students[0]))
        with pytest.raises(NotFoundError):
            check_topic(f"detention-slot:{slot.pk}", actor=guardian)
    with in_school(other.school), pytest.raises(NotFoundError):
        check_topic(f"detention-slot:{slot.pk}", actor=other.office)

    assert hears(told)
    assert told.live_topics() == (f"detention-slot:{slot.pk}",)
    assert not hears(object())
