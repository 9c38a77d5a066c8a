"""Planned absences: asked for, decided, and in the way of a register; by every door."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.devices import GivenBatch
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError, RuleError
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import User
from lyceum.domains.attendance.models import Conflict, Mark, PlannedAbsence, PlannedStudent, SessionMark
from lyceum.domains.attendance.planned import list_planned
from lyceum.domains.attendance.rules.arrivals import Arrival, mark_arrived
from lyceum.domains.attendance.rules.marks import GivenMark, amend_mark, take_register
from lyceum.domains.attendance.rules.planned import (
    NewAbsence,
    approve_absence,
    ask_absence,
    cancel_absence,
    refuse_absence,
)
from lyceum.domains.attendance.rules.refusals import (
    FutureNotAllowedError,
    NotASchoolDayError,
    NothingPlannedError,
    PlannedAbsenceError,
    PlannedAlreadyError,
    PlannedDecidedError,
)
from lyceum.domains.attendance.rules.suspensions import plan_from_action
from lyceum.domains.attendance.rules.sync import DeviceMark, receive_batch
from lyceum.domains.attendance.sheet import read_sheet
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.domains.notifications.models import Notification
from lyceum.domains.people.models import Person
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import NOW, account_for, as_actor, guardian_of, in_school

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def family(morning: Morning) -> Actor:
    """The guardian of the first student."""
    return as_actor(guardian_of(morning.students[0]), morning.school)


def plan(morning: Morning, first: date = TODAY, last: date = TODAY, **more: object) -> PlannedAbsence:
    """An approved absence of the first student."""
    new = NewAbsence([morning.students[0].pk], first, last, what="family", **more)  # type: ignore[arg-type]
    return ask_absence(new, approve=True, actor=morning.office)


def symbols() -> list[str]:
    return list(Mark.objects.order_by("student__person__sort_name").values_list("code__symbol", flat=True))


def test_all_present_leaves_the_planned_mark_and_says_so(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        planned = plan(morning)
        assert [row.symbol for row in SessionMark.objects.filter(on=TODAY)] == ["C", "C"]

        saved = take_register(register.pk, marks=[], rest="present", actor=morning.teacher)

        assert symbols() == ["C", "/", "/"]
        [kept] = saved.kept_planned
        assert (kept.student_id, kept.symbol, kept.yours) == (morning.students[0].pk, "C", "/")
        assert kept.planned_id == planned.pk
        assert Mark.objects.get(student=morning.students[0]).origin == "planned"
        again = take_register(register.pk, marks=[GivenMark(morning.students[0].pk, "N")], actor=morning.teacher)
        assert (again.saved, [k.yours for k in again.kept_planned]) == (0, ["N"])
        with pytest.raises(PlannedAbsenceError):
            amend_mark(Mark.objects.get(student=kept.student_id).pk, symbol="N", reason="Seen", actor=morning.office)


def test_arrived_trims_the_plan_marks_the_student_and_tells_the_office(morning: Morning):
    student, register = morning.students[0].pk, morning.register()
    with in_school(morning.school):
        plan(morning, TODAY, TUESDAY)
        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)

        mark_arrived(register.pk, Arrival(student, time_in=time(9)), actor=morning.teacher)

        mark = Mark.objects.get(student=student, register=register)
        assert (mark.code.symbol, mark.minutes_late, mark.version) == ("L", 15, 2)
        row = PlannedStudent.objects.get(student=student)
        assert (row.holds, row.arrived_on, row.arrived_half) == (False, TODAY, 0)
        assert list(SessionMark.objects.filter(student=student).values_list("session", "symbol")) == [("AM", "L")]
        told = Fact.objects.filter(type="attendance.planned.decided").order_by("id").last()
        assert told
        assert told.payload["state"] == "arrived"
        assert list(Notification.objects.values_list("name", "template")) == [("Olive Office", "attendance_arrived")]
        with pytest.raises(NothingPlannedError):
            mark_arrived(register.pk, Arrival(student), actor=morning.teacher)


def test_who_arrives_in_the_afternoon_keeps_the_morning(morning: Morning):
    student = morning.students[0].pk
    with in_school(morning.school):
        plan(morning)
        mark_arrived(morning.register("PM").pk, Arrival(student), actor=morning.teacher)

        rows = SessionMark.objects.filter(student=student).order_by("session")
        assert [(row.session, row.symbol) for row in rows] == [("AM", "C"), ("PM", "\\")]


def test_cancelling_unlocks_and_leaves_what_was_saved(morning: Morning):
    student, register = morning.students[0].pk, morning.register()
    with in_school(morning.school):
        planned = plan(morning)
        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)

        cancel_absence(planned.pk, actor=morning.office)

        assert symbols() == ["C", "/", "/"]
        rows = SessionMark.objects.filter(student=student)
        assert [(row.session, row.symbol, row.origin) for row in rows] == [("AM", "C", "method")]
        saved = take_register(register.pk, marks=[GivenMark(student, "/")], actor=morning.teacher)
        assert (saved.saved, saved.kept_planned) == (1, [])
        with pytest.raises(PlannedDecidedError):
            cancel_absence(planned.pk, actor=morning.office)


def test_the_sheet_shows_what_holds_a_mark(morning: Morning):
    with in_school(morning.school):
        planned = plan(morning, starts_half=1)

        of_morning = read_sheet(morning.register(), actor=morning.teacher)
        of_afternoon = read_sheet(morning.register("PM"), actor=morning.teacher)

    assert [row.prefilled for row in of_morning] == [None, None, None]
    assert [row.prefilled and row.prefilled.planned_id for row in of_afternoon] == [planned.pk, None, None]


def test_a_mark_from_a_phone_in_the_way_of_a_plan_is_put_before_the_office(morning: Morning):
    student, register = morning.students[0].pk, morning.register()
    with in_school(morning.school):
        plan(morning)
        given = [DeviceMark(register.pk, student, "/", seen=0, marked_at=NOW)]

        batch = receive_batch(GivenBatch("phone", "one", NOW, given), actor=morning.teacher)

        assert [(row["result"], row["code"]) for row in batch.rows] == [("refused", "kept_planned")]
        assert Conflict.objects.get().student_id == student
        assert symbols() == ["C"]


def test_a_family_asks_and_the_office_decides(morning: Morning):
    guardian = family(morning)
    with in_school(morning.school):
        planned = ask_absence(NewAbsence([morning.students[0].pk], MONDAY, TUESDAY, what="medical"), actor=guardian)
        assert (planned.state, planned.origin, planned.code and planned.code.symbol) == ("asked", "guardian", "M")
        with pytest.raises(NotAllowedError):
            approve_absence(planned.pk, actor=morning.teacher)
        with pytest.raises(NotAllowedError):
            approve_absence(planned.pk, actor=guardian)

        approve_absence(planned.pk, actor=morning.office)

        assert not SessionMark.objects.exists()  # those days have not come
        [told] = Notification.objects.all()
        assert (told.name, told.message) == ("Grace Guardian", "Student 00, 23 Nov – 24 Nov: the absence is approved. ")
        with pytest.raises(NotAllowedError):
            cancel_absence(planned.pk, actor=guardian)  # it is decided
        with pytest.raises(PlannedDecidedError):
            refuse_absence(planned.pk, answer="No", actor=morning.office)
        trail = AuditEntry.objects.filter(action__startswith="attendance.absence").order_by("id")
        assert [entry.action for entry in trail] == ["attendance.absence.ask", "attendance.absence.decide"]


def test_whoever_asked_takes_it_back_until_it_is_decided(morning: Morning):
    guardian = family(morning)
    with in_school(morning.school):
        planned = ask_absence(NewAbsence([morning.students[0].pk], MONDAY, MONDAY, what="ill"), actor=guardian)

        assert cancel_absence(planned.pk, actor=guardian).state == "cancelled"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"what": "other"}, "required"),  # and no word about it
        ({"what": "bored"}, "choice"),
        ({"ends_on": date(2026, 11, 22)}, "order"),
        ({"starts_half": 1, "ends_half": 0, "ends_on": MONDAY}, "order"),
        ({"ends_on": date(2027, 12, 31)}, "range"),
        ({"starts_on": date(2026, 11, 19), "ends_on": MONDAY}, "past"),  # families ask ahead
        ({"symbol": "C"}, "code_not_allowed"),
        ({"reason": "x" * 501}, "too_long"),
        ({"students": []}, "required"),
    ],
)
def test_what_a_family_may_not_ask(morning: Morning, given: dict[str, object], code: str):
    usual = {"students": [morning.students[0].pk], "starts_on": MONDAY, "ends_on": MONDAY, "what": "ill"} | given

    with in_school(morning.school), pytest.raises(InvalidError) as refusal:
        ask_absence(NewAbsence(**usual), actor=family(morning))  # type: ignore[arg-type]

    assert [e.code for e in refusal.value.errors] == [code]


def test_nothing_is_asked_twice_nor_for_a_closed_day_nor_given_ahead_against_the_codes(morning: Morning):
    student = morning.students[0].pk
    guardian = family(morning)
    with in_school(morning.school):
        saturday = date(2026, 11, 21)
        with pytest.raises(NotASchoolDayError):
            ask_absence(NewAbsence([student], saturday, saturday, what="ill"), actor=guardian)
        asked = ask_absence(NewAbsence([student], MONDAY, TUESDAY, what="ill"), actor=guardian)
        with pytest.raises(PlannedAlreadyError):
            ask_absence(NewAbsence([student], TUESDAY, TUESDAY, what="medical"), actor=guardian)
        with pytest.raises(FutureNotAllowedError):
            approve_absence(asked.pk, actor=morning.office)  # ill is not given ahead
        assert approve_absence(asked.pk, symbol="M", actor=morning.office).state == "approved"


def test_a_student_asks_for_themselves_from_the_day_they_are_of_age(morning: Morning):
    student = morning.students[0]
    actor = as_actor(account_for(student.person, Role.STUDENT), morning.school)
    new = NewAbsence([student.pk], MONDAY, MONDAY, what="medical")
    with in_school(morning.school):
        for born, may in ((None, False), (date(2008, 11, 21), False), (date(2008, 11, 20), True)):
            Person.objects.filter(pk=student.person_id).update(birth_date=born)
            if may:
                assert ask_absence(new, actor=actor).origin == "student"
            else:
                with pytest.raises(NotFoundError):
                    ask_absence(new, actor=actor)


def test_other_families_and_other_schools_see_nothing(morning: Morning):
    there = make_morning(1, name="Valley School")
    other = as_actor(guardian_of(morning.students[1], name="Other Guardian"), morning.school)
    with in_school(morning.school):
        planned = plan(morning)
        assert list(list_planned(other)) == []
        with pytest.raises(NotFoundError):
            ask_absence(NewAbsence([morning.students[0].pk], MONDAY, MONDAY, what="ill"), actor=other)
    with in_school(there.school), pytest.raises(NotFoundError):
        cancel_absence(planned.pk, actor=there.office)


def test_a_plan_of_several_shows_a_family_its_own_child_only(morning: Morning):
    guardian = family(morning)
    with in_school(morning.school):
        students = [s.pk for s in morning.students]
        ask_absence(NewAbsence(students, MONDAY, MONDAY, what="activity"), approve=True, actor=morning.office)

        [seen] = list_planned(guardian)

        assert [row.student_id for row in seen.seen] == [morning.students[0].pk]  # type: ignore[attr-defined]


def test_a_suspension_is_planned_once_for_each_action(morning: Morning):
    student, system = morning.students[0].pk, system_actor(morning.school.pk)
    new = NewAbsence([student], TODAY, MONDAY, reason="Suspended")
    with in_school(morning.school):
        plan(morning)
        first = plan_from_action(new, source="behaviour.action:1", actor=system)
        again = plan_from_action(new, source="behaviour.action:1", actor=system)

        assert first.pk == again.pk
        assert [row.symbol for row in SessionMark.objects.filter(student=student)] == ["E", "E"]  # it counts first


Door = Callable[[Morning, User, str, str], str]
"""Asks for the first student, from a day on, for a reason. Answers with the codes of a refusal."""


def by_page(morning: Morning, user: User, day: str, what: str) -> str:
    page = f"/students/{morning.students[0].pk}/absences/new/"
    answer = browser(user, morning.school).post(page, {"starts_on": day, "what": what})
    return "" if answer.status_code == 302 else " ".join(e.code for e in answer.context["errors"])


def by_rest(morning: Morning, user: User, day: str, what: str) -> str:
    body = {"students": [str(morning.students[0].pk)], "from": day, "what": what}
    answer = software(user, morning.school).send("/api/v1/attendance/planned-absences/", body)
    if answer.status_code == 201:
        return ""
    return " ".join(e["code"] for e in answer.json()["errors"]) or answer.json()["code"]


def by_graphql(morning: Morning, user: User, day: str, what: str) -> str:
    document = (
        "mutation ($i: RequestAbsenceInput!) { requestAbsence(input: $i) "
        "{ plannedAbsence { state from students { name } } errors { code fields { code } } } }"
    )
    given = {"studentIds": [str(morning.students[0].pk)], "from": day, "what": what}
    answer = software(user, morning.school).send("/graphql", {"query": document, "variables": {"i": given}}).json()
    errors = answer["data"]["requestAbsence"]["errors"]
    return " ".join(f["code"] for e in errors for f in e["fields"]) or " ".join(e["code"] for e in errors)


DOORS: dict[str, Door] = {"page": by_page, "rest": by_rest, "graphql": by_graphql}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_asks_the_same_and_refuses_the_same(morning: Morning, door: str):
    user = guardian_of(morning.students[0])

    assert DOORS[door](morning, user, "2026-11-23", "ill") == ""
    assert DOORS[door](morning, user, "2026-11-21", "ill") == "not_a_school_day"
    assert DOORS[door](morning, user, "2026-11-20", "other") == "required"

    with in_school(morning.school):
        assert list(PlannedAbsence.objects.values_list("origin", "state")) == [("guardian", "asked")]
        entries = AuditEntry.objects.filter(action="attendance.absence.ask")
        assert list(entries.values_list("via", flat=True)) == [door]


def test_the_office_decides_by_list_page_rest_and_graphql(morning: Morning):
    students = [s.pk for s in morning.students]
    with in_school(morning.school):
        ids = [
            str(ask_absence(NewAbsence([s], MONDAY, MONDAY, what="medical"), actor=morning.teacher).pk)
            for s in (*students, students[0])[:3]
        ]
    office, client = browser(morning.office_user, morning.school), software(morning.office_user, morning.school)

    office.post("/attendance/planned/", {"bulk": "approve", "row": ids[0], "planned": "1", "confirmed": "1"})
    office.post(f"/attendance/planned/{ids[1]}/", {"act": "refuse", "answer": "An exam"})
    client.send(f"/api/v1/attendance/planned-absences/{ids[2]}/approve/", {"code": "C"})
    document = "mutation ($i: DecideAbsenceInput!) { decideAbsence(input: $i) { errors { code } } }"
    variables = {"i": {"plannedId": ids[2], "state": "cancelled"}}
    client.send("/graphql", {"query": document, "variables": variables})

    with in_school(morning.school):
        states = {str(row.pk): row.state for row in PlannedAbsence.objects.all()}
    assert [states[each] for each in ids] == ["approved", "refused", "cancelled"]


def test_arrived_on_the_page_keeps_what_was_typed_for_the_others(morning: Morning):
    first, second, _third = (s.pk for s in morning.students)
    register = morning.register()
    with in_school(morning.school):
        plan(morning)
    page = browser(morning.teacher_user, morning.school)
    assert b'name="arrived"' in page.get(f"/registers/{register.pk}/").content

    answer = page.post(f"/registers/{register.pk}/", {"arrived": str(first), f"mark-{second}": "N"})

    assert answer.status_code == 200
    assert f'name="mark-{second}" value="N"' in answer.content.decode()
    with in_school(morning.school):
        assert symbols() == ["/"]


@pytest.mark.usefixtures("db", "at_school")
def test_lists_take_the_same_statements_for_one_and_for_three():
    counts: dict[str, list[int]] = {}
    for size in (1, 3):
        morning = make_morning(size)
        with in_school(morning.school):
            for student in morning.students:
                ask_absence(NewAbsence([student.pk], MONDAY, MONDAY, what="ill"), actor=morning.teacher)
        for path in ("/attendance/planned/", "/api/v1/attendance/planned-absences/"):
            client = browser if path.startswith("/att") else software
            count = statements_for(client(morning.office_user, morning.school), path)
            counts.setdefault(path, []).append(count)

    assert all(one == three for one, three in counts.values()), counts


def test_a_closed_register_takes_an_arrival_of_the_office_without_a_word(morning: Morning):
    with clock.frozen(datetime(2026, 11, 20, 11, tzinfo=UTC)), in_school(morning.school):
        plan(morning)
        register = morning.register()
        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)
        try:
            mark_arrived(register.pk, Arrival(morning.students[0].pk), actor=morning.office)
        except RuleError as error:  # pragma: no cover - says which
            pytest.fail(error.code)

        assert symbols() == ["U", "/", "/"]
