"""Marks of devices without network: each once, and none over what it has not seen."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.devices import BatchKeyTakenError, ConflictDecidedError, GivenBatch
from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.attendance.codes import forget_codes
from lyceum.domains.attendance.models import Code, Conflict, DeviceBatch, Mark, MarkChange, Register, SessionMark
from lyceum.domains.attendance.queries import list_conflicts
from lyceum.domains.attendance.rules.conflicts import keep_mark, replace_mark
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.refusals import (
    MarkConflictError,
    RegisterLockedError,
)
from lyceum.domains.attendance.rules.sync import DeviceMark, receive_batch
from lyceum.domains.attendance.tests.conftest import Morning, make_morning
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.clients import Caller, software
from lyceum.testing.factories import NOW, in_school, make_class, make_student, make_teacher

LATER = datetime(2026, 11, 20, 11, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
"""Registers of Friday lock when Monday ends."""


def mark_of(morning: Morning, register: Register, n: int, symbol: str, *, seen: int = 0, **more: Any) -> DeviceMark:
    more.setdefault("marked_at", NOW)
    return DeviceMark(register.pk, morning.students[n].pk, symbol, seen=seen, **more)


def send(
    morning: Morning,
    *marks: DeviceMark,
    actor: Actor | None = None,
    ahead: timedelta = timedelta(0),
    device: str = "phone",
    key: str = "",
) -> DeviceBatch:
    given = GivenBatch(device, key or str(uuid4()), clock.now() + ahead, marks)
    return receive_batch(given, actor=actor or morning.teacher)


def results(batch: DeviceBatch) -> list[str]:
    return [row["result"] for row in batch.rows]


def symbols(register: Register) -> dict[str, str]:
    marks = Mark.objects.filter(register=register).select_related("code", "student__person")
    return {m.student.person.full_name: m.code.symbol for m in marks}


def test_marks_of_a_device_are_written_with_the_time_at_which_they_were_given(morning: Morning):
    register = morning.register()

    with clock.frozen(LATER), in_school(morning.school):
        batch = send(morning, mark_of(morning, register, 0, "N"), mark_of(morning, register, 1, "L", minutes_late=4))

        assert results(batch) == ["applied", "applied"]
        assert batch.flags == []
        assert symbols(register) == {"Student 00": "N", "Student 01": "L"}
        late = Mark.objects.get(student=morning.students[1])
        assert (late.minutes_late, late.device_time, late.marked_at) == (4, NOW, LATER)
        assert SessionMark.objects.get(student=morning.students[0]).symbol == "N"


def test_the_same_batch_a_hundred_times_has_one_effect(morning: Morning):
    register = morning.register()
    with clock.frozen(LATER), in_school(morning.school):
        marks = [mark_of(morning, register, n, "/") for n in range(3)]
        first = send(morning, *marks, key="k")
        before = (MarkChange.objects.count(), Fact.objects.count(), AuditEntry.objects.count())

        for _ in range(100):
            assert send(morning, *marks, key="k").pk == first.pk

        assert before == (MarkChange.objects.count(), Fact.objects.count(), AuditEntry.objects.count())
        assert MarkChange.objects.count() == 3
        assert DeviceBatch.objects.get().rows == first.rows


def test_the_same_marks_under_another_key_change_nothing(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        send(morning, mark_of(morning, register, 0, "N"))

        again = send(morning, mark_of(morning, register, 0, "N"))

        assert results(again) == ["same"]
        assert again.rows[0]["version"] == 1
        assert MarkChange.objects.count() == 1


def test_a_mark_that_the_office_changed_meanwhile_stays_and_both_are_shown(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(morning.students[0].pk, "I")], actor=morning.office)

        batch = send(morning, mark_of(morning, register, 0, "N"), mark_of(morning, register, 1, "/"))

        assert sorted(results(batch)) == ["applied", "conflict"]
        assert symbols(register) == {"Student 00": "I", "Student 01": "/"}
        [conflict] = list_conflicts(morning.teacher)
        assert list(list_conflicts(morning.office)) == [conflict]
        assert (conflict.kind, conflict.symbol, conflict.marked_by_name) == ("changed", "N", "Tess Teacher")
        assert (conflict.server_symbol, conflict.server_by_name) == ("I", "Olive Office")
        fact = Fact.objects.get(type="attendance.conflict.found")
        assert fact.payload["mark"] == str(Mark.objects.get(student=morning.students[0]).pk)


def test_two_phones_on_one_class_lose_nothing(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        send(morning, *[mark_of(morning, register, n, "/") for n in (0, 1)], device="one")

        batch = send(
            morning,
            mark_of(morning, register, 1, "L"),
            mark_of(morning, register, 2, "N"),
            actor=morning.office,
            device="two",
        )

        assert symbols(register) == {"Student 00": "/", "Student 01": "/", "Student 02": "N"}
        assert sorted(results(batch)) == ["applied", "conflict"]
        assert [(c.symbol, c.server_symbol, c.marked_by_name) for c in list_conflicts(morning.teacher)] == [
            ("L", "/", "Olive Office")
        ]


def test_a_wrong_row_is_refused_alone_and_kept_for_people_to_see(morning: Morning):
    register = morning.register()
    stranger = make_student(morning.school, make_class(morning.school, "7B"))
    with in_school(morning.school):
        outside = DeviceMark(register.pk, stranger.pk, "/", seen=0, marked_at=NOW)
        nobody = DeviceMark(register.pk, uuid4(), "/", seen=0, marked_at=NOW)

        batch = send(morning, mark_of(morning, register, 0, "N"), mark_of(morning, register, 1, "E"), outside, nobody)

        assert {row["student"]: (row["result"], row["code"]) for row in batch.rows} == {
            str(morning.students[0].pk): ("applied", ""),
            str(morning.students[1].pk): ("refused", "code_not_allowed"),
            str(stranger.pk): ("refused", "not_on_register"),
            str(nobody.student_id): ("refused", "not_on_register"),
        }
        assert symbols(register) == {"Student 00": "N"}
        assert {c.student_id for c in list_conflicts(morning.office)} == {morning.students[1].pk, stranger.pk}


def test_a_register_of_somebody_else_is_refused_and_unchanged(morning: Morning):
    register = morning.register()
    other = make_teacher(morning.school, make_class(morning.school, "7B"), name="Tobias Other")
    with in_school(morning.school):
        batch = send(
            morning,
            mark_of(morning, register, 0, "N"),
            actor=actor_for_user(other, morning.school.pk, via=morning.teacher.via),
        )

        assert [(row["result"], row["code"]) for row in batch.rows] == [("refused", "not_found")]
        assert symbols(register) == {}
        assert Conflict.objects.count() == 0


def test_another_schools_register_and_conflict_are_unknown(morning: Morning):
    elsewhere = make_morning(1)
    theirs = elsewhere.register()
    with in_school(elsewhere.school):
        take_register(theirs.pk, marks=[GivenMark(elsewhere.students[0].pk, "I")], actor=elsewhere.office)
        send(elsewhere, mark_of(elsewhere, theirs, 0, "N"), key="k")
        conflict = Conflict.objects.get()

    with in_school(morning.school):
        batch = send(morning, mark_of(elsewhere, theirs, 0, "L"), key="k")

        assert results(batch) == ["refused"]
        assert list(list_conflicts(morning.office)) == []
        with pytest.raises(NotFoundError):
            replace_mark(conflict.pk, actor=morning.office)


@pytest.mark.parametrize(
    ("given", "arrives", "result", "flags"),
    [
        (NOW, LATER, "applied", []),  # the same morning
        (NOW, MONDAY, "applied", []),  # days later, and the register still open
        (MONDAY + timedelta(hours=1), TUESDAY, "applied", ["after_lock"]),  # given in time, a day old
        (NOW, TUESDAY, "sent_to_office", []),  # given in time, but too long ago
        (TUESDAY, TUESDAY, "sent_to_office", []),  # given too late
    ],
)
def test_what_comes_after_the_lock_is_written_only_where_it_was_given_in_time(
    morning: Morning, given: datetime, arrives: datetime, result: str, flags: list[str]
):
    register = morning.register()

    with clock.frozen(arrives), in_school(morning.school):
        batch = send(morning, mark_of(morning, register, 0, "N", marked_at=given))

        assert (results(batch), batch.flags) == ([result], flags)
        assert symbols(register) == ({"Student 00": "N"} if result == "applied" else {})


def test_a_late_mark_is_the_offices_to_decide(morning: Morning):
    register = morning.register()
    with clock.frozen(TUESDAY), in_school(morning.school):
        send(morning, mark_of(morning, register, 0, "N"))
        conflict = Conflict.objects.get(kind="late")

        with pytest.raises(NotAllowedError):
            replace_mark(conflict.pk, actor=morning.teacher)
        replace_mark(conflict.pk, actor=morning.office)

        assert symbols(register) == {"Student 00": "N"}
        change = MarkChange.objects.get()
        assert change.marked_by_name == "Olive Office"
        assert "Tess Teacher, on a device without network" in change.reason


def test_the_office_is_not_locked_out_and_gives_its_reason_by_itself(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)

    with clock.frozen(TUESDAY), in_school(morning.school):
        batch = send(morning, mark_of(morning, register, 0, "I", seen=1), actor=morning.office)

        assert results(batch) == ["applied"]
        assert MarkChange.objects.get(version=2).reason.startswith("Marked on a device without network")


def test_a_clock_that_is_off_is_corrected_and_flagged(morning: Morning):
    register = morning.register()
    wrong = NOW + timedelta(minutes=7)

    with in_school(morning.school):
        batch = send(morning, mark_of(morning, register, 0, "N", marked_at=wrong), ahead=timedelta(minutes=7))

        assert (batch.flags, batch.clock_ahead_seconds) == (["clock"], 420)
        assert Mark.objects.get().device_time == NOW
        assert "7 minutes ahead" in MarkChange.objects.get().reason


def test_a_clock_within_five_minutes_is_corrected_silently(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        batch = send(
            morning,
            mark_of(morning, register, 0, "N", marked_at=NOW - timedelta(minutes=3)),
            ahead=timedelta(minutes=-3),
        )

        assert batch.flags == []
        assert Mark.objects.get().device_time == NOW


def test_a_wrong_clock_does_not_carry_a_mark_past_the_lock(morning: Morning):
    """A phone set back by three days sends what was given just now."""
    register = morning.register()
    with clock.frozen(TUESDAY), in_school(morning.school):
        batch = send(
            morning, mark_of(morning, register, 0, "N", marked_at=MONDAY), ahead=MONDAY - TUESDAY
        )  # fmt: skip

        assert results(batch) == ["sent_to_office"]


def test_lateness_comes_from_the_corrected_clock_where_a_code_asks_for_minutes(morning: Morning):
    register = morning.register()  # due at 8:45
    with in_school(morning.school):
        Code.objects.filter(symbol="L").update(needs_minutes=True)
        forget_codes()
        arrived = register.due_at + timedelta(minutes=5)

        send(morning, mark_of(morning, register, 0, "L", marked_at=arrived + timedelta(minutes=30)),
             mark_of(morning, register, 1, "L", time_in=(arrived + timedelta(minutes=30)).time()),
             ahead=timedelta(minutes=30))  # fmt: skip

        assert [m.minutes_late for m in Mark.objects.order_by("student__person__sort_name")] == [5, 5]


def test_keeping_leaves_the_mark_and_replacing_amends_it(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        for n in (0, 1):
            take_register(register.pk, marks=[GivenMark(morning.students[n].pk, "I")], actor=morning.office)
        send(morning, mark_of(morning, register, 0, "N"), mark_of(morning, register, 1, "L", minutes_late=3))
        first, second = Conflict.objects.order_by("student__person__sort_name")

        keep_mark(first.pk, actor=morning.teacher)
        replace_mark(second.pk, version=1, actor=morning.office)

        assert symbols(register) == {"Student 00": "I", "Student 01": "L"}
        assert list(list_conflicts(morning.office)) == []
        kept, replaced = Conflict.objects.order_by("student__person__sort_name")
        assert (kept.state, kept.decided_by_name) == ("kept", "Tess Teacher")
        assert (replaced.state, replaced.decided_by_name) == ("replaced", "Olive Office")
        assert Mark.objects.get(student=morning.students[1]).minutes_late == 3
        with pytest.raises(ConflictDecidedError):
            replace_mark(first.pk, actor=morning.office)


def test_replacing_is_refused_where_the_mark_changed_once_more(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(morning.students[0].pk, "I")], actor=morning.office)
        send(morning, mark_of(morning, register, 0, "N"))
        take_register(register.pk, marks=[GivenMark(morning.students[0].pk, "/")], actor=morning.office)

        with pytest.raises(MarkConflictError):
            replace_mark(Conflict.objects.get().pk, version=1, actor=morning.teacher)

        assert symbols(register) == {"Student 00": "/"}


def test_a_teacher_does_not_replace_after_the_lock(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(morning.students[0].pk, "I")], actor=morning.office)
        send(morning, mark_of(morning, register, 0, "N"))

    with clock.frozen(TUESDAY), in_school(morning.school), pytest.raises(RegisterLockedError):
        replace_mark(Conflict.objects.get().pk, actor=morning.teacher)


def test_a_key_belongs_to_who_used_it(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        send(morning, mark_of(morning, register, 0, "N"), key="k")

        with pytest.raises(BatchKeyTakenError):
            send(morning, mark_of(morning, register, 0, "N"), key="k", actor=morning.office)


@pytest.mark.usefixtures("db", "at_school")
def test_a_batch_takes_the_same_statements_for_three_marks_and_for_thirty():
    statements = []
    for size in (3, 30):
        morning = make_morning(30)
        register = morning.register()
        with in_school(morning.school):
            take_register(
                register.pk, marks=[GivenMark(s.pk, "I") for s in morning.students[: size // 2]], actor=morning.office
            )
            send(morning, key="warm")
            marks = [mark_of(morning, register, n, "/") for n in range(size)]
            actor = morning.teacher
            with CaptureQueriesContext(connection) as queries:
                send(morning, *marks, actor=actor)
            statements.append(len(queries))

    assert statements[0] == statements[1]


def body_of(morning: Morning, register: Register, symbol: str, *, key: str = "k", seen: int = 0) -> dict[str, Any]:
    mark = {"student": str(morning.students[0].pk), "code": symbol, "version": seen, "at": NOW.isoformat()}
    return {
        "device": "phone",
        "key": key,
        "device_time": clock.now().isoformat(),
        "registers": [{"register": str(register.pk), "marks": [mark]}],
    }


def post(client: Caller, body: dict[str, Any], **headers: str) -> Any:
    return client.send("/api/v1/attendance/batches/", body, **headers)


def test_a_batch_over_rest_and_its_conflict_decided(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(morning.students[0].pk, "I")], actor=morning.office)
    teacher, office = (software(user, morning.school) for user in (morning.teacher_user, morning.office_user))

    answer = post(teacher, body_of(morning, register, "N"), key="k")

    assert answer.status_code == 200
    [row] = answer.json()["results"]
    assert (row["result"], row["version"]) == ("conflict", 1)
    [conflict] = office.get("/api/v1/attendance/conflicts/").json()["items"]
    assert conflict["id"] == row["conflict"]
    assert (conflict["device"]["code"], conflict["device"]["by"]) == ("N", "Tess Teacher")
    assert (conflict["server"]["code"], conflict["server"]["by"]) == ("I", "Olive Office")
    replaced = office.send(f"/api/v1/attendance/conflicts/{row['conflict']}/replace/", {"version": 1})
    assert replaced.json()["current"] == {"code": "N", "version": 2}
    again = office.send(f"/api/v1/attendance/conflicts/{row['conflict']}/keep/")
    assert (again.status_code, again.json()["code"]) == (409, "conflict_decided")


def test_a_retry_over_rest_may_tell_the_clock_anew(morning: Morning):
    register = morning.register()
    client = software(morning.teacher_user, morning.school)
    body = body_of(morning, register, "N")

    first = post(client, body, key="k", **{"X-Device-Time": (NOW + timedelta(minutes=9)).isoformat()})
    again = post(client, body, key="k", **{"X-Device-Time": (NOW + timedelta(minutes=10)).isoformat()})
    without = post(client, body)  # the idempotency record has gone, the batch has not

    assert first.json()["flags"] == ["clock"]
    assert again.json() == first.json() == without.json()
    assert again["Idempotency-Replayed"] == "true"


def test_a_batch_that_is_too_late_is_answered_with_202(morning: Morning):
    register = morning.register()

    with clock.frozen(TUESDAY):
        answer = post(software(morning.teacher_user, morning.school), body_of(morning, register, "N"))

    assert (answer.status_code, answer.json()["code"]) == (202, "sent_to_office")
    assert [row["result"] for row in answer.json()["results"]] == ["sent_to_office"]
