from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.rules.classes import NewMember, add_class_members
from lyceum.domains.attendance.codes import forget_codes
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.models import Code, Register
from lyceum.domains.attendance.numbers import Numbers, summarise
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.rules.enrolments import change_enrolment
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import NOW, in_school, make_class, make_student

FRIDAY_EVENING = datetime(2026, 11, 20, 18, tzinfo=UTC)
TWO_WEEKS = [date(2026, 11, 9) + timedelta(days=n) for n in range(12) if n % 7 < 5]


@remembered
def mark_sessions(morning: Morning, symbols: list[str]) -> None:
    """Give the first student one symbol a session over the two weeks, morning and afternoon."""
    slots = [(day, session) for day in TWO_WEEKS for session in ("AM", "PM")]
    with clock.frozen(FRIDAY_EVENING), in_school(morning.school):
        for (day, session), symbol in zip(slots, symbols, strict=False):
            register = morning.register(session, day)
            here = {"/": "/", "\\": "\\"}.get(symbol, symbol)
            if symbol == "/" and session == "PM":
                here = "\\"
            take_register(register.pk, marks=[GivenMark(morning.students[0].pk, here)], actor=morning.office)


TWENTY = ["/"] * 15 + ["L", "V", "I", "U", "Y1"]


def test_england_twenty_sessions_make_89_5_percent(morning: Morning):
    mark_sessions(morning, TWENTY)

    with clock.frozen(FRIDAY_EVENING), in_school(morning.school):
        found = summarise(
            morning.office, first=TWO_WEEKS[0], last=TWO_WEEKS[-1], student=morning.students[0].pk, explain=True
        )

    assert (found.total.possible, found.total.attended) == (19, 17)
    assert found.total.percent == Decimal("89.5")
    assert found.total.missing == 0
    assert len([e for e in found.explained if e.counted]) == 19
    [left_out] = [e for e in found.explained if not e.counted]
    assert (left_out.symbol, left_out.why) == ("Y1", "attendance was not possible")


def test_the_stored_days_and_the_sessions_give_the_same_numbers(morning: Morning):
    mark_sessions(morning, TWENTY)

    with clock.frozen(FRIDAY_EVENING), in_school(morning.school):
        span = {"first": TWO_WEEKS[0], "last": TWO_WEEKS[-1], "student": morning.students[0].pk}
        stored = summarise(morning.office, **span)
        counted = summarise(morning.office, **span, explain=True)

    assert stored.total == counted.total


def test_renaming_a_symbol_changes_no_number(morning: Morning):
    mark_sessions(morning, TWENTY)
    with clock.frozen(FRIDAY_EVENING), in_school(morning.school):
        before = summarise(morning.office, first=TWO_WEEKS[0], last=TWO_WEEKS[-1]).total

        Code.objects.filter(symbol="V").update(symbol="ZZ")
        forget_codes()

        assert summarise(morning.office, first=TWO_WEEKS[0], last=TWO_WEEKS[-1]).total == before


def test_a_student_enrolled_on_wednesday_has_no_monday(morning: Morning):
    wednesday = date(2026, 11, 18)
    new = make_student(morning.school, morning.form, first_day=wednesday)
    with clock.frozen(FRIDAY_EVENING), in_school(morning.school):
        for day in (date(2026, 11, 17), wednesday):
            open_day(day)
        tuesday = Register.objects.get(school_class=morning.form, on=date(2026, 11, 17), session="AM")
        from lyceum.domains.attendance.sheet import read_sheet

        assert new.pk not in {row.student_id for row in read_sheet(tuesday, actor=morning.teacher)}
        take_register(morning.register("AM", wednesday).pk, marks=[GivenMark(new.pk, "/")], actor=morning.office)
        monday = date(2026, 11, 16)
        numbers = summarise(morning.office, first=monday, last=wednesday, student=new.pk).total

    assert (numbers.possible, numbers.attended, numbers.missing, numbers.percent) == (1, 1, 1, Decimal("100.0"))


def test_backdating_a_start_shows_not_taken_and_the_percentage_does_not_fall(morning: Morning):
    wednesday, monday = date(2026, 11, 18), date(2026, 11, 16)
    new = make_student(morning.school, morning.form, first_day=wednesday)
    with clock.frozen(FRIDAY_EVENING), in_school(morning.school):
        take_register(morning.register("AM", wednesday).pk, marks=[GivenMark(new.pk, "/")], actor=morning.office)
        enrolment = Enrolment.objects.get(student=new)

        change_enrolment(enrolment.pk, values={"first_day": monday}, actor=morning.office)

        numbers = summarise(morning.office, first=monday, last=wednesday, student=new.pk).total

    assert (numbers.possible, numbers.missing, numbers.percent) == (1, 5, Decimal("100.0"))


def test_bringing_an_end_forward_keeps_marks_and_takes_them_out_of_the_numbers(morning: Morning):
    student = morning.students[0]
    mark_sessions(morning, ["/"] * 20)
    with clock.frozen(FRIDAY_EVENING), in_school(morning.school):
        enrolment = Enrolment.objects.get(student=student)

        change_enrolment(
            enrolment.pk, values={"last_day": date(2026, 11, 13), "exit": "transferred"}, actor=morning.office
        )

        found = summarise(morning.office, first=TWO_WEEKS[0], last=TWO_WEEKS[-1], student=student.pk, explain=True)

    assert found.total.possible == 10
    assert {e.why for e in found.explained if not e.counted} == {"outside the enrolment"}


def test_what_was_known_before_an_amendment(morning: Morning):
    student = morning.students[0].pk
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "N")], actor=morning.teacher)
    with clock.frozen(FRIDAY_EVENING), in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(student, "V")], reason="Was on the trip", actor=morning.office)

        now = summarise(morning.office, first=TODAY, last=TODAY, student=student).total
        then = summarise(morning.office, first=TODAY, last=TODAY, student=student, as_known_at=NOW).total

    assert (now.attended, now.unauthorised) == (1, 0)
    assert (then.attended, then.unauthorised) == (0, 1)


@pytest.mark.usefixtures("db", "at_school")
@pytest.mark.parametrize(
    ("time_zone", "instant", "missing"),
    [
        ("America/New_York", datetime(1, 1, 1, tzinfo=UTC), 0),  # there it is still the year before the first
        ("Asia/Tokyo", datetime(9999, 12, 31, 23, tzinfo=UTC), 6),  # there the year after the last has begun
    ],
)
def test_what_was_known_at_the_ends_of_the_calendar(time_zone: str, instant: datetime, missing: int):
    morning = make_morning(3, time_zone=time_zone)

    with in_school(morning.school):
        found = summarise(morning.office, first=TODAY, last=TODAY, as_known_at=instant)

    assert found.total == Numbers(missing=missing)


def test_a_group_is_the_sum_of_its_students_and_never_a_mean_of_means():
    both = Numbers(possible=10, attended=10) + Numbers(possible=30, attended=15)

    assert both.percent == Decimal("62.5")


def test_nothing_possible_has_no_percentage():
    assert Numbers(missing=4).percent is None


@pytest.mark.usefixtures("db", "at_school")
def test_numbers_of_another_school_are_never_counted():
    here, there = make_morning(1), make_morning(1, name="Valley School")
    mark_sessions(there, ["/"] * 4)

    with clock.frozen(FRIDAY_EVENING), in_school(here.school):
        mine = summarise(here.office, first=TWO_WEEKS[0], last=TWO_WEEKS[-1])
        theirs = summarise(here.office, first=TWO_WEEKS[0], last=TWO_WEEKS[-1], student=there.students[0].pk)

    assert mine.total.attended == 0
    assert theirs.per_student == {}


def test_a_teacher_sees_the_numbers_of_own_students_only(morning: Morning):
    make_student(morning.school, make_class(morning.school, "7B"))

    with in_school(morning.school):
        found = summarise(morning.teacher, first=TODAY, last=TODAY)

    assert set(found.per_student) == {s.pk for s in morning.students}


@pytest.fixture
def one_morning(db: None) -> Iterator[Morning]:
    with clock.frozen(NOW):
        yield make_morning(1)


SYMBOLS = ["/", "L", "V", "I", "U", "Y1", "N", "G", "#", ""]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(symbols=st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=20))
def test_the_numbers_equal_a_slow_count_by_the_spec(one_morning: Morning, symbols: list[str]):
    from django.db import transaction

    with transaction.atomic():
        slots = [(day, session) for day in TWO_WEEKS for session in ("AM", "PM")][: len(symbols)]
        with clock.frozen(FRIDAY_EVENING), in_school(one_morning.school):
            codes = {c.symbol: Meaning(c.meaning) for c in Code.objects.all()}
            for (day, session), symbol in zip(slots, symbols, strict=True):
                if symbol:
                    given = "\\" if symbol == "/" and session == "PM" else symbol
                    register = one_morning.register(session, day)
                    mark = GivenMark(one_morning.students[0].pk, given)
                    take_register(register.pk, marks=[mark], reason="again", actor=one_morning.office)
            found = summarise(one_morning.office, first=slots[0][0], last=slots[-1][0]).total
        given_meanings = [codes[s] for s in symbols if s]
        assert found.possible == sum(COUNTS[m].possible for m in given_meanings)
        assert found.attended == sum(m in ("present", "late", "approved_activity") for m in given_meanings)
        assert found.unauthorised == sum(
            m in ("unauthorised", "unexplained", "late_after_close") for m in given_meanings
        )
        transaction.set_rollback(True)


def test_adding_a_member_makes_them_part_of_the_class_numbers(morning: Morning):
    other_form = make_class(morning.school, "7B")
    student = make_student(morning.school)
    with in_school(morning.school):
        add_class_members([NewMember(other_form, student.pk, TODAY)], actor=system_actor(morning.school.pk))

        found = summarise(morning.office, first=TODAY, last=TODAY, school_class=other_form.pk)

    assert set(found.per_student) == {student.pk}
