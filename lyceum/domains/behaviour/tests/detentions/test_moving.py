from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lyceum.core import clock
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.academics.days import forget_school_days
from lyceum.domains.academics.models import ClosedDay
from lyceum.domains.academics.rules.calendar import close_days
from lyceum.domains.academics.rules.leaving import undo_leaving
from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.academics.rules.placements import leave_student
from lyceum.domains.accounts.models import User
from lyceum.domains.behaviour.detention_queries import get_slot, list_waiting, needs_supervisor
from lyceum.domains.behaviour.models import Detention, DetentionSlot, Notice, SlotSupervisor, StudentDay
from lyceum.domains.behaviour.rules.detentions.days import note_days_since, note_student_day
from lyceum.domains.behaviour.rules.detentions.following import cancel_closed_slots, cancel_for_leaver
from lyceum.domains.behaviour.rules.detentions.moving import (
    ask_to_move,
    move_slot,
    place_excused,
    reschedule_detention,
)
from lyceum.domains.behaviour.rules.detentions.refusals import (
    NoSlotError,
    RoomBusyError,
    SlotFullError,
    SupervisorBusyError,
)
from lyceum.domains.behaviour.rules.detentions.setting import cancel_detention
from lyceum.domains.behaviour.rules.detentions.slots import assign_supervisors, cancel_slot
from lyceum.domains.behaviour.rules.detentions.telling import note_told
from lyceum.domains.behaviour.tests.detentions.conftest import FRIDAY, MONDAY, TUESDAY, Year, make_detention_year
from lyceum.domains.journal.models import Fact
from lyceum.domains.notifications.models import Notification
from lyceum.domains.people.models import Enrolment, Person, Staff
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.testing.factories import account_for, guardian_of, in_school, make_staff

WEDNESDAY = date(2026, 11, 25)


def test_a_moved_detention_is_a_new_row_and_the_old_one_points_to_it(year: Year):
    year.slot(MONDAY)
    tuesday = year.slot(TUESDAY)
    old = year.set().detention

    with in_school(year.school):
        moved = reschedule_detention(old.pk, slot_id=tuesday.pk, reason="Dentist", actor=year.teacher)

        assert moved.new
        new = year.now(moved.new)
        assert (new.state, new.slot_id, new.moves) == ("scheduled", tuesday.pk, 1)
        assert (year.now(old).state, year.now(old).why, old.moved_to.get().pk) == ("rescheduled", "Dentist", new.pk)
        assert list(Notice.objects.order_by("created_at").values_list("state", flat=True)) == [
            "withdrawn",
            "recallable",
        ], "the family hears the new time alone"


def test_without_another_slot_it_stays_where_it_is(year: Year):
    year.slot(MONDAY)
    old = year.set().detention

    with in_school(year.school):
        with pytest.raises(NoSlotError):
            reschedule_detention(old.pk, actor=year.teacher)

        assert year.now(old).state == "scheduled"


def test_a_family_moves_it_twice_and_then_a_person_decides(year: Year):
    for day in range(23, 28):
        year.slot(date(2026, 11, day))
    guardian = year.actor(guardian_of(year.students[0]))
    row = year.set().detention

    with in_school(year.school):
        for moves in (1, 2):
            row = ask_to_move(row.pk, words="We are away", actor=guardian).detention
            assert (row.moves, row.state) == (moves, "scheduled")
        third = ask_to_move(row.pk, words="Once more", actor=guardian)

        assert third.new is None
        assert (year.now(row).state, year.now(row).move_asked) == ("scheduled", "Once more")
        assert [waiting.pk for waiting in list_waiting(year.head)] == [row.pk]


def test_a_guardian_of_another_child_cannot_ask(year: Year):
    year.slot(MONDAY)
    guardian = year.actor(guardian_of(year.students[1]))
    row = year.set().detention

    with in_school(year.school), pytest.raises(NotFoundError):
        ask_to_move(row.pk, words="Please", actor=guardian)


def test_cancelling_a_slot_moves_everybody_and_counts_for_nobody(year: Year):
    slot = year.slot(MONDAY)
    other = year.slot(TUESDAY, capacity=2)
    for student in year.students:
        year.set(student)

    with in_school(year.school):
        moved = cancel_slot(slot.pk, reason="Boiler", actor=year.office)

        assert [bool(each.new) for each in moved] == [True, True, False]
        assert {row.moves for row in Detention.objects.filter(slot=other)} == {0}
        assert DetentionSlot.objects.get(pk=other.pk).state == "full"
        (waiting,) = list_waiting(year.head)
        assert (waiting.state, waiting.why) == ("excused", "Boiler")

    third = year.slot(WEDNESDAY)
    with in_school(year.school):
        (placed,) = place_excused(year.system)
        assert placed.new
        assert placed.new.slot_id == third.pk


def test_a_whole_slot_moves_or_nobody(year: Year):
    slot, small, large = year.slot(MONDAY), year.slot(TUESDAY, capacity=2), year.slot(WEDNESDAY)
    for student in year.students:
        year.set(student)

    with in_school(year.school):
        with pytest.raises(SlotFullError):
            move_slot(slot.pk, to_slot_id=small.pk, actor=year.office)
        assert Detention.objects.filter(slot=slot, state="scheduled").count() == 3

        move_slot(slot.pk, to_slot_id=large.pk, actor=year.office)

        assert Detention.objects.filter(slot=large, state="scheduled").count() == 3
        assert Detention.objects.filter(slot=slot, state="rescheduled").count() == 3


def test_a_planned_absence_moves_the_detention_of_that_day(year: Year):
    year.slot(MONDAY)
    tuesday = year.slot(TUESDAY)
    row = year.set().detention

    with in_school(year.school):
        (moved,) = note_student_day(year.students[0].pk, MONDAY, off_site=True, authorised=True, actor=year.system)
        unexcused = note_student_day(year.students[0].pk, TUESDAY, off_site=True, authorised=False, actor=year.system)

        assert moved.new
        assert (moved.old.pk, moved.new.slot_id, moved.new.moves) == (row.pk, tuesday.pk, 0)
        assert unexcused == []


def derived(year: Year, on: date, session: str, meaning: str, *, minute: int) -> None:
    """The fact that attendance records when a statutory mark changes."""
    student = str(year.students[0].pk)
    payload = {"student": student, "date": f"{on}", "session": session, "meaning": meaning}
    at = datetime(2026, 11, 20, 8, minute, tzinfo=UTC)
    Fact.objects.create(type="attendance.session.derived", subject=student, payload=payload, at=at)


def test_marks_of_the_day_say_who_is_away_and_the_afternoon_says_more(year: Year):
    year.kind.notice_hours = 0
    with in_school(year.school):
        year.kind.save()
    year.slot(FRIDAY)
    year.set()
    since = datetime(2026, 11, 20, 8, tzinfo=UTC)

    def day() -> list[tuple[bool, bool | None]]:
        return list(StudentDay.objects.values_list("off_site", "authorised"))

    with in_school(year.school):
        derived(year, FRIDAY, "AM", "present", minute=1)
        note_days_since(since, actor=year.system)
        assert day() == [], "who is here needs no row"
        derived(year, FRIDAY, "AM", "unexplained", minute=2)
        note_days_since(since, actor=year.system)
        assert day() == [(True, False)]
        derived(year, FRIDAY, "PM", "present", minute=3)
        derived(year, FRIDAY, "AM", "authorised", minute=4)
        note_days_since(since, actor=year.system)
        assert day() == [(False, None)]
        derived(year, MONDAY, "AM", "authorised", minute=5)
        assert note_days_since(since, actor=year.system) == [], "nothing is to be served that day"


def test_a_mark_that_is_planned_ahead_moves_the_detention(year: Year):
    year.slot(MONDAY)
    tuesday = year.slot(TUESDAY)
    year.set()

    with in_school(year.school):
        derived(year, MONDAY, "AM", "approved_activity", minute=1)
        (moved,) = note_days_since(datetime(2026, 11, 20, 8, tzinfo=UTC), actor=year.system)

        assert moved.new
        assert moved.new.slot_id == tuesday.pk


def test_a_closed_day_of_which_nobody_told_moves_its_detentions_within_the_hour(year: Year):
    slot, tuesday = year.slot(MONDAY), year.slot(TUESDAY)
    year.set()
    with in_school(year.school):
        ClosedDay.objects.create(on=MONDAY, name="Snow")  # as an import brings it
        forget_school_days()

        closed = cancel_closed_slots(year.system)

        assert [row.pk for row in closed] == [slot.pk]
        assert Detention.objects.get(state="scheduled").slot_id == tuesday.pk


def test_who_leaves_serves_nothing_after_their_last_day(year: Year):
    year.slot(MONDAY)
    row = year.set().detention
    with in_school(year.school):
        Enrolment.objects.filter(student=year.students[0]).update(last_day=FRIDAY)

        (cancelled,) = cancel_for_leaver(year.students[0].pk, actor=year.system)

        assert (cancelled.pk, cancelled.state) == (row.pk, "cancelled")


def with_account(year: Year, name: str) -> tuple[Staff, User]:
    """Somebody who may supervise and signs in."""
    staff = make_staff(year.school, name=name)
    with in_school(year.school):
        return staff, account_for(staff.person, Role.TEACHER)


def what_supervisors_read() -> dict[str, str]:
    """By name, what each was told; whoever was told twice is not there."""
    rows = list(Notification.objects.filter(template="behaviour.detentions_moved").values_list("name", "message"))
    return {name: text for name, text in rows if [each for each, _text in rows].count(name) == 1}


@pytest.mark.parametrize("size", [1, 3])
def test_a_moved_slot_is_told_once_to_who_supervised_and_to_who_will(
    year: Year, size: int, django_assert_max_num_queries: Any
):
    (old, _user), (new, _other) = with_account(year, "Otto Old"), with_account(year, "Nora New")
    monday = year.slot(MONDAY, supervisors=[old.pk])
    tuesday = year.slot(TUESDAY, supervisors=[new.pk, old.pk])
    year.slot(WEDNESDAY, supervisors=[with_account(year, "Wanda Wednesday")[0].pk])
    for student in year.students[:size]:
        year.set(student)

    with in_school(year.school), django_assert_max_num_queries(40 + size):  # one job for each family
        move_slot(monday.pk, to_slot_id=tuesday.pk, actor=year.office)

    with in_school(year.school):
        said = f"Detentions were moved: Mon 23 Nov 15:30 → Tue 24 Nov 15:30 ({size})."
        assert what_supervisors_read() == {"Otto Old": said, "Nora New": said}
        link = Notification.objects.get(name="Otto Old").link
        assert link == f"/behaviour/slots/{tuesday.pk}/"


def test_supervisors_hear_of_one_that_moves_and_nobody_of_their_own_act(year: Year):
    (old, _user), head = with_account(year, "Otto Old"), make_staff(year.school, name="Hedy Head")
    year.slot(MONDAY, supervisors=[old.pk])
    tuesday = year.slot(TUESDAY, supervisors=[head.pk])
    row = year.set().detention

    with in_school(year.school):
        Person.objects.filter(pk=head.person_id).update(user=year.head_user)
        reschedule_detention(row.pk, slot_id=tuesday.pk, actor=year.head)

        assert list(what_supervisors_read()) == ["Otto Old"]


def test_who_supervised_a_cancelled_slot_hears_where_its_students_went(year: Year):
    old, _user = with_account(year, "Otto Old")
    monday = year.slot(MONDAY, supervisors=[old.pk])
    year.slot(TUESDAY)
    for student in year.students:
        year.set(student)

    with in_school(year.school):
        cancel_slot(monday.pk, reason="A burst pipe", actor=year.office)

        assert what_supervisors_read() == {
            "Otto Old": "Detentions were moved: Mon 23 Nov 15:30 → Tue 24 Nov 15:30 (3)."
        }


def leave_and_stay(year: Year, between: Callable[[], object] = lambda: None, *, after: timedelta = timedelta()) -> None:
    """The first student leaves with Friday; a while later that is taken back."""
    with in_school(year.school):
        leave_student(year.students[0].pk, last_day=FRIDAY, exit="transferred", actor=year.system)
        between()
        with clock.frozen(clock.now() + after):
            undo_leaving(year.students[0].pk, actor=year.system)


def test_a_leaving_that_is_taken_back_brings_back_what_it_cancelled_and_no_more(year: Year):
    monday, tuesday, wednesday = year.slot(MONDAY, capacity=1), year.slot(TUESDAY), year.slot(WEDNESDAY)
    first, called_off = (year.set(slot_id=slot.pk).detention for slot in (monday, wednesday))
    with in_school(year.school):
        cancel_detention(called_off.pk, reason="A mistake", actor=year.head)

    leave_and_stay(year)

    with in_school(year.school):
        assert (year.now(first).state, year.now(first).slot_id) == ("scheduled", monday.pk)
        assert (year.now(called_off).state, year.now(called_off).why) == ("cancelled", "A mistake")
        assert DetentionSlot.objects.get(pk=monday.pk).state == "full"
        assert list(Notice.objects.filter(detention=first.pk).values_list("state", flat=True)) == [
            "withdrawn",
            "recallable",
        ], "no word of the leaving had gone out"

    def take_the_seat() -> None:
        year.set(year.students[1], slot_id=monday.pk)

    leave_and_stay(year, take_the_seat)

    with in_school(year.school):
        assert (year.now(first).state, year.now(first).slot_id) == ("scheduled", tuesday.pk), "the next that fits"


def test_what_was_missed_by_a_leaving_is_past_and_does_not_come_back(year: Year):
    year.slot(MONDAY)
    row = year.set().detention

    leave_and_stay(year, after=timedelta(days=4))

    with in_school(year.school):
        assert year.now(row).state == "cancelled"


def test_a_family_that_never_heard_of_the_leaving_hears_of_no_return(year: Year):
    year.slot(MONDAY)
    row = year.set().detention
    with in_school(year.school):
        sent_at = clock.now() - timedelta(minutes=5)
        Notice.objects.update(state="sent", sent_at=sent_at)
        Detention.objects.update(told_at=sent_at)
    with clock.frozen(datetime(2026, 11, 23, 7, tzinfo=UTC)):  # too late to set one for today
        leave_and_stay(year)

    with in_school(year.school):
        assert (year.now(row).state, year.now(row).told_at) == ("scheduled", sent_at)
        assert not Notice.objects.filter(state="recallable").exists()


def test_a_notice_that_leaves_too_late_is_shown_to_the_office(year: Year):
    year.slot(MONDAY)
    row = year.set().detention
    with in_school(year.school):
        notice = Notice.objects.get()
        with clock.frozen(datetime(2026, 11, 23, 7, tzinfo=UTC)):
            note_told(notice.pk)

        assert "late" in year.now(row).untold
        assert [waiting.pk for waiting in list_waiting(year.head)] == [row.pk]


def test_a_supervisor_who_teaches_then_is_refused_with_the_lesson(year: Year):
    slot = year.slot(MONDAY)
    with in_school(year.school):
        create_lessons([NewLesson(year.form, 1, "6", time(15), time(16), starts_on=FRIDAY)], actor=year.system)

        with pytest.raises(SupervisorBusyError) as refused:
            assign_supervisors(slot.pk, staff=[year.lead.pk], actor=year.office)

    assert "teaches 7A, 6 (15:00–16:00)" in refused.value.detail


def test_a_supervisor_is_in_one_slot_at_a_time(year: Year):
    year.slot(MONDAY)

    with pytest.raises(SupervisorBusyError) as refused:
        year.slot(MONDAY, at=time(15, 45))

    assert "supervises After school" in refused.value.detail


def test_a_room_is_taken_by_a_lesson_or_by_another_slot(year: Year):
    other = make_staff(year.school)
    with in_school(year.school):
        room = create_location(name="R1", actor=year.system)
        lesson = NewLesson(year.form, 1, "6", time(15), time(16), starts_on=FRIDAY, room_id=room.pk)
        create_lessons([lesson], actor=year.system)

    with pytest.raises(RoomBusyError) as by_lesson:
        year.slot(MONDAY, room_id=room.pk)
    year.slot(TUESDAY, room_id=room.pk)
    with pytest.raises(RoomBusyError) as by_slot:
        year.slot(TUESDAY, at=time(15, 50), room_id=room.pk, supervisors=[other.pk])

    assert "7A, 6" in by_lesson.value.detail
    assert "After school" in by_slot.value.detail


def test_a_slot_says_at_once_that_its_supervisor_is_away(year: Year):
    from lyceum.domains.behaviour.rules.detentions.slots import note_away

    slot = year.slot(MONDAY)
    with in_school(year.school):
        assert not needs_supervisor(get_slot(slot.pk, actor=year.office))

        note_away(year.supervisor.pk, starts_at=slot.starts_at, ends_at=slot.ends_at, reason="Ill", actor=year.office)

        assert needs_supervisor(get_slot(slot.pk, actor=year.office))
        with pytest.raises(SupervisorBusyError) as refused:
            assign_supervisors(slot.pk, staff=[year.supervisor.pk], actor=year.office)
        assert "Ill" in refused.value.detail


def test_slots_repeat_weekly_and_leave_out_closed_days(year: Year):
    with in_school(year.school):
        close_days([date(2026, 11, 30)], name="Training", actor=year.system)

    year.slot(MONDAY, weeks=3)

    with in_school(year.school):
        days = DetentionSlot.objects.order_by("on").values_list("on", flat=True)
        assert list(days) == [MONDAY, date(2026, 12, 7)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"capacity": 0}, "range"),
        ({"on": date(2026, 11, 22)}, "no_school"),  # a Sunday
        ({"on": date(2026, 11, 19)}, "past"),
        ({"supervisors": []}, "required"),
    ],
)
def test_a_wrong_slot_is_refused(year: Year, wrong: dict[str, object], code: str):
    with pytest.raises(InvalidError) as refused:
        year.slot(**({"on": MONDAY} | wrong))  # type: ignore[arg-type]

    assert [error.code for error in refused.value.errors] == [code]


def test_only_who_plans_slots_makes_them(year: Year):
    from lyceum.domains.behaviour.rules.detentions.slots import NewSlot, create_slots

    new = NewSlot(year.kind.pk, MONDAY, time(15), 5, [year.supervisor.pk])
    with in_school(year.school), pytest.raises(NotAllowedError):
        create_slots(new, actor=year.teacher)


def test_the_database_refuses_two_detentions_of_a_student_at_a_time(year: Year):
    slot = year.slot(MONDAY)
    row = year.set().detention
    lunch = year.type(notice_hours=0, several_a_day=True)

    with in_school(year.school), pytest.raises(IntegrityError, match="detentions_do_not_overlap"), transaction.atomic():
        Detention.objects.create(
            student=row.student,
            type=lunch,
            slot=slot,
            on=MONDAY,
            starts_at=slot.starts_at + timedelta(minutes=5),
            ends_at=slot.ends_at,
            minutes=25,
            one_a_day=False,
            state="scheduled",
        )


def test_the_database_refuses_a_supervisor_in_two_slots(year: Year):
    slot = year.slot(MONDAY)
    other = year.slot(MONDAY, at=time(15, 45), supervisors=[make_staff(year.school).pk])

    with in_school(year.school), pytest.raises(IntegrityError, match="detention_supervisor_free"), transaction.atomic():
        SlotSupervisor.objects.create(slot=other, staff=year.supervisor, starts_at=slot.starts_at, ends_at=slot.ends_at)


def test_another_school_moves_nothing(year: Year):
    other = make_detention_year(1, name="Dale School")
    year.slot(MONDAY)
    row = year.set().detention

    with in_school(other.school), pytest.raises(NotFoundError):
        reschedule_detention(row.pk, actor=other.office)
