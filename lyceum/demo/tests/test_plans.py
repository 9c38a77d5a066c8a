"""The invented people and their week, before anything is written."""

from collections import Counter
from datetime import date, timedelta

import pytest

from lyceum.core.text import tidy
from lyceum.demo.families import KINDS, make_families
from lyceum.demo.names import POOLS, WRITTEN_NAMES
from lyceum.demo.patterns import habit_name, what_happened
from lyceum.demo.plan import HILLCREST, LITTLE_OAK, sized
from lyceum.demo.roster import Pupil, fill_seats, join_late
from lyceum.demo.staffing import PERIODS, form_tutors, make_staff, make_week

TODAY = date(2026, 11, 20)
DAYS_OF_ALL_KINDS = [
    TODAY,
    date(2026, 9, 1),  # the first day of the year
    date(2026, 9, 7),  # in its first week
    date(2026, 11, 22),  # a Sunday
    date(2026, 12, 25),  # in the holidays
    date(2027, 7, 22),  # the last day of term
    date(2027, 8, 31),  # the last day of the year
]


def everybody(plan, today: date) -> tuple[list[Pupil], object]:
    laid_out = plan.on(today)
    pupils = fill_seats(laid_out, today)
    join_late(laid_out, pupils, today)
    return pupils, laid_out


@pytest.mark.parametrize("today", DAYS_OF_ALL_KINDS)
@pytest.mark.parametrize(("plan", "students"), [(HILLCREST, 600), (LITTLE_OAK, 120)])
def test_the_school_has_its_number_of_students_on_whatever_day(plan, students: int, today: date):
    pupils, laid_out = everybody(plan, today)
    here = [p for p in pupils if p.is_on_roll(today)]

    assert len(here) == students
    forms = Counter((p.seat.start, p.seat.section) for p in here)
    assert set(forms.values()) == {plan.seats}
    assert len(forms) == len(plan.grades) * len(plan.sections)
    assert all(p.seat.grade(laid_out, laid_out.current) for p in here)


def test_one_left_yesterday_and_one_starts_next_monday():
    pupils, _ = everybody(HILLCREST, TODAY)

    assert [p.key for p in pupils if p.last_day == TODAY - timedelta(days=1)] == ["left-yesterday"]
    assert [p.key for p in pupils if p.first_day > TODAY] == ["starts-monday"]
    assert next(p.first_day for p in pupils if p.first_day > TODAY) == date(2026, 11, 23)


def test_some_came_late_some_left_and_the_eldest_graduated():
    pupils, laid_out = everybody(HILLCREST, TODAY)
    exits = Counter(p.exit for p in pupils)

    assert exits["graduated"] == 240
    assert exits["transferred"] + exits["withdrawn"] > 15
    this_year = [p for p in pupils if p.entry == "transfer" and p.first_day > date(2026, 9, 10)]
    assert len(this_year) == 3
    assert laid_out.first == 2024


def test_every_kind_of_family_is_there_and_everybody_has_a_guardian():
    pupils, laid_out = everybody(HILLCREST, TODAY)
    households = make_families(laid_out, pupils)

    assert {h.kind for h in households} == set(KINDS)
    assert {p.key for h in households for p in h.pupils} == {p.key for p in pupils}
    assert {t.pupil.key for h in households for t in h.ties} == {p.key for p in pupils}
    merged = next(h for h in households if h.kind == "merged" and len(h.pupils) > 1)
    assert len({p.last_name for p in merged.pupils}) == 2
    both = [{t.pupil.key for t in merged.ties if t.adult is adult} for adult in merged.adults[:2]]
    assert all(len(children) == len(merged.pupils) for children in both)
    barred = [t for h in households for t in h.ties if t.barred]
    assert barred
    assert {t.portal for t in barred} == {"none"}


def test_names_are_written_in_five_alphabets_as_people_write_them():
    pupils, laid_out = everybody(HILLCREST, TODAY)
    make_families(laid_out, pupils)
    names = {p.full_name for p in pupils}

    assert {n.full_name for n in WRITTEN_NAMES} <= names
    assert all(p.full_name and p.full_name == tidy(p.full_name) for p in pupils)
    assert [n for n in WRITTEN_NAMES if not n.first_name] == [n for n in WRITTEN_NAMES if n.full_name == "Suryani"]
    assert any("\u0301" in name for name in names)  # an accent that no composed letter holds
    assert sum(bool(p.preferred_name) for p in pupils) > 25
    assert not any(name != tidy(name) for pool in POOLS for name in (*pool.girls, *pool.boys, *pool.surnames))


def test_the_past_of_a_student_is_the_same_tomorrow():
    pupils, laid_out = everybody(HILLCREST, TODAY)
    tomorrow = HILLCREST.on(TODAY + timedelta(days=7))

    for pupil in pupils[:120]:
        until = TODAY - timedelta(days=1)
        assert what_happened(laid_out, pupil, until) == what_happened(tomorrow, pupil, until)


def test_habits_differ():
    pupils, laid_out = everybody(HILLCREST, TODAY)
    absent: dict[str, list[float]] = {}
    for pupil in (p for p in pupils if p.is_on_roll(TODAY) and p.seat.start < 2025):
        found = what_happened(laid_out, pupil, TODAY)
        away = sum(h.symbol in ("I", "N", "M") for h in found.values())
        absent.setdefault(habit_name(laid_out, pupil), []).append(away)
    mean = {habit: sum(counts) / len(counts) for habit, counts in absent.items()}

    assert mean["steady"] < mean["often_ill"] < mean["persistently_absent"] < mean["severely_absent"]


@pytest.mark.parametrize("students", [150, 300, 600, 1050])
def test_nobody_is_in_two_places_at_once(students: int):
    plan = sized(HILLCREST, students=students).on(TODAY)
    staff, teachings = make_staff(plan)
    week = make_week(plan, teachings)

    teachers = Counter((s.teaching.teacher.key, s.weekday, s.period) for s in week)
    forms = Counter((s.teaching.grade, s.teaching.section, s.weekday, s.period) for s in week)
    assert set(teachers.values()) == {1}
    assert set(forms.values()) == {1}
    assert len(week) == len(plan.grades) * len(plan.sections) * 5 * len(PERIODS)
    assert max(Counter((s.teaching.name, s.weekday) for s in week).values()) == 2
    assert len({w.room for w in staff if w.room}) == len([w for w in staff if w.room])
    if students == 600:
        assert len({t.key for t in form_tutors(plan, staff).values()}) == 20
        assert 40 <= len(staff) <= 50
        assert set(Counter(t.grade for t in teachings).values()) == {28}
