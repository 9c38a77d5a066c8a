"""A day's absence: its lessons are covered, told, and taken back."""

from datetime import date, time, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotFoundError
from lyceum.domains.academics.models import DayPlan
from lyceum.domains.academics.rules.bells import find_or_make_cycle
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.queries import get_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.journal.models import Fact
from lyceum.domains.notifications.models import Notification
from lyceum.domains.timetable.cover_queries import count_open, lessons_left, list_own_covers, read_desk
from lyceum.domains.timetable.models import Cover, CoverTally, Lesson
from lyceum.domains.timetable.rules import NewLesson, create_lessons, edit_lesson, end_lesson
from lyceum.domains.timetable.rules.absences import (
    cancel_staff_absence,
    edit_staff_absence,
)
from lyceum.domains.timetable.rules.covers import (
    CoverAnsweredError,
    CoverAwayError,
    CoverLimitError,
    LessonCoveredError,
    NewCover,
    RoomTakenError,
    accept_cover,
    assign_asked,
    assign_cover,
    assign_covers,
    assign_proposed,
    cancel_cover,
    decline_cover,
    finish_covers,
    set_cover_limit,
)
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.domains.timetable.tests.conftest import Small
from lyceum.domains.timetable.tests.cover_day import TODAY, Day, ask_ben, make_day
from lyceum.testing.clients import browser
from lyceum.testing.factories import (
    NOW,
    find_or_make_year,
    in_school,
    make_class,
    make_staff,
)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def day(db: None) -> Day:
    return make_day()


def test_a_day_is_covered_at_once_fairly_and_those_who_come_are_told_at_once(day: Day):
    with in_school(day.school):
        absence = day.absent()
        left = lessons_left(absence, actor=day.office)
        assert [need.held.lesson.period for need in left.needs] == ["1", "2", "3"]

        covers = assign_proposed(TODAY, actor=day.office)

        assert day.standing() == [("1", "Ben Teacher"), ("2", "Cora Teacher"), ("3", "Ben Teacher")]
        assert {cover.absence_id for cover in covers} == {absence.pk}
        tallies = CoverTally.objects.order_by("given").values_list("staff", "given", "received")
        assert list(tallies) == [(day.staff["Ill"], 0, 3), (day.staff["Cora"], 1, 0), (day.staff["Ben"], 2, 0)]
        told = Notification.objects.filter(type="cover").order_by("user__full_name").values_list("user", "urgency")
        assert list(told) == [(day.users["Ben"].pk, "urgent"), (day.users["Cora"].pk, "urgent")]
        assert [need.cover is None for need in read_desk(day.office, TODAY).needs] == [False] * 3
        assert Fact.objects.filter(type="timetable.cover.assigned").count() == 3
        finish_covers()
        assert set(Cover.objects.values_list("state", flat=True)) == {"assigned"}  # today is not over


def test_what_waits_is_counted_as_the_desk_shows_it(day: Day):
    with in_school(day.school):
        _by_the_class_s_lead, second, third = day.lessons
        ben, cora = day.staff["Ben"], day.staff["Cora"]
        Lesson.objects.filter(pk=second.pk).update(teacher=ben, co_teachers=[cora])
        Lesson.objects.filter(pk=third.pk).update(teacher=ben)
        counted = [count_open(day.office, TODAY)]

        for who in ("Ill", "Ben", "Cora"):
            day.absent(who)
            counted.append(count_open(day.office, TODAY))
            assert counted[-1] == len(read_desk(day.office, TODAY).open)

        assert counted == [0, 1, 2, 3]
        assert count_open(day.office, TODAY + timedelta(days=1)) == 0  # a Saturday


def test_shortening_the_absence_takes_cover_outside_it_back(day: Day):
    with in_school(day.school):
        absence = day.absent()
        assign_proposed(TODAY, actor=day.office)
        with clock.frozen(NOW + timedelta(hours=1, minutes=30)):
            ben = day.actor("Ben")
            third = Register.objects.get(lesson=day.lessons[2], on=TODAY)
            assert get_register(third.pk, actor=ben).is_covered

            edit_staff_absence(absence.pk, values={"ends_period": 1}, actor=day.office)

            assert day.standing() == [("1", "Ben Teacher")]
            with pytest.raises(NotFoundError):
                get_register(third.pk, actor=ben)
            assert not get_register(third.pk, actor=day.actor("Ill")).is_covered
        assert CoverTally.objects.get(staff=day.staff["Ill"]).received == 1
        assert Fact.objects.filter(type="timetable.cover.cancelled").count() == 2
        assert Notification.objects.filter(template="cover_ended").count() == 2

        cancel_staff_absence(absence.pk, actor=day.office)
        cancel_staff_absence(absence.pk, actor=day.office)
        assert day.standing() == []
        assert CoverTally.objects.get(staff=day.staff["Ill"]).received == 0


def test_whoever_was_to_cover_and_is_away_too_covers_nothing(day: Day):
    with in_school(day.school):
        day.absent()
        assign_proposed(TODAY, actor=day.office)

        day.absent("Ben", starts_period=3)

        assert day.standing() == [("1", "Ben Teacher"), ("2", "Cora Teacher")]
        with pytest.raises(CoverAwayError):
            assign_cover(day.lessons[2].pk, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)
        assign_proposed(TODAY, actor=day.office)
        assert day.standing()[2] == ("3", "Cora Teacher")


def test_nobody_is_asked_beyond_their_limit(day: Day):
    with in_school(day.school):
        day.absent()
        for who, limit in (("Ben", 1), ("Cora", 0)):
            set_cover_limit(day.staff[who], limit=limit, actor=day.office)

        assign_proposed(TODAY, actor=day.office)

        assert day.standing() == [("1", "Ben Teacher")]
        with pytest.raises(CoverLimitError):
            assign_cover(day.lessons[1].pk, on=TODAY, staff_id=day.staff["Cora"], actor=day.office)


def test_a_double_is_split_between_two_and_narrowed_with_the_absence(day: Day):
    with in_school(day.school):
        Lesson.objects.filter(pk=day.lessons[2].pk).update(first_period=3, last_period=4)
        absence = day.absent()
        double = day.lessons[2].pk
        parts = [NewCover(double, TODAY, day.staff[who], part=part) for who, part in (("Ben", 3), ("Cora", 4))]
        with pytest.raises(InvalidError):
            assign_covers([NewCover(double, TODAY, day.staff["Ben"], part=5)], actor=day.office)

        split = assign_covers(parts, actor=day.office)

        assert day.standing() == [("3", "Ben Teacher"), ("3", "Cora Teacher")]
        with pytest.raises(LessonCoveredError):
            assign_cover(double, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)
        for cover in split:
            cancel_cover(cover.pk, actor=day.office)
        assign_cover(double, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)
        edit_staff_absence(absence.pk, values={"starts_period": 4}, actor=day.office)
        assert list(Cover.objects.filter(state__in=Cover.STANDING).values_list("part", flat=True)) == [4]


def test_what_becomes_of_a_lesson_besides_a_colleague(day: Day):
    with in_school(day.school):
        other = make_class(day.school, "8B")
        new = NewLesson(other, 5, "1", time(9), time(9, 50), starts_on=date(2026, 9, 1), teacher_id=day.staff["Cora"])
        [second] = create_lessons([new], actor=day.office)
        day.absent()
        one, two, three = (lesson.pk for lesson in day.lessons)
        wishes = [
            NewCover(one, TODAY, kind="merge", merged_with=second.pk),
            NewCover(two, TODAY, kind="self_study", work_set="Read chapter 3."),
            NewCover(three, TODAY, kind="cancel"),
        ]

        assign_covers(wishes, actor=day.office)

        assert day.standing() == [("1", "Cora Teacher"), ("2", "None"), ("3", "None")]
        assert read_desk(day.office, TODAY).open == []
        assert CoverTally.objects.count() == 0
        for wrong in (
            NewCover(second.pk, TODAY, kind="merge", merged_with=three),
            NewCover(second.pk, TODAY, kind="room_change"),
            NewCover(second.pk, TODAY, kind="nonsense"),
            NewCover(second.pk, TODAY, day.staff["Ben"], kind="cancel"),
        ):
            with pytest.raises(InvalidError):
                assign_covers([wrong], actor=day.office)


def test_another_room_is_free_and_stays_when_somebody_covers(day: Day):
    from lyceum.domains.academics.models import Location

    with in_school(day.school):
        hall, lab = (Location.objects.create(name=name) for name in ("Hall", "Laboratory"))
        other = make_class(day.school, "8B")
        new = NewLesson(other, 5, "1", time(9), time(9, 50), starts_on=date(2026, 9, 1), room_id=lab.pk)
        create_lessons([new], actor=day.office)
        one = day.lessons[0].pk
        with pytest.raises(RoomTakenError):
            assign_covers([NewCover(one, TODAY, kind="room_change", room_id=lab.pk)], actor=day.office)
        assign_covers([NewCover(one, TODAY, kind="room_change", room_id=hall.pk)], actor=day.office)
        day.absent()
        assert len(read_desk(day.office, TODAY).open) == 3

        cover = assign_cover(one, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)

        assert cover.room_id == hall.pk


def test_who_is_asked_answers_for_themselves_and_then_the_register_is_theirs(day: Day):
    with in_school(day.school), clock.frozen(NOW + timedelta(hours=1, minutes=30)):
        cover, register = ask_ben(day), Register.objects.get(lesson=day.lessons[2], on=TODAY)
        assert [row.pk for row in list_own_covers(day.actor("Ben"), first=TODAY)] == [cover.pk]
        with pytest.raises(NotFoundError):
            get_register(register.pk, actor=day.actor("Ben"))
        with pytest.raises(NotFoundError):
            accept_cover(cover.pk, actor=day.actor("Cora"))

        accept_cover(cover.pk, actor=day.actor("Ben"))
        accept_cover(cover.pk, actor=day.actor("Ben"))

        assert get_register(register.pk, actor=day.actor("Ben")).is_covered
        assert CoverTally.objects.get(staff=day.staff["Ben"]).given == 1
        assert Notification.objects.filter(template="cover_answered", user=day.office_user).count() == 1
        with pytest.raises(CoverAnsweredError):
            decline_cover(cover.pk, actor=day.actor("Ben"))


def test_declined_is_open_again_and_given_to_another(day: Day):
    with in_school(day.school):
        day.absent()
        cover = ask_ben(day)
        assert len(read_desk(day.office, TODAY).open) == 2
        decline_cover(cover.pk, reason="A trip", actor=day.actor("Ben"))
        assert len(read_desk(day.office, TODAY).open) == 3
        again = assign_cover(day.lessons[2].pk, on=TODAY, staff_id=day.staff["Ben"], actor=day.office)

        moved = assign_asked(again.pk, staff_id=day.staff["Cora"], actor=day.office)

        assert (moved.pk, day.standing()) == (again.pk, [("3", "Cora Teacher")])
        given = CoverTally.objects.filter(given=1).values_list("staff", flat=True)
        assert list(given) == [day.staff["Cora"]]


def test_a_day_with_a_plan_of_its_own_says_what_there_is_instead_and_is_covered(day: Day):
    with in_school(day.school):
        cycle = find_or_make_cycle(find_or_make_year(day.school), actor=system_actor(day.school.pk))
        DayPlan.objects.create(cycle=cycle, on=TODAY, note="Sports day")
        day.absent()
        desk = read_desk(day.office, TODAY)
        assert (desk.instead, len(desk.open)) == ("Sports day", 3)  # lessons entered by hand keep their times
        assert len(assign_proposed(TODAY, actor=day.office)) == 3
    assert "Sports day" in browser(day.office_user, day.school).get("/cover/").content.decode()


def test_a_new_timetable_keeps_the_covers_of_lessons_that_stay_and_ends_the_others(small: Small):
    version = small.placed()
    with in_school(small.school):
        publish_version(version.pk, effective_from=TODAY, actor=small.system)
        stays = Lesson.objects.filter(school_class=small.taught["7A/MA"]).order_by("weekday")[0]
        monday = TODAY + timedelta(days=(stays.weekday or 1) + 2)
        colleague = make_staff(small.school, name="Cora Colleague")
        goes = Lesson.objects.filter(school_class=small.taught["7A/EN"], weekday=stays.weekday)[0]
        covers = [assign_cover(row.pk, on=monday, staff_id=colleague.pk, actor=small.system) for row in (stays, goes)]
        draft = create_version(small.year.pk, parent=version.pk, actor=small.system)
        planned = draft.lessons.get(classes__school_class=small.taught["7A/EN"], day=stays.weekday)
        planned.period = 8
        planned.save()

        publish_version(draft.pk, effective_from=monday, actor=small.system)

        states = {row.pk: row.state for row in Cover.objects.all()}
        assert [states[cover.pk] for cover in covers] == ["assigned", "cancelled"]


@pytest.mark.parametrize(
    ("change", "states"),
    [
        # ended with today: next week's cover has nothing to cover
        (lambda lesson, actor: end_lesson(lesson, last_day=TODAY, actor=actor), ["assigned", "cancelled"]),
        # moved to Thursday: neither Friday has it any more
        (lambda lesson, actor: edit_lesson(lesson, values={"weekday": 4}, actor=actor), ["cancelled", "cancelled"]),
        # another name of the period is no reason
        (lambda lesson, actor: edit_lesson(lesson, values={"period": "1a"}, actor=actor), ["assigned", "assigned"]),
    ],
)
def test_the_cover_of_a_lesson_that_is_ended_or_moved_by_hand_ends_with_it(day: Day, change, states):
    with in_school(day.school):
        lesson = day.lessons[0].pk
        for on in (TODAY, TODAY + timedelta(days=7)):
            assign_cover(lesson, on=on, staff_id=day.staff["Ben"], actor=day.office)

        change(lesson, system_actor(day.school.pk))

        assert list(Cover.objects.order_by("on").values_list("state", flat=True)) == states


def test_a_lesson_that_is_dropped_has_no_register_to_take_until_it_takes_place_again(day: Day):
    def states() -> list[str]:
        rows = Register.objects.filter(lesson__in=day.lessons, on__gte=TODAY).order_by("on", "due_at")
        return list(rows.values_list("state", flat=True))

    with in_school(day.school):
        next_week = TODAY + timedelta(days=7)
        wishes = [NewCover(day.lessons[0].pk, on, kind="cancel") for on in (TODAY, next_week)]
        dropped = assign_covers(wishes, actor=day.office)
        open_day(next_week)
        assert states() == ["not_required", "due", "due"] * 2

        for cover in dropped:
            cancel_cover(cover.pk, actor=day.office)

        assert states() == ["due"] * 6
