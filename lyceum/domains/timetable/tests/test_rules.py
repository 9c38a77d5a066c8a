"""Lessons entered by hand: no class, teacher or room is in two at a time."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.academics.rules.classes import NewTeacher, assign_teachers
from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.attendance.models import Register
from lyceum.domains.timetable.models import Lesson
from lyceum.domains.timetable.queries import get_lesson, list_lessons
from lyceum.domains.timetable.rules import (
    LessonClashError,
    NewLesson,
    create_lessons,
    edit_lesson,
    end_lesson,
    remove_lesson,
)
from lyceum.testing.factories import (
    FIRST_DAY,
    LAST_DAY,
    NOW,
    account_for,
    as_actor,
    in_school,
    make_class,
    make_manager,
    make_school,
    make_staff,
    make_student,
    make_subject,
    make_teacher,
    make_teaching_class,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()  # a Friday
NINE, TEN, ELEVEN = time(9), time(10), time(11)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def place(school, row, weekday=5, period="P1", starts_at=NINE, ends_at=TEN, actor=None, **more):
    new = NewLesson(row, weekday, period, starts_at, ends_at, **more)
    with in_school(school):
        return create_lessons([new], actor=actor or system_actor(school.pk))[0]


def edit(school, lesson, **values):
    with in_school(school):
        return edit_lesson(lesson.pk, values=values, actor=system_actor(school.pk))


def room(school, name="R1"):
    with in_school(school):
        return create_location(name=name, actor=system_actor(school.pk))


def held(school, lesson, row):
    """A register of the lesson of today."""
    with in_school(school):
        return Register.objects.create(
            kind="lesson", on=TODAY, school_class=row, lesson=lesson, due_at=NOW, closes_at=NOW, locks_at=NOW
        )


def two_classes(school):
    subject = make_subject(school).pk
    return [make_teaching_class(school, name, subject=subject) for name in ("7A/Ma", "7B/Ma")]


def test_a_lesson_lasts_as_long_as_its_class():
    school = make_school()
    lesson = place(school, make_teaching_class(school))

    assert (lesson.starts_on, lesson.ends_on) == (FIRST_DAY, None)
    assert [lesson.is_on(day) for day in (TODAY, TODAY + DAY, TODAY - 7 * DAY)] == [True, False, True]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"weekday": 0}, "/weekday"),
        ({"weekday": 8}, "/weekday"),
        ({"period": " "}, "/period"),
        ({"period": "x" * 21}, "/period"),
        ({"ends_at": NINE}, "/ends_at"),
        ({"starts_on": FIRST_DAY - DAY}, "/starts_on"),
        ({"ends_on": LAST_DAY + DAY}, "/starts_on"),
        ({"teacher_id": uuid4()}, "/teacher"),
        ({"room_id": uuid4()}, "/room"),
    ],
)
def test_a_lesson_that_makes_no_sense_is_refused_when_placed_and_when_changed(values, pointer):
    school = make_school()
    row = make_teaching_class(school)
    with pytest.raises(InvalidError) as placed:
        place(school, row, **values)
    lesson = place(school, row)
    with pytest.raises(InvalidError) as changed:
        edit(school, lesson, **values)

    assert placed.value.errors[0].pointer == changed.value.errors[0].pointer == pointer


def test_another_schools_rows_are_never_referred_to():
    school, other = make_school("Hill School"), make_school("Vale School")
    row, theirs = make_teaching_class(school), make_teaching_class(other)
    stranger, foreign_room = make_staff(other), room(other)
    foreign = place(other, theirs)

    for values in ({"teacher_id": stranger.pk}, {"room_id": foreign_room.pk}):
        with pytest.raises(InvalidError):
            place(school, row, **values)
    with pytest.raises(InvalidError):
        place(school, theirs)
    with pytest.raises(NotFoundError):
        edit(school, foreign, weekday=1)
    with in_school(school), pytest.raises(NotFoundError):
        get_lesson(foreign.pk, actor=system_actor(school.pk))


@pytest.mark.parametrize(
    ("shared", "word"),
    [("class", "class"), ("teacher", "teacher"), ("lead", "teacher"), ("room", "room")],
)
def test_a_clash_is_refused_and_named(shared, word):
    school = make_school()
    one, two = two_classes(school)
    staff, place_of_both = make_staff(school), room(school)
    first, second = {
        "class": ({}, {}),
        "teacher": ({"teacher_id": staff.pk}, {"teacher_id": staff.pk}),
        "lead": ({}, {"teacher_id": staff.pk}),
        "room": ({"room_id": place_of_both.pk}, {"room_id": place_of_both.pk}),
    }[shared]
    if shared == "lead":
        with in_school(school):
            assign_teachers([NewTeacher(one, staff)], actor=system_actor(school.pk))
    place(school, one, **first)

    with pytest.raises(LessonClashError) as refused:
        place(school, one if shared == "class" else two, starts_at=time(9, 59), ends_at=ELEVEN, period="P2", **second)

    assert refused.value.detail.endswith(f"meets 7A/Ma on Friday, P1 (09:00–10:00): the same {word}.")


@pytest.mark.parametrize(
    "apart",
    [
        {"starts_at": TEN, "ends_at": ELEVEN, "period": "P2"},  # one after the other
        {"weekday": 4},
        {"starts_on": date(2027, 1, 4)},  # the first has ended by then
    ],
)
def test_lessons_that_do_not_meet_share_what_they_like(apart):
    school = make_school()
    row, staff, where = make_teaching_class(school), make_staff(school), room(school)
    both = {"teacher_id": staff.pk, "room_id": where.pk}
    place(school, row, ends_on=date(2026, 12, 18), **both)

    assert place(school, row, **apart, **both).pk


def test_two_lessons_of_one_call_do_not_meet_either():
    school = make_school()
    row = make_teaching_class(school)
    new = [NewLesson(row, 1, period, NINE, TEN) for period in ("P1", "P2")]
    with in_school(school):
        with pytest.raises(LessonClashError):
            create_lessons(new, actor=system_actor(school.pk))

        assert not Lesson.objects.exists()


def test_a_moved_lesson_meets_no_other_and_does_not_meet_itself():
    school = make_school()
    row = make_teaching_class(school)
    place(school, row, weekday=1)
    lesson = place(school, row, weekday=2)

    with pytest.raises(LessonClashError):
        edit(school, lesson, weekday=1)
    assert edit(school, lesson, ends_at=time(10, 30)).ends_at == time(10, 30)


def test_a_lesson_that_is_moved_begins_today_and_its_registers_stay():
    school = make_school()
    row = make_teaching_class(school)
    lesson = place(school, row)
    register = held(school, lesson, row)

    moved = edit(school, lesson, weekday=1)

    with in_school(school):
        assert Register.objects.get().lesson_id == register.lesson_id == moved.pk
    assert (moved.starts_on, moved.is_on(TODAY - 11 * DAY), moved.is_on(TODAY + 3 * DAY)) == (TODAY, False, True)


def test_another_teacher_moves_no_lesson():
    school = make_school()
    lesson = place(school, make_teaching_class(school))

    assert edit(school, lesson, teacher_id=make_staff(school).pk).starts_on == FIRST_DAY


def test_a_lesson_without_registers_is_deleted_and_any_other_ended():
    school = make_school()
    row = make_teaching_class(school)
    unused, used = place(school, row, weekday=1), place(school, row)
    held(school, used, row)
    with in_school(school):
        actor = system_actor(school.pk)
        gone, ended = remove_lesson(unused.pk, actor=actor), remove_lesson(used.pk, actor=actor)

        assert (gone, ended.ends_on) == (None, TODAY - DAY)
        assert list(Lesson.objects.all()) == [used]
        assert end_lesson(used.pk, last_day=TODAY, actor=actor).ends_on == TODAY


def test_lessons_are_placed_by_the_office_and_the_timetabler():
    school = make_school()
    row = make_teaching_class(school)
    for user, allowed in ((make_teacher(school, row), False), (make_manager(school, "Timetable"), True)):
        actor = as_actor(user, school)
        if allowed:
            assert place(school, row, actor=actor).pk
        else:
            with pytest.raises(NotAllowedError):
                place(school, row, actor=actor)


def listed(school, actor, **chosen):
    with in_school(school):
        return [lesson.period for lesson in list_lessons(actor, **chosen)]


def test_lessons_are_chosen_by_teacher_class_room_student_day_and_date():
    school = make_school()
    one, two = two_classes(school)
    lead = make_teacher(school, one)
    staff, where, student = make_staff(school), room(school), make_student(school, one)
    place(school, one, period="A")
    place(school, two, weekday=1, period="B", teacher_id=staff.pk, room_id=where.pk)
    place(school, two, weekday=2, period="C", ends_on=TODAY - 7 * DAY)
    actor = system_actor(school.pk)
    with in_school(school):
        lead_staff = one.teachers.get().staff_id

    assert listed(school, actor) == ["B", "A"]
    assert listed(school, actor, teacher=staff.pk) == ["B"]
    assert listed(school, actor, teacher=lead_staff) == ["A"]
    assert listed(school, actor, school_class=two.pk) == ["B"]
    assert listed(school, actor, room=where.pk) == ["B"]
    assert listed(school, actor, student=student.pk) == ["A"]
    assert listed(school, actor, weekday=1) == ["B"]
    assert listed(school, actor, on=TODAY) == ["A"]
    assert listed(school, actor, on=TODAY - 10 * DAY) == ["C"]
    assert listed(school, as_actor(lead, school)) == ["B", "A"]


def test_students_and_families_see_the_lessons_of_their_own_classes():
    school = make_school()
    one, two = two_classes(school)
    place(school, one, period="A")
    other = place(school, two, weekday=1, period="B")
    student = as_actor(account_for(make_student(school, one).person, Role.STUDENT), school)

    assert listed(school, student) == ["A"]
    with in_school(school), pytest.raises(NotFoundError):
        get_lesson(other.pk, actor=student)


def test_a_form_has_lessons_too():
    school = make_school()

    assert place(school, make_class(school)).school_class.kind == "form"
