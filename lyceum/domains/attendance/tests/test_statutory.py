"""What decides a statutory mark, through the rules and in the database."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.academics.models import AcademicYear, Class
from lyceum.domains.attendance.models import (
    DaySummary,
    Mark,
    Register,
    SessionMark,
    SessionMarkPast,
    SessionOverride,
    SessionPattern,
    SessionTimes,
    YearClosing,
)
from lyceum.domains.attendance.numbers import summarise
from lyceum.domains.attendance.rules.closures import NewClosure, close_sessions, undo_closure
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.methods import derive_span, prefill_day, set_rule
from lyceum.domains.attendance.rules.overrides import clear_override, end_pattern, override_session, set_pattern
from lyceum.domains.attendance.rules.refusals import ClosedDaysKeepError, ClosureUndoneError, YearClosedError
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.rules.years import forget_closed_years
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.journal.models import Fact
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.testing.clients import browser
from lyceum.testing.factories import FIRST_DAY, NOW, as_actor, in_school, make_admin

EVENING = datetime(2026, 11, 20, 18, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


def admin(morning: Morning) -> Actor:
    return as_actor(make_admin(morning.school), morning.school)


def stands(day: date = TODAY) -> list[tuple[str, str, str]]:
    """Session, symbol and origin of every statutory mark of the day, by student name."""
    rows = SessionMark.objects.filter(on=day).order_by("student__person__sort_name", "session")
    return list(rows.values_list("session", "symbol", "origin"))


def add_lessons(morning: Morning) -> None:
    """Two lessons of the form on Fridays, both in the morning's window."""
    system = system_actor(morning.school.pk)
    with in_school(morning.school):
        Class.objects.filter(pk=morning.form.pk).update(registers="both")
        lessons = [
            NewLesson(morning.form, weekday=weekday, period=period, starts_at=starts, ends_at=ends, starts_on=FIRST_DAY)
            for weekday in (5, 1)
            for period, starts, ends in (("1", time(8, 40), time(9)), ("2", time(9), time(10)))
        ]
        create_lessons(lessons, actor=system)


def test_the_office_comes_before_everything_and_can_take_it_back(morning: Morning):
    student = morning.students[0].pk
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "N")], actor=morning.teacher)
        override = {"on": TODAY, "session": "AM", "reason": "Seen in the library"}

        override_session(student, symbol="/", actor=morning.office, **override)

        assert stands() == [("AM", "/", "override")]
        assert list(Mark.objects.values_list("code__symbol", flat=True)) == ["N"]
        later = datetime(2026, 11, 20, 8, 55, tzinfo=UTC)
        with clock.frozen(later):
            clear_override(student, on=TODAY, session="AM", reason="Mistaken", actor=morning.office)
        assert stands() == [("AM", "N", "method")]
        assert list(SessionMarkPast.objects.values_list("symbol", "origin")) == [("/", "override")]
        meanings = Fact.objects.filter(type="attendance.session.derived").order_by("id")
        assert [fact.payload["meaning"] for fact in meanings] == ["unexplained", "present", "unexplained"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": " "}, "reason_needed"),
        ({"symbol": "?"}, "code_unknown"),
        ({"symbol": "\\"}, "code_not_allowed"),  # the afternoon's present
        ({"session": "DAY"}, "choice"),  # this school has morning and afternoon
        ({"on": MONDAY}, "future_not_allowed"),
    ],
)
def test_an_override_is_refused(morning: Morning, given: dict[str, object], code: str):
    usual = {"on": TODAY, "session": "AM", "symbol": "/", "reason": "Seen"} | given

    with in_school(morning.school), pytest.raises(InvalidError) as refusal:
        override_session(morning.students[0].pk, actor=morning.office, **usual)  # type: ignore[arg-type]

    assert code in {refusal.value.code, *(e.code for e in refusal.value.errors)}
    with in_school(morning.school):
        assert not SessionOverride.objects.exists()


def test_teachers_and_other_schools_override_nothing(morning: Morning):
    there = make_morning(1, name="Valley School")
    given = {"on": TODAY, "session": "AM", "symbol": "/", "reason": "Seen"}

    with in_school(morning.school):
        with pytest.raises(NotAllowedError):
            override_session(morning.students[0].pk, actor=morning.teacher, **given)  # type: ignore[arg-type]
        with pytest.raises(NotFoundError):
            override_session(there.students[0].pk, actor=morning.office, **given)  # type: ignore[arg-type]


def test_best_in_window_gives_present_and_switching_tomorrow_leaves_yesterday(morning: Morning):
    add_lessons(morning)
    student = morning.students[0].pk
    with in_school(morning.school):
        take_register(morning.register().pk, marks=[GivenMark(student, "N")], actor=morning.teacher)
        head = admin(morning)
        with pytest.raises(ClosedDaysKeepError):
            set_rule(starts_on=date(2026, 11, 19), method="best_in_window", numbers={}, actor=head)

        set_rule(starts_on=MONDAY, method="best_in_window", numbers={}, actor=head)

        assert stands() == [("AM", "N", "method")]
    with clock.frozen(datetime(2026, 11, 23, 9, 10, tzinfo=UTC)), in_school(morning.school):
        open_day(MONDAY)
        first, second = Register.objects.filter(on=MONDAY, kind="lesson").order_by("due_at")
        take_register(first.pk, marks=[GivenMark(student, "N")], actor=morning.teacher)
        assert stands(MONDAY) == [("AM", "N", "method")]
        take_register(second.pk, marks=[GivenMark(student, "/")], actor=morning.teacher)

        assert stands(MONDAY) == [("AM", "/", "method")]
        assert [m.code.symbol for m in Mark.objects.filter(register=first)] == ["N"]
        assert derive_span(TODAY, MONDAY, actor=head).changed == []


def test_minutes_count_half_a_day_where_there_is_one_session(morning: Morning):
    add_lessons(morning)
    student = morning.students[0].pk
    with in_school(morning.school):
        SessionTimes.objects.filter(session="PM").delete()
        SessionTimes.objects.update(session="DAY")
        numbers = {"full_minutes": 300, "half_minutes": 60, "day_minutes": 360}
        set_rule(starts_on=TODAY, method="minutes", numbers=numbers, actor=admin(morning))
        open_day(TODAY)
        first, second = Register.objects.filter(on=TODAY, kind="lesson").order_by("due_at")
        take_register(first.pk, marks=[GivenMark(student, "/")], actor=morning.teacher)
        take_register(second.pk, marks=[GivenMark(student, "N")], actor=morning.teacher)

        found = summarise(morning.office, first=TODAY, last=TODAY, student=student, explain=True)
        stored = summarise(morning.office, first=TODAY, last=TODAY, student=student)

    assert (found.total.possible, found.total.attended, found.total.half) == (1, 0, 1)
    assert found.total == stored.total
    assert str(found.total.percent) == "50.0"


def test_a_closure_replaces_what_gives_way_and_is_undone_by_one_act(morning: Morning):
    first, second, third = (s.pk for s in morning.students)
    register = morning.register()
    with in_school(morning.school):
        marks = [GivenMark(first, "/"), GivenMark(second, "I")]
        take_register(register.pk, marks=marks, actor=morning.teacher)
        new = NewClosure(TODAY, TODAY, "Burst pipe", sessions=["AM"])

        closed = close_sessions(new, actor=morning.office)

        assert closed.changed == 2  # present and not taken; the ill child stays ill
        assert stands() == [("AM", "Y4", "closure"), ("AM", "I", "method"), ("AM", "Y4", "closure")]
        assert [m.code.symbol for m in Mark.objects.order_by("student__person__sort_name")] == ["/", "I"]
        undo_closure(closed.closure.pk, actor=morning.office)
        assert stands() == [("AM", "/", "method"), ("AM", "I", "method")]
        assert DaySummary.objects.get(student=third).possible == 0
        with pytest.raises(ClosureUndoneError):
            undo_closure(closed.closure.pk, actor=morning.office)


def test_a_register_inside_a_closure_is_not_required_until_it_is_undone(morning: Morning):
    with in_school(morning.school):
        register = morning.register()
        closed = close_sessions(NewClosure(TODAY, MONDAY, "Snow"), actor=morning.office)
        open_day(MONDAY)

        states = Register.objects.filter(on__in=(TODAY, MONDAY)).values_list("state", flat=True)
        assert set(states) == {"not_required"}
        undo_closure(closed.closure.pk, actor=morning.office)
        assert Register.objects.get(pk=register.pk).state == "due"
        assert set(states.all()) == {"due"}


def test_sessions_not_expected_here_are_prefilled_with_the_code_of_the_case(morning: Morning):
    student = morning.students[0].pk
    with in_school(morning.school):
        pattern = set_pattern(student, case="dual", sessions=["5PM"], starts_on=TODAY, actor=morning.office)

        assert stands() == [("PM", "D", "pattern")]
        take_register(morning.register("PM").pk, marks=[], rest="present", actor=morning.office)
        assert [row[1] for row in stands()] == ["D", "\\", "\\"]
        take_register(morning.register("PM").pk, marks=[GivenMark(student, "\\")], actor=morning.office)
        assert stands()[0] == ("PM", "\\", "method")  # who comes after all is here
        end_pattern(pattern.pk, last_day=TODAY, actor=morning.office)
        with pytest.raises(InvalidError):
            set_pattern(student, case="guest", sessions=["5PM"], starts_on=TODAY, actor=morning.office)


def test_a_day_is_prefilled_as_it_comes_and_only_once(morning: Morning):
    student = morning.students[0].pk
    with in_school(morning.school):
        set_pattern(student, case="part_time", sessions=["1AM"], starts_on=TODAY, actor=morning.office)
        assert not SessionMark.objects.filter(on=MONDAY).exists()
    with clock.frozen(datetime(2026, 11, 23, 0, 3, tzinfo=UTC)), in_school(morning.school):
        system = system_actor(morning.school.pk)

        assert prefill_day(MONDAY, actor=system) == 1
        assert prefill_day(MONDAY, actor=system) == 0
        assert stands(MONDAY) == [("AM", "C2", "pattern")]


def test_a_closed_year_takes_no_mark_but_an_admins_with_a_reason(morning: Morning):
    student = morning.students[0].pk
    register = morning.register()
    with in_school(morning.school):
        year = AcademicYear.objects.get()
        YearClosing.objects.create(year=year, closed_at=NOW, closed_by_name="Ada", keep_until=TODAY)
        forget_closed_years()
        with pytest.raises(YearClosedError):
            take_register(register.pk, marks=[GivenMark(student, "/")], reason="Late", actor=morning.office)
        head = admin(morning)

        take_register(register.pk, marks=[GivenMark(student, "/")], reason="Found the paper", actor=head)

        assert stands() == [("AM", "/", "method")]


@pytest.mark.usefixtures("db", "at_school")
def test_deriving_takes_as_many_statements_for_one_as_for_thirty():
    counts = []
    for size in (1, 3, 30):
        morning = make_morning(size)
        with in_school(morning.school):
            new = NewClosure(TODAY, TODAY, "Snow")
            office = morning.office
            close_sessions(new, actor=office)
            with CaptureQueriesContext(connection) as queries:
                close_sessions(NewClosure(TODAY, TODAY, "Snow again"), actor=office)
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[2]


def test_another_schools_closure_cannot_be_undone(morning: Morning):
    there = make_morning(1, name="Valley School")
    with in_school(there.school):
        closed = close_sessions(NewClosure(TODAY, TODAY, "Snow"), actor=there.office)

    with in_school(morning.school), pytest.raises(NotFoundError):
        undo_closure(closed.closure.pk, actor=morning.office)


def test_the_page_of_sessions_says_what_decided_each_and_takes_the_offices_word(morning: Morning):
    student = morning.students[0].pk
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "N")], actor=morning.teacher)
    page, office = f"/students/{student}/sessions/", browser(morning.office_user, morning.school)
    form = {"on": f"{TODAY}", "session": "AM", "code": "/", "reason": "Seen"}

    assert "The register" in browser(morning.teacher_user, morning.school).get(page).content.decode()
    assert office.post(page, {**form, "act": "override"}).status_code == 302
    assert office.post(page, {**form, "act": "override", "reason": ""}).status_code == 422
    assert "The office" in office.get(page).content.decode()
    assert office.post(page, {**form, "act": "clear"}).status_code == 302
    pattern = {"act": "pattern", "case": "part_time", "slot": ["5PM"], "starts_on": f"{TODAY}"}
    assert office.post(page, pattern).status_code == 302
    with in_school(morning.school):
        assert stands() == [("AM", "N", "method"), ("PM", "C2", "pattern")]
        known = SessionPattern.objects.get().pk
    assert office.post(page, {"act": "end", "pattern": f"{known}", "last_day": f"{TODAY}"}).status_code == 302
