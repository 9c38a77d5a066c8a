"""A draft becomes what takes place, and never at two places at once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from lyceum.core import clock
from lyceum.core.ids import new_id
from lyceum.domains.academics.models import BellSchedule
from lyceum.domains.academics.rules.bells import NewCycle, set_cycle
from lyceum.domains.attendance.models import Mark, Register
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.timetable.models import Lesson, PlannedLesson, Version
from lyceum.domains.timetable.queries import list_lessons
from lyceum.domains.timetable.rules import NewLesson, create_lessons, edit_lesson
from lyceum.domains.timetable.rules.moves import Moved, move_lessons
from lyceum.domains.timetable.rules.publishing import ClashesError, UnplacedError, publish_version
from lyceum.domains.timetable.rules.versions import NotADraftError, create_version
from lyceum.domains.timetable.tests.conftest import PERIODS, make_small
from lyceum.testing.factories import NOW, in_school, set_times

DAY = timedelta(days=1)
TODAY = NOW.date()
MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def publish(small, version, first=TODAY, **more):
    return publish_version(version.pk, effective_from=first, actor=small.system, **more)


def test_a_published_draft_is_what_takes_place(small):
    version = small.placed()

    with in_school(small.school):
        done = publish(small, version)
        lessons = Lesson.objects.filter(school_class=small.taught["7A/MA"]).order_by("weekday")

        assert (done.kept, done.begun, done.ended) == (0, 12, 0)
        assert [(row.weekday, row.period, f"{row.starts_at:%H:%M}") for row in lessons] == [
            (1, "1", "09:00"),
            (2, "1", "09:00"),
        ]
        assert {row.teacher_id for row in lessons} == {small.lead("7A/MA")}
        assert list_lessons(small.system, on=MONDAY, teacher=small.lead("7A/MA")).count() == 2


def test_lessons_that_clash_are_refused_with_each_pair_in_words(small):
    version = small.placed()
    with in_school(small.school):
        maths = PlannedLesson.objects.filter(version=version, classes__school_class=small.taught["7B/MA"]).first()
        maths.period, maths.day = 1, 1
        maths.save()

        with pytest.raises(ClashesError) as refused:
            publish(small, version)

        assert [each["kind"] for each in refused.value.extra["clashes"]] == ["teacher"]
        assert "Teacher of Mathematics takes Mathematics, 7A/MA" in refused.value.extra["clashes"][0]["words"]
        assert not Lesson.objects.exists()


def test_students_in_two_places_at_once_are_found_by_their_classes(small):
    version = small.placed()
    with in_school(small.school):
        art = PlannedLesson.objects.filter(version=version, classes__school_class=small.taught["7A/AR"], day=1).get()
        art.period = PERIODS[0]
        art.save()

        with pytest.raises(ClashesError) as refused:
            publish(small, version)

        [clash] = refused.value.extra["clashes"]
        assert clash["kind"] == "students"
        assert clash["words"].startswith("7A 1, 7A 2 would be in")


def test_lessons_without_a_place_are_named_and_may_be_left_out(small):
    version = small.placed()
    with in_school(small.school):
        PlannedLesson.objects.filter(version=version, day=2).update(day=None, period=None)

        with pytest.raises(UnplacedError) as refused:
            publish(small, version)
        done = publish(small, version, leave_unplaced=True)

        assert refused.value.extra["count"] == 6
        assert done.begun == 6


def by_teacher(small, version):
    """A lesson of 7B is put where its teacher is with 7A."""
    lesson = version.lessons.get(day=1, classes__school_class=small.taught["7B/MA"])
    return "UPDATE timetable_plannedlesson SET period = %s WHERE id = %s", [PERIODS[0], lesson.pk]


def by_student(small, version):
    """7A is put into two subjects at once."""
    lesson = version.lessons.get(day=1, classes__school_class=small.taught["7A/AR"])
    return "UPDATE timetable_plannedlesson SET period = %s WHERE id = %s", [PERIODS[0], lesson.pk]


def by_new_teacher(small, version):
    """Another teacher joins a lesson, and is elsewhere."""
    lesson = version.lessons.get(day=1, classes__school_class=small.taught["7A/AR"])
    joins = (
        "INSERT INTO timetable_plannedteacher (id, school_id, lesson_id, staff_id) SELECT %s, school_id, %s, staff_id "
    )
    other = version.lessons.get(day=1, classes__school_class=small.taught["7B/MA"])
    move = "FROM timetable_plannedteacher WHERE lesson_id = %s"
    PlannedLesson.objects.filter(pk=other.pk).update(period=lesson.period)
    return joins + move, [new_id(), lesson.pk, other.pk]


@pytest.mark.parametrize("written", [by_teacher, by_student, by_new_teacher])
def test_the_database_refuses_a_clash_in_a_published_version(small, written):
    version = small.placed()
    with in_school(small.school):
        publish(small, version)
        statement, values = written(small, version)

        refused = pytest.raises(IntegrityError, match="timetable_clash")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)


def test_a_lesson_that_stays_as_it_is_keeps_its_registers(small):
    version = small.placed()
    set_times(small.school)
    with in_school(small.school):
        publish(small, version, TODAY - 4 * DAY)
        open_day(MONDAY)
        register = Register.objects.get(lesson__school_class=small.taught["7A/MA"], on=MONDAY)
        draft = create_version(small.year.pk, parent=version.pk, actor=small.system)
        moved = draft.lessons.get(day=1, classes__school_class=small.taught["7B/AR"])
        move_lessons(draft.pk, [Moved(moved.pk, {"day": 5})], actor=small.system)

        done = publish(small, draft, MONDAY)

        register.refresh_from_db()
        assert (done.kept, done.begun, done.ended) == (11, 1, 1)
        assert register.lesson.is_on(MONDAY)
        ended = Lesson.objects.get(school_class=small.taught["7B/AR"], weekday=1)
        assert (ended.ends_on, ended.is_on(MONDAY)) == (MONDAY - DAY, False)
        version.refresh_from_db()
        assert (version.state, version.effective_to) == (Version.State.PUBLISHED, MONDAY - DAY)


def test_a_register_that_was_taken_stays_and_one_that_was_not_goes(small):
    version = small.placed()
    set_times(small.school)
    monday = clock.frozen(NOW + 3 * DAY)
    with in_school(small.school), monday:
        publish(small, version, TODAY)
        open_day(MONDAY)
        registers = {row.class_name: row for row in Register.objects.filter(kind="lesson", on=MONDAY)}
        take_register(registers["7A/MA"].pk, marks=[], rest="present", actor=small.system)
        draft = create_version(small.year.pk, parent=version.pk, actor=small.system)
        for name in ("7A/MA", "7B/AR"):
            moved = draft.lessons.get(day=1, classes__school_class=small.taught[name])
            move_lessons(draft.pk, [Moved(moved.pk, {"day": 5})], actor=small.system)

        publish(small, draft, MONDAY)

        assert Mark.objects.filter(register=registers["7A/MA"]).count() == 2
        left = set(
            Register.objects.filter(kind="lesson", on=MONDAY).exclude(state="not_required").values_list("class_name")
        )
        assert left == {(f"{form}/{code}",) for form in ("7A", "7B") for code in ("MA", "EN", "AR")} - {("7B/AR",)}


def test_lessons_by_hand_of_a_class_end_when_a_version_teaches_it(small):
    version = small.placed()
    with in_school(small.school):
        by_hand = create_lessons(
            [
                NewLesson(small.taught["7A/MA"], 3, "1", NOW.time().replace(hour=9), NOW.time().replace(hour=10)),
                NewLesson(small.forms[0], 5, "Tutor", NOW.time().replace(hour=8), NOW.time().replace(hour=9)),
            ],
            actor=small.system,
        )

        publish(small, version, TODAY)

        for lesson in by_hand:
            lesson.refresh_from_db()
        assert [lesson.ends_on for lesson in by_hand] == [TODAY - DAY, None]


def test_a_published_version_is_not_worked_on(small):
    version = small.placed()
    with in_school(small.school):
        publish(small, version)

        with pytest.raises(NotADraftError):
            move_lessons(version.pk, [Moved(version.lessons.first().pk, {"day": 5})], actor=small.system)


def test_another_schools_timetable_is_its_own(small):
    version = small.placed()
    other = make_small("Valley School")
    theirs = other.placed()
    with in_school(small.school):
        publish(small, version)
    with in_school(other.school):
        publish(other, theirs)

        assert Lesson.objects.count() == 12
        assert {row.version_id for row in Lesson.objects.all()} == {theirs.pk}


def test_a_cycle_that_is_no_week_falls_on_its_own_dates(small):
    version = small.placed()
    with in_school(small.school):
        bells = BellSchedule.objects.get().pk
        names = ["1", "2", "3"]
        new = NewCycle(names, date(2026, 11, 23), counts="school_days", schedules={1: bells, 2: bells, 3: bells})
        set_cycle(small.year.pk, new, actor=small.system)
        set_times(small.school)

        publish(small, version, MONDAY)
        days = [MONDAY + n * DAY for n in range(5)]
        for day in days:
            open_day(day)

        held = Register.objects.filter(kind="lesson", class_name="7A/MA").order_by("on").values_list("on", flat=True)
        assert list(held) == [days[0], days[1], days[3], days[4]]
        lesson = Lesson.objects.filter(school_class=small.taught["7A/MA"], cycle_day=1).get()
        assert (lesson.weekday, [lesson.is_on(day) for day in days]) == (None, [True, False, False, True, False])


def test_a_lesson_of_a_version_that_is_changed_by_hand_is_one_by_hand(small):
    version = small.placed()
    with in_school(small.school):
        publish(small, version)
        lesson = Lesson.objects.get(school_class=small.taught["7A/MA"], weekday=1)

        changed = edit_lesson(lesson.pk, values={"weekday": 5}, actor=small.system)

        assert (changed.version, changed.weekday) == (None, 5)
        assert version.lessons.filter(day=None).count() == 1
