"""Marks of slot registers from phones without network: each once, and none over what it has not seen."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.devices import BatchKeyTakenError, ConflictDecidedError, GivenBatch
from lyceum.core.errors import NotFoundError
from lyceum.domains.behaviour.detention_queries import list_detention_conflicts
from lyceum.domains.behaviour.models import (
    Detention,
    DetentionBatch,
    DetentionConflict,
    DetentionMark,
    DetentionMarkPast,
    DetentionSlot,
    StudentDay,
)
from lyceum.domains.behaviour.rules.detentions.conflicts import keep_detention_mark, replace_detention_mark
from lyceum.domains.behaviour.rules.detentions.refusals import (
    DetentionMarkConflictError,
    DetentionReasonNeededError,
)
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, take_slot_register
from lyceum.domains.behaviour.rules.detentions.sync import DeviceMark, receive_detention_batch
from lyceum.domains.behaviour.tests.detentions.conftest import MONDAY, Year, make_detention_year
from lyceum.domains.journal.models import AuditEntry
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import in_school

AT_SLOT = datetime(2026, 11, 23, 15, 35, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
CLOSED = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""A day after the slot's end and two hours."""


@pytest.fixture
def slot(year: Year) -> DetentionSlot:
    """Monday's, in which all three students are to serve; it is supervised by the teacher of 7A."""
    made = year.slot(MONDAY, supervisors=[year.lead.pk])
    for student in year.students:
        year.set(student)
    return made


def rows(slot: DetentionSlot) -> list[Detention]:
    return list(Detention.objects.filter(slot=slot).order_by("student__person__sort_name"))


def mark_of(slot: DetentionSlot, n: int, symbol: str, *, seen: int = 0, **more: Any) -> DeviceMark:
    more.setdefault("marked_at", AT_SLOT)
    return DeviceMark(slot.pk, rows(slot)[n].pk, symbol, seen, **more)


def send(actor: Actor, *marks: DeviceMark, key: str = "", ahead: timedelta = timedelta(0)) -> DetentionBatch:
    return receive_detention_batch(GivenBatch("phone", key or str(uuid4()), clock.now() + ahead, marks), actor=actor)


def results(batch: DetentionBatch) -> list[str]:
    return sorted(row["result"] for row in batch.rows)


def marks_now() -> list[str]:
    return list(DetentionMark.objects.order_by("detention__student__person__sort_name").values_list("mark", flat=True))


def test_marks_of_a_device_are_written_once_however_often_they_come(year: Year, slot: DetentionSlot):
    with clock.frozen(LATER), in_school(year.school):
        given = [mark_of(slot, 0, "N"), mark_of(slot, 1, "L"), mark_of(slot, 2, "/")]
        first = send(year.teacher, *given, key="k")
        before = DetentionMarkPast.objects.count(), AuditEntry.objects.count()

        for _ in range(100):
            assert send(year.teacher, *given, key="k").pk == first.pk

        assert results(first) == ["applied"] * 3
        assert before == (DetentionMarkPast.objects.count(), AuditEntry.objects.count())
        assert marks_now() == ["absent_unexcused", "late", "present"]
        late = DetentionMark.objects.get(mark="late")
        assert (late.minutes, late.device_time, late.at) == (5, AT_SLOT, LATER), (
            "how late follows from when it was given"
        )
        assert [row.state for row in rows(slot)] == ["missed", "completed", "completed"]
        assert results(send(year.teacher, mark_of(slot, 2, "/"))) == ["same"]


def test_a_mark_that_the_office_changed_meanwhile_stays_and_one_tap_decides(year: Year, slot: DetentionSlot):
    with clock.frozen(LATER), in_school(year.school):
        take_slot_register(slot.pk, marks=[GivenMark(rows(slot)[0].pk, "present")], actor=year.office)

        batch = send(year.teacher, mark_of(slot, 0, "N"), mark_of(slot, 1, "/"))

        assert results(batch) == ["applied", "conflict"]
        [conflict] = list_detention_conflicts(year.teacher)
        assert list(list_detention_conflicts(year.office)) == [conflict], "the office sees it as well"
        assert (conflict.mark, conflict.marked_by_name) == ("absent_unexcused", "Tess Teacher")
        assert (conflict.server_mark, conflict.server_by_name) == ("present", "Olive Office")
        with pytest.raises(DetentionMarkConflictError):
            replace_detention_mark(conflict.pk, version=7, actor=year.teacher)
        replace_detention_mark(conflict.pk, version=1, actor=year.teacher)
        with pytest.raises(ConflictDecidedError):
            keep_detention_mark(conflict.pk, actor=year.office)

        assert marks_now() == ["absent_unexcused", "present"]
        past = DetentionMarkPast.objects.filter(detention=conflict.detention).order_by("version")
        assert list(past.values_list("mark", flat=True)) == ["present", "absent_unexcused"]


def test_what_is_wrong_in_one_row_does_not_hold_back_the_others(year: Year, slot: DetentionSlot):
    elsewhere = make_detention_year(1, name="Dale School")
    theirs = elsewhere.slot(MONDAY)
    elsewhere.set()
    with in_school(elsewhere.school):
        foreign = mark_of(theirs, 0, "/")
    with clock.frozen(LATER), in_school(year.school):
        long_late = mark_of(slot, 0, "L", minutes=20)

        batch = send(year.teacher, long_late, mark_of(slot, 1, "/"), foreign)

        assert results(batch) == ["applied", "refused", "refused"]
        [conflict] = DetentionConflict.objects.all()
        assert (conflict.kind, conflict.detention) == ("refused", rows(slot)[0])
        assert "more than a third" in conflict.why


def test_given_in_time_it_is_written_after_the_register_closed_and_older_needs_a_reason(
    year: Year, slot: DetentionSlot
):
    with clock.frozen(LATER), in_school(year.school):
        take_slot_register(slot.pk, marks=[GivenMark(rows(slot)[0].pk, "present")], actor=year.office)
    with clock.frozen(CLOSED), in_school(year.school):
        in_time = mark_of(slot, 1, "/", marked_at=CLOSED - timedelta(hours=3))

        batch = send(year.teacher, in_time, mark_of(slot, 0, "N", seen=1))

        assert results(batch) == ["applied", "sent_to_office"]
        assert batch.flags == ["after_lock"]
        assert "without network" in DetentionMark.objects.get(detention=rows(slot)[1]).reason
        [conflict] = list_detention_conflicts(year.teacher)
        with pytest.raises(DetentionReasonNeededError):
            replace_detention_mark(conflict.pk, actor=year.teacher)
        replace_detention_mark(conflict.pk, reason="Signed in for a friend", actor=year.teacher)
        past = DetentionMarkPast.objects.filter(detention=conflict.detention).order_by("version")
        assert list(past.values_list("mark", flat=True)) == ["present", "absent_unexcused"]
        assert past[1].reason.startswith("Signed in for a friend")


def test_another_schools_office_decides_nothing_and_a_key_is_its_senders(year: Year, slot: DetentionSlot):
    stranger = make_detention_year(1, name="Dale School")
    with clock.frozen(LATER), in_school(year.school):
        take_slot_register(slot.pk, marks=[GivenMark(rows(slot)[0].pk, "present")], actor=year.office)
        conflict = send(year.teacher, mark_of(slot, 0, "N"), key="k").rows[0]["conflict"]
        with pytest.raises(BatchKeyTakenError):
            send(year.office, mark_of(slot, 1, "N"), key="k")
    with in_school(stranger.school), pytest.raises(NotFoundError):
        keep_detention_mark(conflict, actor=stranger.office)


def test_a_phone_keeps_the_slots_that_somebody_supervises_today_and_what_is_expected(year: Year, slot: DetentionSlot):
    year.slot(MONDAY, at=AT_SLOT.time().replace(hour=16), supervisors=[year.supervisor.pk])
    with in_school(year.school):
        StudentDay.objects.create(
            student=year.students[1], on=MONDAY, off_site=True, authorised=True, recorded_at=clock.now()
        )
    with clock.frozen(AT_SLOT):
        client = browser(year.teacher_user, year.school)
        day = client.get("/registers/mine/").json()

    [kept] = [each for each in day["registers"] if each["kind"] == "slot"]
    assert (kept["id"], kept["name"], kept["cycle"]) == (str(slot.pk), "After school", ["N", "L", "/"])
    assert [(line["name"], line["code"], line["was"]) for line in kept["lines"]] == [
        ("Student 00", "", ""),
        ("Student 01", "A", ""),
        ("Student 02", "", ""),
    ]


@pytest.mark.usefixtures("db", "at_school")
def test_a_day_on_a_phone_takes_the_same_statements_for_one_and_for_three():
    counts = {}
    for size in (1, 3):
        year = make_detention_year(size, name=f"School of {size}")
        for n in range(size):
            year.slot(MONDAY, at=AT_SLOT.time().replace(hour=12 + n, minute=0), supervisors=[year.lead.pk])
        for student in year.students:
            year.set(student)
        with clock.frozen(AT_SLOT):
            counts[size] = statements_for(browser(year.teacher_user, year.school), "/registers/mine/")

    assert counts[1] == counts[3]


def test_a_batch_over_rest_and_its_conflict_on_the_pages(year: Year, slot: DetentionSlot):
    with in_school(year.school):
        first, second = (str(row.pk) for row in rows(slot)[:2])
    with clock.frozen(LATER):
        with in_school(year.school):
            take_slot_register(slot.pk, marks=[GivenMark(rows(slot)[0].pk, "present")], actor=year.office)
        at = AT_SLOT.isoformat()
        marks = [
            {"detention": first, "code": "N", "version": 0, "at": at},
            {"detention": second, "code": "/", "version": 0, "at": at},
        ]
        body = {"device": "d", "key": "k", "device_time": LATER.isoformat()}
        caller = software(year.teacher_user, year.school)
        answer = caller.send(
            "/api/v1/detention-slots/batches/", body | {"registers": [{"register": str(slot.pk), "marks": marks}]}
        )
        found = {row["detention"]: row for row in answer.json()["results"]}
        listed = caller.get("/api/v1/detention-slots/conflicts/").json()["items"]
        client = browser(year.teacher_user, year.school)
        pages = [
            client.get(path).content.decode() for path in ("/attendance/conflicts/", f"/behaviour/slots/{slot.pk}/")
        ]
        decided = client.post(f"/behaviour/conflicts/{found[first]['conflict']}/", {"act": "keep", "from": "register"})
        again = caller.send(f"/api/v1/detention-slots/conflicts/{found[first]['conflict']}/keep/", {})

    assert (answer.status_code, found[first]["result"], found[second]["result"]) == (200, "conflict", "applied")
    assert [(row["device"]["mark"], row["server"]["mark"]) for row in listed] == [("absent_unexcused", "present")]
    for page in pages:
        assert "Use N" in page
        assert "Olive Office" in page
    assert decided["Location"] == f"/behaviour/slots/{slot.pk}/"
    assert (again.status_code, again.json()["code"]) == (409, "conflict_decided")
    with in_school(year.school):
        assert marks_now() == ["present", "present"]


def test_a_day_after_the_end_the_page_asks_why_and_the_old_mark_is_kept(year: Year, slot: DetentionSlot):
    with clock.frozen(LATER), in_school(year.school):
        take_slot_register(slot.pk, marks=[], rest="present", actor=year.teacher)
    with in_school(year.school):
        first = rows(slot)[0].pk
    with clock.frozen(CLOSED):
        client = browser(year.teacher_user, year.school)
        path, form = f"/behaviour/slots/{slot.pk}/", {f"mark-{first}": "N", "base_version": "1"}
        asked = client.post(path, form)
        given = client.post(path, form | {"reason": "Signed in for a friend"})

    assert [error.code for error in asked.context["errors"]] == ["reason_needed"]
    assert 'name="reason"' in asked.content.decode()
    assert given.status_code == 302
    with in_school(year.school):
        past = DetentionMarkPast.objects.filter(detention=first).order_by("version")
        assert list(past.values_list("mark", "reason")) == [
            ("present", ""),
            ("absent_unexcused", "Signed in for a friend"),
        ]
