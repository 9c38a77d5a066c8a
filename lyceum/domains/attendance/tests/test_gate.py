"""The gate: signing in and out, what it says of the session, and who is on site."""

from collections.abc import Callable
from datetime import UTC, datetime, time

import pytest

from lyceum.core import clock
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.attendance.gate import search_gate
from lyceum.domains.attendance.models import GateEvent, Mark, MarkChange, PlannedStudent, SessionMark
from lyceum.domains.attendance.on_site import list_present
from lyceum.domains.attendance.rules.gate import (
    pass_staff,
    sign_in_student,
    sign_in_visitor,
    sign_out_student,
    sign_out_visitor,
)
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.planned import NewAbsence, ask_absence
from lyceum.domains.attendance.rules.refusals import ReasonNeededError, VisitEndedError
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.journal.models import Fact
from lyceum.domains.people.models import Staff
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import in_school, make_student

Door = Callable[[Morning, dict[str, str]], tuple[int, str]]
"""Signs somebody in or out; answers with the status and the codes of a refusal."""


def by_page(morning: Morning, given: dict[str, str]) -> tuple[int, str]:
    answer = browser(morning.office_user, morning.school).post("/gate/", given)
    return answer.status_code, " ".join(e.code for e in answer.context["errors"]) if answer.status_code == 422 else ""


def by_rest(morning: Morning, given: dict[str, str]) -> tuple[int, str]:
    answer = software(morning.office_user, morning.school).send("/api/v1/attendance/gate-events/", given)
    codes = " ".join(e["code"] for e in answer.json()["errors"]) if answer.status_code == 422 else ""
    return answer.status_code, codes


DOORS = {"page": by_page, "rest": by_rest}
DONE = {"page": 302, "rest": 201}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_signs_in_with_the_same_mark(morning: Morning, door: str):
    morning.register()

    answer = DOORS[door](morning, {"student": str(morning.students[0].pk), "direction": "in", "reason": "bus"})

    assert answer == (DONE[door], "")
    with in_school(morning.school):
        marks = Mark.objects.values_list("code__symbol", "minutes_late", "time_in", "note", "origin")
        assert list(marks) == [("L", 5, time(8, 50), "bus", "gate")]
        assert list(SessionMark.objects.values_list("session", "symbol")) == [("AM", "L")]
        assert list(MarkChange.objects.values_list("marked_by_name", "via")) == [("Olive Office", door)]
        assert list(GateEvent.objects.values_list("direction", "made_by_name")) == [("in", "Olive Office")]
        assert Fact.objects.filter(type="attendance.gate").count() == 1


@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_a_student_who_leaves_without_a_reason(morning: Morning, door: str):
    answer = DOORS[door](morning, {"student": str(morning.students[0].pk), "direction": "out"})

    assert answer == (422, "reason_needed")
    with in_school(morning.school):
        assert GateEvent.objects.count() == 0


@pytest.mark.parametrize("door", DOORS)
def test_a_card_is_a_number(morning: Morning, door: str):
    card = morning.students[1].registration_number

    assert DOORS[door](morning, {"card": card, "direction": "in"}) == (DONE[door], "")
    assert DOORS[door](morning, {"card": "nobody's", "direction": "in"}) == (422, "card_unknown")
    with in_school(morning.school):
        assert list(GateEvent.objects.values_list("student", flat=True)) == [morning.students[1].pk]


@pytest.mark.parametrize(
    ("at", "session", "symbol", "minutes"),
    [
        (time(8, 30), "AM", "/", None),  # before the session starts
        (time(8, 45), "AM", "/", None),  # on the minute
        (time(9, 14), "AM", "L", 29),  # before the register closes
        (time(9, 15), "AM", "U", 30),  # as it closes
        (time(12, 59), "AM", "U", 254),  # still the morning's
        (time(13, 5), "PM", "L", 5),
    ],
)
def test_the_clock_says_what_an_arrival_is(morning: Morning, at: time, session: str, symbol: str, minutes: int | None):
    with clock.frozen(datetime.combine(datetime(2026, 11, 20), at, tzinfo=UTC)), in_school(morning.school):
        passed = sign_in_student(morning.students[0].pk, actor=morning.office)

        assert (passed.symbol, passed.minutes_late) == (symbol, minutes)
        marks = SessionMark.objects.values_list("session", "symbol", "minutes_late")
        assert list(marks) == [(session, symbol, minutes)]


def test_an_absence_becomes_late_and_a_presence_stays(morning: Morning):
    register, (absent, present, _third) = morning.register(), morning.students
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(absent.pk, "N")], rest="present", actor=morning.teacher)
        for student in (absent, present):
            sign_in_student(student.pk, actor=morning.office)

        marks = Mark.objects.order_by("student__person__sort_name").values_list("code__symbol", "origin", "version")
        assert list(marks) == [("L", "gate", 2), ("/", "teacher", 1), ("/", "teacher", 1)]


def test_a_card_that_is_read_twice_is_read_once(morning: Morning):
    student = morning.students[0]
    with in_school(morning.school):
        first = sign_in_student(student.pk, actor=morning.office)
        again = sign_in_student(student.pk, actor=morning.office)

        assert (first.is_new, again.is_new, again.event) == (True, False, first.event)
        assert MarkChange.objects.count() == 1


def test_leaving_keeps_time_and_reason_and_does_not_change_the_session(morning: Morning):
    student, register = morning.students[0], morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)
    with clock.frozen(datetime(2026, 11, 20, 11, 20, tzinfo=UTC)), in_school(morning.school):
        sign_out_student(student.pk, reason="dentist", actor=morning.office)

        mark = Mark.objects.get(student=student)
        assert (mark.code.symbol, mark.time_out, mark.left_reason, mark.version) == ("/", time(11, 20), "dentist", 2)
        assert SessionMark.objects.get(student=student).symbol == "/"
        assert Fact.objects.filter(type="attendance.marked").count() == 2
    with clock.frozen(datetime(2026, 11, 20, 11, 30, tzinfo=UTC)):
        page = browser(morning.teacher_user, morning.school).get(f"/registers/{register.pk}/").content.decode()
        assert "signed out 11:20" in page
        assert "dentist" not in page


def test_a_planned_absence_ends_with_the_arrival(morning: Morning):
    student = morning.students[0]
    with in_school(morning.school):
        new = NewAbsence([student.pk], starts_on=TODAY, ends_on=TODAY, reason="funeral", symbol="C")
        plan = ask_absence(new, approve=True, actor=morning.office)
        passed = sign_in_student(student.pk, actor=morning.office)

        assert (passed.symbol, passed.minutes_late) == ("L", 5)
        assert not PlannedStudent.objects.get(planned=plan).holds
        assert SessionMark.objects.get(student=student, session="AM").symbol == "L"


def test_the_gate_works_on_a_day_without_school(morning: Morning):
    with clock.frozen(datetime(2026, 11, 21, 10, tzinfo=UTC)), in_school(morning.school):
        passed = sign_in_student(morning.students[0].pk, actor=morning.office)

        assert (passed.symbol, Mark.objects.count()) == ("", 0)
        assert [person.name for person in list_present(morning.office)] == ["Student 00"]


def test_a_visitor_signs_out_once(morning: Morning):
    with in_school(morning.school):
        visit = sign_in_visitor("  Vera   Visitor ", host="Olive Office", actor=morning.office).event

        assert [(p.name, p.kind, p.place) for p in list_present(morning.office)] == [
            ("Vera Visitor", "visitor", "Olive Office")
        ]
        sign_out_visitor(visit.pk, actor=morning.office)

        assert list_present(morning.office) == []
        with pytest.raises(VisitEndedError):
            sign_out_visitor(visit.pk, actor=morning.office)


def test_the_newest_word_says_who_is_on_site(morning: Morning):
    (late, absent, left), register = morning.students, morning.register()
    with in_school(morning.school):
        staff = Staff.objects.get(person__user=morning.teacher_user)
        take_register(register.pk, marks=[GivenMark(absent.pk, "N"), GivenMark(late.pk, "N")], rest="present",
                      actor=morning.teacher)  # fmt: skip
    with clock.frozen(datetime(2026, 11, 20, 9, 30, tzinfo=UTC)), in_school(morning.school):
        sign_in_student(late.pk, actor=morning.office)
        sign_out_student(left.pk, reason="ill", actor=morning.office)

        found = [(p.name, p.group, p.place, p.source, p.is_certain) for p in list_present(morning.office)]
        assert found == [
            ("Student 00", "7A", "", "gate", True),
            ("Tess Teacher", "", "7A", "session", True),
        ]
        pass_staff(staff.pk, direction="out", actor=morning.office)
        assert [p.name for p in list_present(morning.office)] == ["Student 00"]


def test_a_name_finds_students_and_staff_and_the_last_word_about_them(morning: Morning):
    with in_school(morning.school):
        sign_in_student(morning.students[0].pk, actor=morning.office)

        found = search_gate("studnet 00", actor=morning.office)[0]
        assert (found.kind, found.name, found.direction) == ("student", "Student 00", "in")
        assert "7A" in found.detail
        assert [each.name for each in search_gate("tess", actor=morning.office)] == ["Tess Teacher"]


def test_the_other_school_has_a_gate_of_its_own(morning: Morning):
    other = make_morning(1, name="Dale School")
    with in_school(other.school):
        visit = sign_in_visitor("Vera Visitor", actor=other.office).event
    with in_school(morning.school):
        with pytest.raises(NotFoundError):
            sign_in_student(other.students[0].pk, actor=morning.office)
        with pytest.raises(NotFoundError):
            sign_out_visitor(visit.pk, actor=morning.office)
        assert list_present(morning.office) == []
        assert [each.name for each in search_gate("Student 00", actor=morning.office)] == ["Student 00"]


def test_teachers_pass_nobody_and_see_no_list(morning: Morning):
    with in_school(morning.school):
        with pytest.raises(NotAllowedError):
            sign_in_student(morning.students[0].pk, actor=morning.teacher)
        with pytest.raises(NotAllowedError):
            list_present(morning.teacher)


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_visitor_has_a_name(morning: Morning, name: str):
    with in_school(morning.school), pytest.raises(InvalidError):
        sign_in_visitor(name, actor=morning.office)


def test_reason_is_asked_in_the_words_of_the_person(morning: Morning):
    with in_school(morning.school), pytest.raises(ReasonNeededError, match="Student 00"):
        sign_out_student(morning.students[0].pk, reason=" ", actor=morning.office)


@pytest.mark.parametrize("path", ["/api/v1/attendance/on-site/", "/api/v1/attendance/gate-events/", "/on-site/",
                                  "/gate/?q=student"])  # fmt: skip
def test_lists_take_as_many_statements_for_three_as_for_one(morning: Morning, path: str):
    client = software if path.startswith("/api/") else browser
    with in_school(morning.school):
        sign_in_student(morning.students[0].pk, actor=morning.office)
    one = statements_for(client(morning.office_user, morning.school), path)
    with in_school(morning.school):
        for student in [*morning.students[1:], make_student(morning.school, morning.form)]:
            sign_in_student(student.pk, actor=morning.office)

    assert statements_for(client(morning.office_user, morning.school), path) == one
