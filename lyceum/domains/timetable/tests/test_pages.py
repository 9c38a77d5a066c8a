"""The lessons of a class, entered by hand on a page."""

import re

import pytest

from lyceum.core import clock
from lyceum.domains.timetable.models import Lesson
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import (
    NOW,
    in_school,
    make_manager,
    make_school,
    make_staff,
    make_teacher,
    make_teaching_class,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school():
    return make_school()


def lesson(**more):
    return {"weekday": "1", "period": "P1", "starts_at": "09:00", "ends_at": "10:00"} | more


def test_lessons_are_entered_shown_by_day_and_taken_away(school):
    row, staff = make_teaching_class(school), make_staff(school, name="Bob")
    make_teacher(school, row, name="Ada")
    office, path = browser(make_manager(school, "Office"), school), f"/classes/{row.pk}/lessons/"

    added = [
        office.post(path, lesson()),
        office.post(path, lesson(weekday="3", period="P2", teacher=str(staff.pk))),
    ]
    page = re.sub(r"<(select).*?</\1>|<[^>]+>", " ", office.get(path).content.decode(), flags=re.DOTALL)
    with in_school(school):
        first = Lesson.objects.get(period="P1")
    removed = office.post(path, {"act": "remove", "lesson": str(first.pk)})

    assert [answer["Location"] for answer in (*added, removed)] == [path] * 3
    assert re.search(r"Monday\s+09:00–10:00\s+P1\s+Ada.*Wednesday\s+09:00–10:00\s+P2\s+Bob", page, re.DOTALL)
    with in_school(school):
        assert list(Lesson.objects.values_list("period", flat=True)) == ["P2"]


def test_a_clash_is_named_and_what_was_typed_is_kept(school):
    row = make_teaching_class(school)
    office, path = browser(make_manager(school, "Office"), school), f"/classes/{row.pk}/lessons/"
    office.post(path, lesson())

    clash = office.post(path, lesson(period="P2"))
    wrong = office.post(path, lesson(period="P3", starts_at="noon"))

    assert clash.status_code == 409
    assert "meets 7A/Ma on Monday, P1 (09:00–10:00): the same class." in clash.content.decode()
    assert 'value="P2"' in clash.content.decode()
    assert (wrong.status_code, 'id="starts_at-error"' in wrong.content.decode()) == (422, True)


def test_teachers_look_and_do_not_change(school):
    row = make_teaching_class(school)
    teacher, path = browser(make_teacher(school, row), school), f"/classes/{row.pk}/lessons/"

    assert "Add a lesson" not in teacher.get(path).content.decode()
    assert teacher.post(path, lesson()).status_code == 403


def test_the_page_takes_the_same_statements_for_one_and_for_three(school):
    row = make_teaching_class(school)
    office, path = browser(make_manager(school, "Timetable"), school), f"/classes/{row.pk}/lessons/"
    office.post(path, lesson())
    one = statements_for(office, path)
    for day in ("2", "3"):
        office.post(path, lesson(weekday=day))

    assert statements_for(office, path) == one
