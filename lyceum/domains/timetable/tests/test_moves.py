"""Lessons of a draft moved by hand, and taken back."""

import pytest

from lyceum.core import clock
from lyceum.core.errors import InvalidError
from lyceum.core.etags import VersionConflictError
from lyceum.domains.timetable.models import PlannedLesson, Version
from lyceum.domains.timetable.rules.moves import (
    LockedError,
    Moved,
    NothingToUndoError,
    move_lessons,
    swap_lessons,
    undo_change,
)
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.domains.timetable.tests.conftest import PERIODS
from lyceum.testing.clients import software, statements_for
from lyceum.testing.factories import NOW, in_school, make_admin


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def one(small, version, name="7A/MA", day=1):
    return version.lessons.get(day=day, classes__school_class=small.taught[name])


def test_a_move_is_undone_and_the_one_before_it_after_that(small):
    version = small.placed()
    with in_school(small.school):
        lesson, other = one(small, version), one(small, version, "7B/AR")
        move_lessons(version.pk, [Moved(lesson.pk, {"day": 4})], actor=small.system)
        swap_lessons(version.pk, lesson.pk, other.pk, actor=small.system)

        undo_change(version.pk, actor=small.system)
        lesson.refresh_from_db()
        first = lesson.day
        undo_change(version.pk, actor=small.system)
        lesson.refresh_from_db()

        assert (first, lesson.day) == (4, 1)
        with pytest.raises(NothingToUndoError):
            undo_change(version.pk, actor=small.system)
        version.refresh_from_db()
        assert version.revision == 5


def test_a_locked_lesson_stays(small):
    version = small.placed()
    with in_school(small.school):
        lesson = one(small, version)
        move_lessons(version.pk, [Moved(lesson.pk, {"time_locked": True})], act="lock", actor=small.system)

        with pytest.raises(LockedError):
            move_lessons(version.pk, [Moved(lesson.pk, {"day": 3})], actor=small.system)
        with pytest.raises(InvalidError):
            move_lessons(version.pk, [Moved(one(small, version, day=2).pk, {"period": 3})], actor=small.system)


def test_two_people_on_one_draft_are_told_of_each_other(small):
    version = small.placed()
    with in_school(small.school):
        lesson = one(small, version)
        move_lessons(version.pk, [Moved(lesson.pk, {"day": 4})], revision=1, actor=small.system)

        with pytest.raises(VersionConflictError) as refused:
            move_lessons(version.pk, [Moved(lesson.pk, {"day": 5})], revision=1, actor=small.system)

        [change] = refused.value.extra["changes"]
        assert change["after"][str(lesson.pk)][0] == 4


def test_over_rest_a_move_says_what_it_clashes_with_and_which_places_are_free(small):
    version = small.placed()
    client = software(make_admin(small.school), small.school)
    with in_school(small.school):
        lesson = one(small, version)
    base = f"/api/v1/timetable/versions/{version.pk}"

    places = client.get(f"/api/v1/timetable/moves/?lesson={lesson.pk}").json()
    moved = client.send(f"{base}/moves/", {"lessons": [{"lesson": str(lesson.pk), "day": 1, "period": PERIODS[1]}]})
    stale = client.send(f"{base}/undo/", {"revision": 1})
    undone = client.send(f"{base}/undo/", {"revision": 2})
    conditional = client.send(f"{base}/moves/", {"lessons": [{"lesson": str(lesson.pk)}]}, **{"If-Match": '"other"'})

    states = {(each["day"], each["period"]): each["state"] for each in places["slots"]}
    assert (states[5, 1], states[1, PERIODS[1]], states[1, PERIODS[3]]) == ("free", "clash", "clash")
    assert [each["kind"] for each in moved.json()["clashes"]] == ["students"]
    assert (stale.status_code, undone.status_code, conditional.status_code) == (412, 200, 412)
    with in_school(small.school):
        assert PlannedLesson.objects.get(pk=lesson.pk).day == 1


@pytest.mark.parametrize("path", ["lessons/", "clashes/", "score/", "compare/?with={other}"])
def test_a_version_is_read_in_as_many_statements_for_two_lessons_as_for_five(small, path):
    client = software(make_admin(small.school), small.school)
    version = small.placed()
    with in_school(small.school):
        other = create_version(small.year.pk, parent=version.pk, actor=small.system)
        Version.objects.filter(pk=other.pk).update(name="Other")
        few = list(version.lessons.values_list("pk", flat=True))
        address = f"/api/v1/timetable/versions/{version.pk}/" + path.format(other=other.pk)
    many = statements_for(client, address)
    with in_school(small.school):
        PlannedLesson.objects.filter(pk__in=few[2:]).delete()

    assert statements_for(client, address) == many
