from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.marks import GivenMark as Given
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.behaviour.detention_sheet import read_slot_sheet
from lyceum.domains.behaviour.models import (
    Detention,
    DetentionMark,
    DetentionMarkPast,
    DetentionSlot,
    Notice,
    StudentDay,
)
from lyceum.domains.behaviour.rules.detentions.days import note_days_since
from lyceum.domains.behaviour.rules.detentions.following import propose_after_missed
from lyceum.domains.behaviour.rules.detentions.refusals import (
    DetentionReasonNeededError,
    RegisterNotOpenError,
    SlotNeedsSupervisorError,
    WrongDetentionMarksError,
)
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, take_slot_register
from lyceum.domains.behaviour.rules.detentions.setting import approve_detention
from lyceum.domains.behaviour.rules.detentions.slots import note_away
from lyceum.domains.behaviour.tests.detentions.conftest import FRIDAY, MONDAY, TUESDAY, Year, make_detention_year
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.factories import NOW, account_for, in_school, set_times

AT_SLOT = datetime(2026, 11, 23, 15, 25, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 24, 7, 3, tzinfo=UTC)


@pytest.fixture
def slot(year: Year) -> DetentionSlot:
    """Monday's, in which all three students are to serve; Tuesday's is free."""
    made = year.slot(MONDAY)
    for student in year.students:
        year.set(student)
    return made


def ids(slot: DetentionSlot) -> list[Detention]:
    rows = Detention.objects.filter(slot=slot, moved_from__isnull=True)
    return list(rows.order_by("student__person__sort_name"))


def states(slot: DetentionSlot) -> list[str]:
    return [row.state for row in ids(slot)]


def test_all_present_is_one_save_and_everybody_has_served(year: Year, slot: DetentionSlot):
    with clock.frozen(AT_SLOT), in_school(year.school):
        saved = take_slot_register(slot.pk, marks=[], rest="present", actor=year.office)

        assert (saved.saved, saved.slot.state, saved.slot.version) == (3, "done", 1)
        assert states(slot) == ["completed"] * 3
        assert {row.minutes_served for row in ids(slot)} == {30}
        assert {row.supervisor_name for row in ids(slot)} == {"Sam Supervisor"}
        assert Fact.objects.filter(type="behaviour.detention.completed").count() == 3
        assert AuditEntry.objects.filter(action="behaviour.detention_slot.mark").count() == 1


def test_a_save_takes_the_same_number_of_statements_for_one_and_for_many(year: Year, slot: DetentionSlot):
    other = make_detention_year(1, name="Dale School")
    alone = other.slot(MONDAY)
    other.set()

    def statements(of: Year, on: DetentionSlot) -> int:
        actor = of.office
        with clock.frozen(AT_SLOT), in_school(of.school), CaptureQueriesContext(connection) as queries:
            take_slot_register(on.pk, marks=[], rest="present", actor=actor)
        return len(queries)

    assert statements(year, slot) == statements(other, alone)


def test_who_is_known_to_be_away_is_marked_so_by_all_present(year: Year, slot: DetentionSlot):
    with in_school(year.school):
        StudentDay.objects.create(
            student=year.students[1], on=MONDAY, off_site=True, authorised=False, recorded_at=clock.now()
        )
    with clock.frozen(AT_SLOT), in_school(year.school):
        assert [row.expected for row in read_slot_sheet(slot, actor=year.office)] == ["", "absent_unexcused", ""]

        take_slot_register(slot.pk, marks=[], rest="present", actor=year.office)

        assert states(slot) == ["completed", "missed", "completed"]


def test_an_authorised_absence_is_excused_and_moved_and_not_counted(year: Year, slot: DetentionSlot):
    tuesday = year.slot(TUESDAY, at=time(15))
    later = year.slot(TUESDAY + timedelta(days=1))
    with in_school(year.school):
        StudentDay.objects.create(
            student=year.students[0], on=MONDAY, off_site=True, authorised=True, recorded_at=clock.now()
        )
        Notice.objects.update(state="sent")
    with clock.frozen(AT_SLOT), in_school(year.school):
        saved = take_slot_register(slot.pk, marks=[], rest="present", actor=year.office)

        (moved,) = saved.moved
        assert moved.new is not None
        assert [each.slot.pk for each in moved.passed] == [tuesday.pk], "less than a day ahead"
        new = year.now(moved.new)
        assert (new.slot_id, new.state, new.moves, new.moved_from_id) == (later.pk, "scheduled", 0, moved.old.pk)
        assert states(slot) == ["rescheduled", "completed", "completed"]
        past = moved.old.past.order_by("version").values_list("state", "why")
        assert list(past) == [
            ("scheduled", ""),
            ("excused", "Absence authorised"),
            ("rescheduled", "Absence authorised"),
        ]
        notice = Notice.objects.get(detention=new.pk)
        assert notice.state == "recallable"
        assert "moved" in notice.text


def test_an_unexcused_absence_is_proposed_anew_next_morning_and_nothing_is_set_without_a_person(
    year: Year, slot: DetentionSlot
):
    harder = year.type("Saturday", minutes=60)
    with in_school(year.school):
        year.kind.escalates_to = harder
        year.kind.save()
    with clock.frozen(AT_SLOT), in_school(year.school):
        marks = [GivenMark(ids(slot)[0].pk, "absent_unexcused"), GivenMark(ids(slot)[1].pk, "refused")]
        take_slot_register(slot.pk, marks=marks, rest="present", actor=year.office)
        assert states(slot) == ["missed", "missed", "completed"]
        assert propose_after_missed(year.system) == [], "not on the same day"
    with clock.frozen(NEXT_MORNING), in_school(year.school):
        proposed = propose_after_missed(year.system)
        assert propose_after_missed(year.system) == [], "once"
        assert [(row.state, row.type_id, row.slot_id) for row in proposed] == [("proposed", harder.pk, None)] * 2
        assert states(slot) == ["missed", "missed", "completed"]

        year.kind = harder
        year.slot(TUESDAY + timedelta(days=2))
        approve_detention(proposed[0].pk, actor=year.head)

        assert states(slot) == ["escalated", "missed", "completed"]


@pytest.mark.parametrize(
    ("mark", "minutes", "outcome", "state"),
    [
        ("late", 10, "", "completed"),  # a third, and no more: nobody has to choose
        ("late", 11, "completed", "completed"),  # more: the supervisor chose
        ("left_early", 20, "missed", "missed"),
    ],
)
def test_who_missed_more_than_a_third_counts_as_the_supervisor_chose(
    year: Year, slot: DetentionSlot, mark: str, minutes: int, outcome: str, state: str
):
    with clock.frozen(AT_SLOT), in_school(year.school):
        given = GivenMark(ids(slot)[0].pk, mark, minutes, outcome, "The bus was late")
        take_slot_register(slot.pk, marks=[given], actor=year.office)

        row = ids(slot)[0]
        assert (row.state, row.minutes_served) == (state, 30 - minutes)
        assert DetentionSlot.objects.get(pk=slot.pk).state == "running"


WRONG: dict[str, tuple[Callable[[Detention], GivenMark], str]] = {
    "no minutes": (lambda row: GivenMark(row.pk, "late"), "minutes_needed"),
    "more than the whole": (lambda row: GivenMark(row.pk, "late", 31), "minutes_range"),
    "nothing chosen": (lambda row: GivenMark(row.pk, "late", 11), "outcome_needed"),
    "no reason for the choice": (lambda row: GivenMark(row.pk, "late", 11, "missed"), "reason_needed"),
    "no such mark": (lambda row: GivenMark(row.pk, "asleep"), "mark_unknown"),
    "not in this slot": (lambda row: GivenMark(row.student_id, "present"), "not_on_register"),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_wrong_row_saves_nothing(year: Year, slot: DetentionSlot, case: str):
    given, code = WRONG[case]
    with clock.frozen(AT_SLOT), in_school(year.school):
        with pytest.raises(WrongDetentionMarksError) as refused:
            take_slot_register(slot.pk, marks=[given(ids(slot)[0])], rest="present", actor=year.office)

        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/marks/0", code)]
        assert not DetentionMark.objects.exists()


def test_the_register_opens_ten_minutes_before(year: Year, slot: DetentionSlot):
    early = datetime(2026, 11, 23, 15, 19, tzinfo=UTC)
    with clock.frozen(early), in_school(year.school), pytest.raises(RegisterNotOpenError):
        take_slot_register(slot.pk, marks=[], rest="present", actor=year.office)


def test_a_day_after_the_end_a_change_needs_a_reason_and_keeps_the_old_mark(year: Year, slot: DetentionSlot):
    with clock.frozen(AT_SLOT), in_school(year.school):
        take_slot_register(slot.pk, marks=[], rest="present", actor=year.office)
    change = [GivenMark(ids_of(year, slot)[0].pk, "absent_unexcused")]
    with clock.frozen(AT_SLOT + timedelta(hours=25)), in_school(year.school):
        with pytest.raises(DetentionReasonNeededError):
            take_slot_register(slot.pk, marks=change, actor=year.office)

        take_slot_register(slot.pk, marks=change, reason="She was not there", actor=year.office)

        first = ids(slot)[0]
        past = DetentionMarkPast.objects.filter(detention=first).order_by("version")
        assert list(past.values_list("version", "mark", "reason")) == [
            (1, "present", ""),
            (2, "absent_unexcused", "She was not there"),
        ]
        assert first.state == "missed"


def ids_of(year: Year, slot: DetentionSlot) -> list[Detention]:
    with in_school(year.school):
        return ids(slot)


def test_a_mark_somebody_else_changed_meanwhile_is_left_and_shown(year: Year, slot: DetentionSlot):
    with clock.frozen(AT_SLOT), in_school(year.school):
        first = ids(slot)[0]
        take_slot_register(slot.pk, marks=[GivenMark(first.pk, "refused")], base_version=0, actor=year.office)

        saved = take_slot_register(
            slot.pk, marks=[GivenMark(first.pk, "present")], rest="present", base_version=0, actor=year.head
        )

        assert [(c.yours, c.theirs, c.by) for c in saved.conflicts] == [("present", "refused", "Olive Office")]
        assert states(slot) == ["missed", "completed", "completed"]


def test_a_mark_that_changes_takes_back_what_followed_it(year: Year, slot: DetentionSlot):
    later = year.slot(TUESDAY + timedelta(days=1))
    with clock.frozen(AT_SLOT), in_school(year.school):
        first = ids(slot)[0]
        take_slot_register(slot.pk, marks=[GivenMark(first.pk, "absent_authorised")], actor=year.office)
        assert Detention.objects.get(moved_from=first).slot_id == later.pk

        take_slot_register(slot.pk, marks=[GivenMark(first.pk, "present")], actor=year.office)

        assert states(slot)[0] == "completed"
        assert Detention.objects.get(moved_from=first).state == "cancelled"


def test_a_slot_whose_supervisor_is_away_needs_one_and_cannot_run(year: Year, slot: DetentionSlot):
    with in_school(year.school):
        left = note_away(year.supervisor.pk, starts_at=AT_SLOT, ends_at=AT_SLOT + timedelta(hours=2), actor=year.office)
        assert [row.pk for row in left] == [slot.pk]

    with clock.frozen(AT_SLOT), in_school(year.school), pytest.raises(SlotNeedsSupervisorError):
        take_slot_register(slot.pk, marks=[], rest="present", actor=year.office)


def test_a_teacher_takes_the_register_of_their_own_slot_alone(year: Year, slot: DetentionSlot):
    user = account_for(year.supervisor.person, Role.TEACHER)
    with clock.frozen(AT_SLOT), in_school(year.school):
        with pytest.raises(NotFoundError):
            take_slot_register(slot.pk, marks=[], rest="present", actor=year.teacher)

        assert take_slot_register(slot.pk, marks=[], rest="present", actor=year.actor(user)).saved == 3


def test_another_school_has_no_such_register(year: Year, slot: DetentionSlot):
    other = make_detention_year(1, name="Dale School")

    with clock.frozen(AT_SLOT), in_school(other.school), pytest.raises(NotFoundError):
        take_slot_register(slot.pk, marks=[], rest="present", actor=other.office)


def test_a_mark_of_the_morning_prefills_the_slot_and_moves_the_detention(year: Year):
    year.kind.notice_hours = 0
    with in_school(year.school):
        year.kind.save()
    today, monday = year.slot(FRIDAY), year.slot(MONDAY)
    for student in year.students:
        year.set(student)
    set_times(year.school)
    with in_school(year.school):
        open_day(FRIDAY)
        register = Register.objects.get(school_class=year.form, on=FRIDAY, session="AM")
        take_register(register.pk, marks=[Given(year.students[0].pk, "C")], rest="present", actor=year.office)

        note_days_since(NOW - timedelta(minutes=1), actor=year.system)

        assert [row.expected for row in read_slot_sheet(today, actor=year.office)] == ["absent_authorised", "", ""]
    with clock.frozen(AT_SLOT - timedelta(days=3)), in_school(year.school):
        (moved,) = take_slot_register(today.pk, marks=[], rest="present", actor=year.office).moved
        assert moved.new
        assert (moved.new.slot_id, moved.new.moves) == (monday.pk, 0)
