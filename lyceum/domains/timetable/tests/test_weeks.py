"""The week of somebody: whose lessons are when, on a page."""

import re
from datetime import date, time, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import DayPlan
from lyceum.domains.academics.rules.bells import find_or_make_cycle
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import (
    NOW,
    find_or_make_year,
    guardian_of,
    in_school,
    make_manager,
    make_school,
    make_staff,
    make_student,
    make_subject,
    make_teacher,
    make_teaching_class,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school():
    return make_school()


def place(row, day, period="P1", hour=9, **more):
    first = MONDAY - timedelta(days=30)
    return Lesson.objects.create(
        school_class=row,
        weekday=day,
        period=period,
        starts_at=time(hour),
        ends_at=time(hour + 1),
        starts_on=first,
        **more,
    )


def two_classes(school):
    mathematics, english = make_subject(school), make_subject(school, "EN", "English")
    return (
        make_teaching_class(school, "7A/Ma", subject=mathematics.pk),
        make_teaching_class(school, "7B/En", subject=english.pk),
    )


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_a_teacher_finds_their_own_week_and_what_they_cover(school):
    row, other = two_classes(school)
    ada = make_teacher(school, row, name="Ada")
    make_teacher(school, other, name="Bob")
    with in_school(school):
        place(row, 1)
        covered = place(other, 2)
        Cover.objects.create(lesson=covered, on=MONDAY + timedelta(days=1), teacher=Staff.objects.get(person__user=ada))

    page = text(browser(ada, school).get(f"/timetable/?on={MONDAY}"))

    assert "7A/Ma" in page
    assert re.search(r"7B/En .*you cover", page)


def test_a_family_sees_the_weeks_of_its_own_children_alone(school):
    row, other = two_classes(school)
    child = make_student(school, row, name="Anna", first_day=MONDAY - timedelta(days=60))
    stranger = make_student(school, other, name="Otto")
    with in_school(school):
        place(row, 1)
        place(other, 1)
    guardian = browser(guardian_of(child), school)

    own = text(guardian.get(f"/timetable/?on={MONDAY}"))

    assert "7A/Ma" in own
    assert "7B/En" not in own
    paths = (f"student={stranger.pk}", f"class={other.pk}")
    assert [guardian.get(f"/timetable/?{path}").status_code for path in paths] == [404, 404]


def test_nobody_of_another_school_is_found(school):
    elsewhere = make_school("Oak")
    row, staff = make_teaching_class(elsewhere, "X"), make_staff(elsewhere, name="Xaver")
    office = browser(make_manager(school, "Office"), school)

    paths = (f"class={row.pk}", f"teacher={staff.pk}")

    assert [office.get(f"/timetable/?{path}").status_code for path in paths] == [404, 404]


def test_a_closed_day_says_why_and_has_no_lessons(school):
    row = make_teaching_class(school, "7A/Ma")
    with in_school(school):
        place(row, 6)

    page = text(browser(make_manager(school, "Office"), school).get(f"/timetable/?class={row.pk}&on={MONDAY}"))

    assert "No lessons this week" in page


def test_a_day_with_a_plan_of_its_own_says_what_there_is_instead(school):
    row, _english = two_classes(school)
    make_teacher(school, row, name="Ada")
    office = browser(make_manager(school, "Office"), school)
    with in_school(school):
        place(row, 1)
        cycle = find_or_make_cycle(find_or_make_year(school), actor=system_actor(school.pk))
        DayPlan.objects.create(cycle=cycle, on=MONDAY, note="Sports day")

    page = office.get(f"/timetable/?class={row.pk}&on={MONDAY}").content.decode()

    assert page.count("Sports day") == 1


def test_a_week_takes_the_same_statements_for_one_lesson_and_for_three(school):
    row = make_teaching_class(school, "7A/Ma")
    with in_school(school):
        place(row, 1)
    office, path = browser(make_manager(school, "Office"), school), f"/timetable/?class={row.pk}&on={MONDAY}"
    one = statements_for(office, path)
    with in_school(school):
        place(row, 2)
        place(row, 3)

    assert statements_for(office, path) == one
