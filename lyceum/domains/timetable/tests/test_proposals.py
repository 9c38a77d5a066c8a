"""Who is proposed for a lesson, as plain functions over some days."""

from dataclasses import replace
from datetime import date, time
from uuid import UUID

import pytest

from lyceum.core.ids import new_id
from lyceum.domains.academics.models import Class, Subject
from lyceum.domains.people.models import Person, Staff
from lyceum.domains.timetable.covering.days import Candidate, CoverDays, Held, is_away
from lyceum.domains.timetable.covering.proposals import list_needs, plan_covers, propose
from lyceum.domains.timetable.models import Cover, Lesson, StaffAbsence

FRIDAY = date(2026, 11, 20)
MATHS = Subject(school_id=1, id=new_id(), department="Sciences", name="Mathematics")


def somebody(name: str, **known: object) -> Candidate:
    person = Person(school_id=1, id=new_id(), full_name=name, preferred_name="")
    return replace(Candidate(Staff(school_id=1, id=new_id(), person=person)), **known)


def held(number: int, *takers: UUID, last: int | None = None) -> Held:
    lesson = Lesson(
        school_id=1,
        id=new_id(),
        school_class=Class(school_id=1, id=new_id(), name="7A", subject=MATHS),
        period=str(number),
        first_period=number,
        last_period=last or number,
    )
    parts = {each: (time(8 + each), time(8 + each, 50)) for each in range(number, (last or number) + 1)}
    ends_at = time(8 + (last or number), 50)
    return Held(lesson, FRIDAY, time(8 + number), ends_at, frozenset(takers), parts if last else {})


def days_of(held: list[Held], *candidates: Candidate, away: UUID, periods: tuple[int | None, int | None]) -> CoverDays:
    absence = StaffAbsence(school_id=1, id=new_id(), staff_id=away, starts_on=FRIDAY, ends_on=FRIDAY)
    absence.starts_period, absence.ends_period = periods
    known = {each.staff.pk: each for each in candidates}
    return CoverDays([FRIDAY], {FRIDAY: held}, [], [absence], known)


def test_free_before_busy_then_subject_department_fairness_and_load():
    ill = new_id()
    same, near, fair, gave, full, away_too, busy = (
        somebody("Same Subject", subjects=frozenset({MATHS.pk}), given=9),
        somebody("Near Department", departments=frozenset({"Sciences"})),
        somebody("Fair Share", given=1, received=1),
        somebody("Gave More", given=2),
        somebody("Full Up", given=3, limit=3),
        somebody("Away Too"),
        somebody("Busy Then", subjects=frozenset({MATHS.pk})),
    )
    lessons = [held(1, ill), held(1, busy.staff.pk), held(2, fair.staff.pk)]
    days = days_of(lessons, away_too, busy, full, gave, fair, near, same, away=ill, periods=(None, None))
    days = replace(
        days,
        absences=[*days.absences, StaffAbsence(school_id=1, staff=away_too.staff, starts_on=FRIDAY, ends_on=FRIDAY)],
    )

    ranked = [(str(each.staff), each.hindrance) for each in propose(days, lessons[0])]

    assert ranked == [
        ("Same Subject", ""),
        ("Near Department", ""),
        ("Fair Share", ""),
        ("Gave More", ""),
        ("Full Up", "limit"),
        ("Busy Then", "busy"),
        ("Away Too", "away"),
    ]


def test_who_is_not_there_that_day_or_kept_free_by_a_rule_comes_last_and_is_not_planned():
    ill = new_id()
    part_timer = somebody("Part Timer", has_lessons=True, subjects=frozenset({MATHS.pk}))
    kept = somebody("Kept Free", unavailable=frozenset({(5, 1)}), subjects=frozenset({MATHS.pk}))
    here = somebody("Here Today")
    days = days_of([held(1, ill)], part_timer, kept, here, away=ill, periods=(None, None))

    assert [str(each.staff) for each in propose(days, days.held[FRIDAY][0])] == [
        "Here Today",
        "Kept Free",
        "Part Timer",
    ]
    alone = replace(days, candidates={part_timer.staff.pk: part_timer})
    assert plan_covers(alone, list_needs(alone, FRIDAY)) == {}


def test_a_plan_gives_nobody_two_lessons_at_once_and_shares_them():
    ill, other_ill = new_id(), new_id()
    one, two = somebody("One Colleague"), somebody("Two Colleague")
    lessons = [held(1, ill), held(1, other_ill), held(2, ill), held(3, ill)]
    days = days_of(lessons, one, two, away=ill, periods=(None, None))
    days = replace(
        days, absences=[*days.absences, StaffAbsence(school_id=1, staff_id=other_ill, starts_on=FRIDAY, ends_on=FRIDAY)]
    )

    planned = plan_covers(days, list_needs(days, FRIDAY))

    taken = [str(planned[need.key].staff) for need in list_needs(days, FRIDAY)]
    assert sorted(taken[:2]) == ["One Colleague", "Two Colleague"]
    assert sorted(taken) == ["One Colleague"] * 2 + ["Two Colleague"] * 2


@pytest.mark.parametrize(
    ("periods", "parts"),
    [
        ((None, None), [0]),  # the whole day
        ((4, 4), [4]),  # the second half of the double
        ((None, 3), [3]),  # until its first half
        ((5, None), []),  # after it
    ],
)
def test_an_absence_leaves_the_periods_that_it_touches(periods: tuple[int | None, int | None], parts: list[int]):
    ill = new_id()
    days = days_of([held(3, ill, last=4)], away=ill, periods=periods)
    assert [need.part for need in list_needs(days, FRIDAY)] == parts


def test_a_lesson_that_somebody_else_takes_as_well_is_not_left():
    ill, second = new_id(), new_id()
    days = days_of([held(1, ill, second)], away=ill, periods=(None, None))
    assert list_needs(days, FRIDAY) == []


def test_a_lesson_that_does_not_take_place_leaves_its_teacher_free():
    ill, own = new_id(), somebody("Own Lesson")
    lessons = [held(1, ill), held(1, own.staff.pk)]
    days = days_of(lessons, own, away=ill, periods=(None, None))
    assert [each.hindrance for each in propose(days, lessons[0])] == ["busy"]

    gone = Cover(school_id=1, lesson=lessons[1].lesson, on=FRIDAY, kind=Cover.Kind.CANCEL)
    days = replace(days, covers=[gone])
    assert [each.hindrance for each in propose(days, lessons[0])] == [""]


@pytest.mark.parametrize(
    ("day", "number", "away"),
    [
        (19, 3, False),  # before the first period away
        (19, 4, True),  # the first
        (20, 1, True),  # a day between
        (21, 2, True),  # the last
        (21, 3, False),  # after the last
        (21, None, True),  # no number: some time that day
        (22, 1, False),  # another day
    ],
)
def test_both_ends_of_an_absence_belong_to_it(day: int, number: int | None, away: bool):
    absence = StaffAbsence(
        school_id=1, starts_on=date(2026, 11, 19), starts_period=4, ends_on=date(2026, 11, 21), ends_period=2
    )
    assert is_away(absence, date(2026, 11, day), number) is away
