"""The board: what is on it, what is done there, and by whom."""

import re

import pytest

from lyceum.core import clock
from lyceum.domains.timetable.models import PlannedClass, PlannedLesson, Version
from lyceum.domains.timetable.tests.boards import make_draft
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import NOW, in_school, make_class, make_manager, make_school, make_teacher

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def planner(school):
    return browser(make_manager(school, "Timetable"), school)


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def place_of(school, lesson):
    with in_school(school):
        row = PlannedLesson.objects.get(pk=lesson.pk)
    return row.day, row.period


def test_the_board_has_a_place_for_each_lesson_and_a_tray_for_the_rest(school, planner):
    draft = make_draft(school)

    page = planner.get(draft.path)
    body = page.content.decode()

    assert re.search(
        rf'data-at="1-1" data-name="Monday, 1"[^>]*><a class="lesson"[^>]*lesson={draft.lessons[0].pk}', body
    )
    assert re.search(rf"data-tray.*lesson={draft.lessons[2].pk}.*board-scroll", body, re.DOTALL)


def test_a_chosen_lesson_shows_where_it_is_free_and_where_it_clashes_and_why(school, planner):
    draft = make_draft(school)

    page = text(planner.get(f"{draft.path}?lesson={draft.lessons[2].pk}"))

    assert "Monday, 1 ✕ clash: Ada has Mathematics, 7A." in page
    assert "Tuesday, 1 ✓ free" in page


def test_a_lesson_is_moved_with_words_and_put_back_by_undo(school, planner):
    draft = make_draft(school)
    lesson = draft.lessons[2]

    moved = planner.post(draft.path, {"act": "move", "lesson": str(lesson.pk), "to": "1-1"}, follow=True)
    at = place_of(school, lesson)
    undone = planner.post(draft.path, {"act": "undo"}, follow=True)

    assert (at, place_of(school, lesson)) == ((1, 1), (None, None))
    assert "Mathematics, 7B: Monday, 1. Ada has Mathematics, 7A." in text(moved)
    assert "1 clash" in text(moved)
    assert "Undone." in text(undone)


def test_a_locked_lesson_stays_and_the_refusal_says_so(school, planner):
    draft = make_draft(school)
    lesson = str(draft.lessons[0].pk)
    planner.post(draft.path, {"act": "lock", "lesson": lesson, "locked": "time"})

    refused = planner.post(draft.path, {"act": "move", "lesson": lesson, "to": "2-1"})

    assert refused.status_code == 409
    assert "Mathematics is locked where it is" in text(refused)
    assert place_of(school, draft.lessons[0]) == (1, 1)


def test_who_looked_at_an_older_board_is_told_who_changed_it(school, planner):
    draft = make_draft(school)
    lesson = str(draft.lessons[0].pk)
    planner.post(draft.path, {"act": "move", "lesson": lesson, "to": "2-1"})

    stale = planner.post(
        draft.path, {"act": "move", "lesson": lesson, "to": "3-1", "revision": str(draft.version.revision)}
    )

    assert stale.status_code == 412
    assert "changed this draft since you looked at it" in text(stale)


def test_a_clash_is_named_in_words_when_publishing_and_nothing_is_published(school, planner):
    draft = make_draft(school)
    planner.post(draft.path, {"act": "move", "lesson": str(draft.lessons[2].pk), "to": "1-1"})

    refused = planner.post(draft.path, {"act": "publish", "effective_from": "2026-11-30"})

    assert refused.status_code == 409
    assert "Ada takes Mathematics, 7A and Mathematics, 7B on Monday, 1." in text(refused)
    with in_school(school):
        assert Version.objects.get().state == "draft"


def test_a_draft_without_clashes_is_published_from_a_day_on(school, planner):
    draft = make_draft(school)
    planner.post(draft.path, {"act": "move", "lesson": str(draft.lessons[2].pk), "to": "1-4"})

    page = planner.post(draft.path, {"act": "publish", "effective_from": "2026-11-30"}, follow=True)

    assert "Published: 3 lessons." in text(page)
    assert "It holds from 30 November 2026" in text(page)


def test_only_who_plans_sees_the_board_and_no_other_school(school, planner):
    draft = make_draft(school)
    elsewhere = make_school("Oak")
    stranger = browser(make_manager(elsewhere, "Timetable"), elsewhere)
    teacher = browser(make_teacher(school), school)

    assert [client.get(draft.path).status_code for client in (planner, teacher, stranger)] == [200, 403, 404]
    assert stranger.post(draft.path, {"act": "undo"}).status_code == 404


def add_lessons(school, draft, classes):
    """Thirty lessons for each of so many new classes, each in a place of its own."""
    forms = [make_class(school, f"{n}X") for n in range(classes)]
    source = draft.lessons[0]
    with in_school(school):
        rows = PlannedLesson.objects.bulk_create(
            PlannedLesson(
                version=draft.version, subject=source.subject, day=n % 5 + 1, period=(1, 2, 4, 5, 7, 8)[n // 5 % 6]
            )
            for _form in forms
            for n in range(30)
        )
        PlannedClass.objects.bulk_create(
            PlannedClass(lesson=row, school_class=forms[n // 30]) for n, row in enumerate(rows)
        )


def test_the_board_takes_the_same_few_statements_for_three_lessons_and_for_a_thousand(school, planner):
    draft = make_draft(school)
    path = f"{draft.path}?by=class&of="
    few = statements_for(planner, path)
    add_lessons(school, draft, 34)

    many = statements_for(planner, path)

    assert many == few <= 3 + 10  # three are the test's own


def test_the_board_of_everybody_says_each_place_once_and_what_is_no_draft_goes_by_numbers(school, planner):
    draft = make_draft(school)
    of_all = planner.get(f"{draft.path}?by=class&of=").content.decode()
    with in_school(school):
        Version.objects.filter(pk=draft.version.pk).update(state="superseded", effective_from=NOW.date())
    over = planner.get(f"{draft.path}?by=class&of=").content.decode()

    assert of_all.count('data-at="1-1"') == 1
    assert "data-at" not in over
    assert str(draft.lessons[0].pk) not in over
    assert ["It has no place yet." in text(planner.get(f"{draft.path}?of=&lesson={n}")) for n in (1, 2, 3, 4)] == [
        row.day is None for row in sorted(draft.lessons, key=lambda row: row.pk)
    ] + [False]


def test_the_score_says_of_each_teacher_and_class_what_their_week_is_and_what_it_costs_them(school, planner):
    """Ada has Mathematics twice on Monday with a gap between; that 7A has it on two days is a wish."""
    draft = make_draft(school)
    planner.post(draft.path, {"act": "move", "lesson": str(draft.lessons[1].pk), "to": "1-8"})
    planner.post(draft.path, {"act": "move", "lesson": str(draft.lessons[2].pk), "to": "2-4"})
    ada = "3 periods on 2 days, 4 gaps, 1 day from the first period, 1 day to the last period"

    score = planner.get(f"/api/v1/timetable/versions/{draft.version.pk}/score/").json()
    teachers, classes = (text(planner.get(f"{draft.path}score/?by={by}")) for by in ("teacher", "class"))
    board = text(planner.get(f"{draft.path}?by=teacher&of={draft.ada.pk}"))

    people = {each["name"]: each for each in score["people"]}
    numbers = ("periods", "days", "gaps", "early", "late", "longest", "cost")
    assert [people["Ada"][name] for name in numbers] == [3, 2, 4, 1, 1, 6, 0.95]
    assert [people["7A"][name] for name in numbers] == [2, 1, 4, 1, 1, 6, 0.95]
    assert [people["7B"][name] for name in numbers] == [1, 1, 0, 0, 0, 1, 0.0]
    assert {*people["7A"]["parts"][0]["lessons"]} == {str(each.pk) for each in draft.lessons[:2]}
    assert f"Ada {ada}" in teachers
    assert "The lessons of a class in a subject are on different days." in teachers
    assert "7B 1 period on 1 day, 0 gaps" in classes
    assert ada in board


def test_what_a_place_saves_or_costs_is_said_in_words(school, planner):
    draft = make_draft(school)

    page = text(planner.get(f"{draft.path}?lesson={draft.lessons[1].pk}"))

    spread = "The lessons of a class in a subject are on different days."
    assert f"Tuesday, 1 ✓ free. Saves 0.95: {spread}" in page
    planner.post(draft.path, {"act": "move", "lesson": str(draft.lessons[1].pk), "to": "2-1"})
    page = text(planner.get(f"{draft.path}?lesson={draft.lessons[1].pk}"))
    assert f"Monday, 2 ≈ Costs 0.95: {spread}" in page
