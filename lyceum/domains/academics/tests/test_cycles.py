"""Which day of the cycle a date is: counted, never by the number of its week."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError
from lyceum.domains.academics.cycles import CycleSetting, cycle_days, map_cycle
from lyceum.domains.academics.days import SchoolDays, YearDays
from lyceum.domains.academics.models import BellSchedule
from lyceum.domains.academics.rules.bells import (
    BellsInUseError,
    NewCycle,
    NewPeriod,
    delete_bell_schedule,
    find_or_make_cycle,
    save_bell_schedule,
    set_cycle,
)
from lyceum.domains.academics.rules.calendar import close_days
from lyceum.testing.factories import in_school, make_school, make_year

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 9, 7), date(2027, 7, 16)
HALF_TERM = [date(2026, 10, 26) + DAY * n for n in range(5)]
BANK_HOLIDAY = date(2026, 11, 9)  # a Monday
TRAINING = date(2026, 11, 18)  # a Wednesday


def counted(length, *, weekdays, pauses, holidays=(), other=()):
    year = YearDays(uuid4(), "2026/27", FIRST, LAST, frozenset(range(1, 6)), ((FIRST, LAST),))
    closed = dict.fromkeys([*holidays, *other], "closed")
    setting = CycleSetting(length, FIRST, weekdays, pauses)
    return map_cycle(year, setting, days=SchoolDays((year,), closed), holidays=frozenset(holidays))


@pytest.mark.parametrize(
    ("weekdays", "pauses", "after_half_term", "after_bank_holiday", "after_training"),
    [
        (True, True, 6, 2, 9),  # weeks A and B: a week of holiday waits, Monday stays Monday
        (True, False, 1, 7, 4),  # weeks A and B by the calendar: the week of holiday counts
        (False, True, 6, 1, 7),  # days roll on: each closed day is no step
        (False, False, 1, 7, 3),  # days roll on, but holidays are lost; the training day is no step
    ],
)
def test_weeks_a_and_b_over_a_holiday_follow_the_setting(
    weekdays, pauses, after_half_term, after_bank_holiday, after_training
):
    found = counted(10, weekdays=weekdays, pauses=pauses, holidays=[*HALF_TERM, BANK_HOLIDAY], other=[TRAINING])

    assert found[date(2026, 10, 23)] == 5
    assert HALF_TERM[0] not in found
    assert found[date(2026, 11, 2)] == after_half_term
    assert found[BANK_HOLIDAY + DAY] == after_bank_holiday
    assert found[TRAINING + DAY] == after_training


def test_a_clock_change_is_no_step():
    found = counted(6, weekdays=False, pauses=True)

    for change in (date(2026, 10, 25), date(2027, 3, 28)):
        assert found[change + DAY] == found[change - 2 * DAY] % 6 + 1


closings = st.sets(st.integers(0, 300).map(lambda n: FIRST + DAY * n), max_size=40)


@given(length=st.integers(1, 14), holidays=closings, other=closings, weekdays=st.booleans(), pauses=st.booleans())
def test_every_school_day_has_a_day_of_the_cycle_and_no_closed_day_has(length, holidays, other, weekdays, pauses):
    found = counted(length, weekdays=weekdays, pauses=pauses, holidays=holidays, other=other - holidays)

    every = {FIRST + DAY * n for n in range((LAST - FIRST).days + 1)}
    assert set(found) == {day for day in every if day.isoweekday() < 6} - holidays - other
    assert set(found.values()) <= set(range(1, length + 1))


@given(length=st.integers(1, 14), holidays=closings)
def test_counting_school_days_with_a_pause_loses_no_day_of_the_cycle(length, holidays):
    found = counted(length, weekdays=False, pauses=True, holidays=holidays)

    assert [found[day] for day in sorted(found)] == [n % length + 1 for n in range(len(found))] or not found


@given(holidays=closings, pauses=st.booleans())
def test_counting_weekdays_a_weekday_stays_itself(holidays, pauses):
    found = counted(10, weekdays=True, pauses=pauses, holidays=holidays)

    assert all((number - 1) % 5 + 1 == day.isoweekday() for day, number in found.items())


@pytest.mark.django_db
def test_a_school_says_its_cycle_and_a_day_closed_later_counts_at_once():
    school = make_school()
    year = make_year(school)
    actor = system_actor(school.pk)
    with in_school(school):
        set_cycle(year.pk, NewCycle(["A", "B", "C"], date(2026, 9, 1), counts="school_days"), actor=actor)
        before = cycle_days().day_on(date(2026, 9, 3))
        close_days([date(2026, 9, 2)], name="Holiday", actor=actor)

        assert (before, cycle_days().day_on(date(2026, 9, 2)), cycle_days().day_on(date(2026, 9, 3))) == (3, None, 2)


@pytest.mark.django_db
def test_another_schools_cycle_is_not_ours():
    school, other = make_school(), make_school("Dale School")
    year = make_year(school)
    make_year(other)
    with in_school(school):
        find_or_make_cycle(year, actor=system_actor(school.pk))
        assert cycle_days().day_on(date(2026, 9, 7)) == 1
    with in_school(other):
        assert cycle_days().day_on(date(2026, 9, 7)) is None
        assert not BellSchedule.objects.exists()


def hour(n, *, minutes=0):
    return time(n, minutes)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("periods", "code"),
    [
        ([NewPeriod(1, "1", hour(9), hour(10)), NewPeriod(2, "2", hour(9, minutes=30), hour(11))], "overlap"),
        ([NewPeriod(1, "1", hour(9), hour(9))], "order"),
        ([NewPeriod(1, "1", hour(9), hour(10)), NewPeriod(1, "2", hour(10), hour(11))], "unique"),
        ([NewPeriod(2, "1", hour(9), hour(10)), NewPeriod(1, "2", hour(10), hour(11))], "order"),
        ([NewPeriod(1, "1", hour(9), hour(10), "nap")], "choice"),
    ],
)
def test_bells_that_make_no_sense_are_refused(periods, code):
    school = make_school()
    with in_school(school), pytest.raises(InvalidError) as refused:
        save_bell_schedule("Day", periods, actor=system_actor(school.pk))

    assert refused.value.errors[0].code == code


@pytest.mark.django_db
def test_bells_by_which_days_ring_are_not_deleted():
    school = make_school()
    year = make_year(school)
    actor = system_actor(school.pk)
    with in_school(school):
        find_or_make_cycle(year, actor=actor)

        with pytest.raises(BellsInUseError) as refused:
            delete_bell_schedule(BellSchedule.objects.get().pk, actor=actor)

        assert refused.value.extra["count"] == 5
