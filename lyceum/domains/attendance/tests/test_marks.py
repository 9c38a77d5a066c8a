from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import NotFoundError
from lyceum.domains.academics.rules.placements import leave_student
from lyceum.domains.attendance.models import Mark, MarkChange, Register, SessionMark, SessionMarkPast, SessionTimes
from lyceum.domains.attendance.queries import get_register, list_history, marks_as_known
from lyceum.domains.attendance.rules.marks import GivenMark, amend_mark, reopen_register, take_register
from lyceum.domains.attendance.rules.refusals import (
    MarkConflictError,
    ReasonNeededError,
    RegisterLockedError,
    WrongMarksError,
)
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.rules.setup import set_session_times
from lyceum.domains.attendance.sheet import read_sheet
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.factories import NOW, in_school, make_class, make_student, make_teacher

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def symbols(register: Register) -> list[str]:
    marks = Mark.objects.filter(register=register).select_related("code", "student__person")
    return [m.code.symbol for m in marks.order_by("student__person__sort_name")]


@pytest.mark.usefixtures("db", "at_school")
def test_all_present_marks_thirty_with_one_record_and_one_fact():
    morning = make_morning(30)
    register = morning.register()

    with in_school(morning.school):
        entries, facts = AuditEntry.objects.count(), Fact.objects.count()
        saved = take_register(register.pk, marks=[], rest="present", actor=morning.teacher)

        assert saved.saved == 30
        assert Mark.objects.filter(register=register, code__symbol="/").count() == 30
        assert SessionMark.objects.filter(on=TODAY, session="AM", meaning="present").count() == 30
        assert MarkChange.objects.filter(mark__register=register, version=1).count() == 30
        assert AuditEntry.objects.count() == entries + 1
        assert Fact.objects.count() == facts + 1 + 30
        assert Fact.objects.filter(type="attendance.session.derived", payload__meaning="present").count() == 30
        fact = Fact.objects.get(type="attendance.marked")
        assert len(fact.payload["marks"]) == 30
        assert Register.objects.get(pk=register.pk).state == "taken"


def test_saving_the_same_again_changes_nothing(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)
        facts = Fact.objects.count()

        again = take_register(register.pk, marks=[], rest="present", actor=morning.teacher)

        assert again.saved == 0
        assert Fact.objects.count() == facts
        assert MarkChange.objects.count() == 3


@pytest.mark.parametrize(
    ("symbol", "note", "minutes", "code"),
    [
        ("Q9", "", None, "code_unknown"),  # no such code
        ("E", "", None, "code_not_allowed"),  # a teacher cannot give a suspension
        ("Y4", "", None, "code_not_allowed"),  # nor a closure
        ("\\", "", None, "code_not_allowed"),  # the afternoon's present in the morning
        ("L", "", 601, "minutes_range"),  # more than ten hours late
        ("N", "x" * 501, None, "note_too_long"),
    ],
)
def test_one_wrong_row_saves_nothing(morning: Morning, symbol: str, note: str, minutes: int | None, code: str):
    register = morning.register()
    good, wrong = morning.students[0].pk, morning.students[1].pk
    marks = [GivenMark(good, "/"), GivenMark(wrong, symbol, note=note, minutes_late=minutes)]

    with in_school(morning.school), pytest.raises(WrongMarksError) as refusal:
        take_register(register.pk, marks=marks, rest="present", actor=morning.teacher)

    assert [(e.pointer, e.code) for e in refusal.value.errors] == [("/marks/1", code)]
    with in_school(morning.school):
        assert Mark.objects.count() == 0


def test_student_of_another_class_is_not_on_the_register(morning: Morning):
    other = make_student(morning.school, make_class(morning.school, "7B"))
    register = morning.register()

    with in_school(morning.school), pytest.raises(WrongMarksError) as refusal:
        take_register(register.pk, marks=[GivenMark(other.pk, "/")], actor=morning.teacher)

    assert [e.code for e in refusal.value.errors] == ["not_on_register"]


def test_student_who_left_yesterday_is_not_on_the_register(morning: Morning):
    leaver = morning.students[0]
    with in_school(morning.school):
        leave_student(leaver.pk, last_day=date(2026, 11, 19), exit="withdrawn", actor=morning.office)
    register = morning.register()

    with in_school(morning.school):
        assert [row.student_id for row in read_sheet(register, actor=morning.teacher)] == [
            s.pk for s in morning.students[1:]
        ]
        with pytest.raises(WrongMarksError):
            take_register(register.pk, marks=[GivenMark(leaver.pk, "/")], actor=morning.teacher)


def test_row_changed_meanwhile_is_left_and_comes_back_as_a_conflict(morning: Morning):
    register = morning.register()
    first, second, third = (s.pk for s in morning.students)
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(first, "N")], base_version=0, actor=morning.teacher)
        take_register(register.pk, marks=[GivenMark(first, "I")], base_version=1, actor=morning.office)

        saved = take_register(
            register.pk,
            marks=[GivenMark(first, "/"), GivenMark(second, "/"), GivenMark(third, "L", minutes_late=3)],
            base_version=1,
            actor=morning.teacher,
        )

        assert saved.saved == 2
        assert symbols(register) == ["I", "/", "L"]
        [conflict] = saved.conflicts
        assert (conflict.student_id, conflict.yours, conflict.theirs) == (first, "/", "I")


def test_same_value_saved_meanwhile_is_no_conflict(morning: Morning):
    register = morning.register()
    first = morning.students[0].pk
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(first, "N")], base_version=0, actor=morning.office)

        saved = take_register(register.pk, marks=[GivenMark(first, "N")], base_version=0, actor=morning.teacher)

        assert (saved.saved, saved.conflicts) == (0, [])


def test_the_rest_leaves_marks_that_are_there(morning: Morning):
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(morning.students[1].pk, "I")], actor=morning.office)

        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)

        assert symbols(register) == ["/", "I", "/"]


def test_arrival_time_becomes_minutes_late(morning: Morning):
    register = morning.register()
    student = morning.students[0].pk
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "L", time_in=time(8, 57))], actor=morning.teacher)

        assert Mark.objects.get(student=student).minutes_late == 12
        assert SessionMark.objects.get(student=student).minutes_late == 12
        assert Fact.objects.get(type="attendance.marked").payload["marks"][0]["minutes_late"] == 12


def test_the_same_arrival_time_again_changes_nothing(morning: Morning):
    register = morning.register()
    given = [GivenMark(morning.students[0].pk, "L", time_in=time(8, 57))]
    with in_school(morning.school):
        take_register(register.pk, marks=given, actor=morning.teacher)

        assert take_register(register.pk, marks=given, actor=morning.teacher).saved == 0


def test_office_needs_a_reason_after_the_register_closed_and_both_marks_are_kept(morning: Morning):
    register = morning.register()
    student = morning.students[0].pk
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "N")], rest="present", actor=morning.teacher)
    with clock.frozen(NOON), in_school(morning.school):
        with pytest.raises(ReasonNeededError):
            take_register(register.pk, marks=[GivenMark(student, "I")], actor=morning.office)

        take_register(register.pk, marks=[GivenMark(student, "I")], reason="Mother rang", actor=morning.office)

        changes = [c for c in list_history(register, actor=morning.office) if c.mark.student_id == student]
        assert [(c.version, c.code.symbol, c.marked_by_name, c.reason) for c in changes] == [
            (1, "N", "Tess Teacher", ""),
            (2, "I", "Olive Office", "Mother rang"),
        ]
        assert Fact.objects.get(type="attendance.amended").payload["new_meaning"] == "authorised"


def test_an_hour_earlier_the_register_said_what_the_teacher_said(morning: Morning):
    register = morning.register()
    student = morning.students[0].pk
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "N")], actor=morning.teacher)
    with clock.frozen(NOON), in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "I")], reason="Mother rang", actor=morning.office)

        known = marks_as_known(register, instant=NOON - timedelta(hours=1), actor=morning.office)

        assert [c.code.symbol for c in known] == ["N"]
        [past] = SessionMarkPast.objects.all()
        assert (past.symbol, past.recorded_at, past.replaced_at) == ("N", NOW, NOON)
        assert SessionMark.objects.get(student=student).symbol == "I"


def test_teacher_may_change_marks_until_the_end_of_the_next_school_day(morning: Morning):
    register = morning.register()
    monday, tuesday = datetime(2026, 11, 23, 15, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)
    marks = [GivenMark(morning.students[0].pk, "N")]

    with clock.frozen(monday), in_school(morning.school):
        assert take_register(register.pk, marks=marks, actor=morning.teacher).saved == 1
    with clock.frozen(tuesday), in_school(morning.school), pytest.raises(RegisterLockedError):
        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)
    with clock.frozen(tuesday), in_school(morning.school):
        assert take_register(register.pk, marks=[], rest="present", actor=morning.office).saved == 2


def test_reopened_register_can_be_changed_again(morning: Morning):
    register = morning.register()
    later = datetime(2026, 12, 1, 9, tzinfo=UTC)
    with clock.frozen(later), in_school(morning.school):
        reopen_register(register.pk, until=later + timedelta(hours=1), reason="Was on a trip", actor=morning.office)

        saved = take_register(register.pk, marks=[], rest="present", actor=morning.teacher)

        assert saved.saved == 3


def test_one_mark_changed_by_somebody_else_is_a_conflict(morning: Morning):
    register = morning.register()
    student = morning.students[0].pk
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "N")], actor=morning.teacher)
        mark = Mark.objects.get(student=student)
        amend_mark(mark.pk, symbol="I", reason="Rang", version=1, actor=morning.office)

        with pytest.raises(MarkConflictError):
            amend_mark(mark.pk, symbol="M", reason="Dentist", version=1, actor=morning.office)

        assert symbols(register) == ["I"]


def test_teacher_of_another_class_does_not_find_the_register(morning: Morning):
    stranger = make_teacher(morning.school, make_class(morning.school, "7B"))
    register = morning.register()
    morning.teacher_user = stranger

    with in_school(morning.school), pytest.raises(NotFoundError):
        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)


@pytest.mark.usefixtures("db", "at_school")
def test_register_of_another_school_is_not_found():
    here, there = make_morning(1), make_morning(1, name="Valley School")
    foreign = there.register()

    with in_school(here.school), pytest.raises(NotFoundError):
        get_register(foreign.pk, actor=here.office)
    with in_school(here.school), pytest.raises(NotFoundError):
        take_register(foreign.pk, marks=[], rest="present", actor=here.office)


@pytest.mark.usefixtures("db", "at_school")
def test_saving_takes_as_many_statements_for_one_as_for_thirty():
    counts = []
    for size in (1, 3, 30):
        morning = make_morning(size)
        register = morning.register()
        with in_school(morning.school):
            actor = morning.teacher
            take_register(register.pk, marks=[], actor=actor)  # codes and days are remembered from here on
            open_day(TODAY)
            with CaptureQueriesContext(connection) as queries:
                take_register(register.pk, marks=[], rest="present", actor=actor)
        counts.append(len(queries))

    assert counts == [9, 9, 9]


@pytest.mark.usefixtures("db", "at_school")
def test_opening_takes_as_many_statements_for_one_as_for_thirty():
    counts = []
    for size in (1, 3, 30):
        morning = make_morning(size)
        register = morning.register()
        with in_school(morning.school):
            actor = morning.teacher
            read_sheet(get_register(register.pk, actor=actor), actor=actor)  # what is remembered is remembered now
            with CaptureQueriesContext(connection) as queries:
                read_sheet(get_register(register.pk, actor=actor), actor=actor)
        counts.append(len(queries))

    assert counts == [2, 2, 2]


@pytest.mark.usefixtures("db", "at_school")
def test_a_school_with_one_session_a_day_marks_with_the_english_codes():
    morning = make_morning(2)
    with in_school(morning.school):
        SessionTimes.objects.all().delete()
        set_session_times(
            session="DAY",
            starts_at=time(9),
            closes_at=time(9, 30),
            starts_on=TODAY,
            actor=system_actor(morning.school.pk),
        )
    register = morning.register("DAY")

    with in_school(morning.school):
        take_register(register.pk, marks=[], rest="present", actor=morning.teacher)

        assert symbols(register) == ["/", "/"]
