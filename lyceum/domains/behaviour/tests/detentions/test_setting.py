from datetime import UTC, date, datetime, time

import pytest

from lyceum.core import clock
from lyceum.core.errors import InvalidError, NotFoundError
from lyceum.domains.behaviour.detention_queries import list_waiting
from lyceum.domains.behaviour.models import (
    Detention,
    DetentionPast,
    DetentionSlot,
    IncidentType,
    Notice,
    StudentDay,
)
from lyceum.domains.behaviour.rules.detentions.refusals import (
    DetentionOverlapsError,
    DetentionStateError,
    NoticeTooShortError,
    SlotFullError,
    SlotNotFittingError,
)
from lyceum.domains.behaviour.rules.detentions.setting import (
    NewDetention,
    approve_detention,
    cancel_detention,
    correct_detention,
    set_detention,
)
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, record_incident
from lyceum.domains.behaviour.rules.refusals import NamesOtherStudentError
from lyceum.domains.behaviour.rules.reviewing import withdraw_incident
from lyceum.domains.behaviour.tests.detentions.conftest import FRIDAY, MONDAY, TUESDAY, Year, make_detention_year
from lyceum.domains.journal.models import Fact
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.testing.factories import in_school, make_student


def why(placed) -> list[tuple[date, str]]:
    return [(each.slot.on, each.code) for each in placed.passed]


def test_the_earliest_slot_that_fits_is_taken_and_told(year: Year):
    monday, _tuesday = year.slot(MONDAY), year.slot(TUESDAY)

    placed = year.set()

    with in_school(year.school):
        detention = year.now(placed.detention)
        assert (detention.state, detention.slot_id, detention.minutes) == ("scheduled", monday.pk, 30)
        assert (detention.on, detention.starts_at) == (MONDAY, datetime(2026, 11, 23, 15, 30, tzinfo=UTC))
        assert list(DetentionPast.objects.values_list("version", "state", "by_name")) == [
            (1, "scheduled", "Tess Teacher")
        ]
        fact = Fact.objects.get(type="behaviour.detention.set")
        assert (fact.payload["slot"], fact.payload["student"]) == (str(monday.pk), str(year.students[0].pk))
        notice = Notice.objects.get(detention=detention.pk)
        assert (notice.state, notice.asks_acknowledgement) == ("recallable", True)
        assert "Student 00" in notice.text
        assert "15:30" in notice.text


def test_set_after_the_cut_off_it_comes_a_day_later_and_the_answer_says_why(year: Year):
    year.kind.cut_off, year.kind.notice_hours = time(15), 0
    with in_school(year.school):
        year.kind.save()
    year.slot(MONDAY)
    tuesday = year.slot(TUESDAY)

    with clock.frozen(datetime(2026, 11, 20, 15, 10, tzinfo=UTC)):
        placed = year.set()

    assert placed.detention.slot_id == tuesday.pk
    assert why(placed) == [(MONDAY, "cut_off")]
    assert "15:00" in placed.passed[0].why


def test_each_nearer_slot_says_why_it_was_passed_over(year: Year):
    year.kind.notice_hours = 24
    today = year.slot(FRIDAY)
    full = year.slot(MONDAY, at=time(13), capacity=1)
    away, fits = year.slot(TUESDAY), year.slot(date(2026, 11, 25))
    year.set(year.students[1], slot_id=full.pk)
    with in_school(year.school):
        StudentDay.objects.create(
            student=year.students[0], on=TUESDAY, off_site=True, authorised=True, recorded_at=clock.now()
        )

    placed = year.set()

    assert placed.detention.slot_id == fits.pk
    assert why(placed) == [(today.on, "notice_too_short"), (full.on, "slot_full"), (away.on, "away")]


def test_a_slot_in_a_lesson_of_the_student_is_passed_over_unless_the_type_says_so(year: Year):
    with in_school(year.school):
        lesson = NewLesson(year.form, 1, "6", time(15), time(16), starts_on=FRIDAY)
        create_lessons([lesson], actor=year.system)
    monday, tuesday = year.slot(MONDAY), year.slot(TUESDAY)

    first = year.set()
    with in_school(year.school):
        year.kind.in_teaching_time = True
        year.kind.save()
    second = year.set(year.students[1])

    assert (first.detention.slot_id, why(first)) == (tuesday.pk, [(MONDAY, "teaching_time")])
    assert second.detention.slot_id == monday.pk


def test_a_type_for_another_grade_fits_no_slot_and_the_detention_waits(year: Year):
    year.slot(MONDAY)
    with in_school(year.school):
        year.kind.grades = [year.form.pk]  # no student is in it
        year.kind.save()

    placed = year.set()

    with in_school(year.school):
        assert (placed.has_no_slot, why(placed)) == (True, [(MONDAY, "grade")])
        assert year.now(placed.detention).state == "proposed"
        assert not Notice.objects.exists()


def test_one_a_day_unless_the_type_says_so(year: Year):
    lunch = year.type(notice_hours=0, several_a_day=True)
    year.slot(MONDAY)
    late = year.slot(MONDAY, at=time(17))
    year.set()

    with pytest.raises(DetentionOverlapsError) as refused:
        year.set(slot_id=late.pk)
    year.kind = lunch
    other = year.set(slot_id=year.slot(MONDAY, at=time(13)).pk, type_id=lunch.pk)

    assert "After school" in refused.value.detail
    assert other.detention.state == "scheduled"


@pytest.mark.parametrize(
    ("on", "refusal"),
    [
        (FRIDAY, NoticeTooShortError),  # less than a day ahead
        (MONDAY, SlotFullError),  # somebody else has the only seat
        (TUESDAY, SlotNotFittingError),  # the student is away
    ],
)
def test_a_chosen_slot_that_does_not_fit_is_refused_with_the_next_one(year: Year, on: date, refusal: type[Exception]):
    slots = {day: year.slot(day, capacity=1) for day in (FRIDAY, MONDAY, TUESDAY)}
    following = year.slot(date(2026, 11, 25))
    year.set(year.students[1], slot_id=slots[MONDAY].pk)
    with in_school(year.school):
        StudentDay.objects.create(
            student=year.students[0], on=TUESDAY, off_site=True, authorised=True, recorded_at=clock.now()
        )

    with pytest.raises(refusal) as refused:
        year.set(slot_id=slots[on].pk)

    extra = refused.value.extra  # type: ignore[attr-defined]
    assert extra in (
        {"earliest": following.starts_at.isoformat()},
        {"next": {"slot": str(following.pk), "starts_at": following.starts_at.isoformat()}},
        {"why": "away"},
    )


def test_a_full_slot_opens_again_when_a_detention_is_cancelled(year: Year):
    slot = year.slot(MONDAY, capacity=1)
    placed = year.set()

    with in_school(year.school):
        full = DetentionSlot.objects.get(pk=slot.pk).state
        cancel_detention(placed.detention.pk, reason="A mistake", actor=year.teacher)

        assert (full, DetentionSlot.objects.get(pk=slot.pk).state) == ("full", "open")
        states = list(Notice.objects.values_list("state", flat=True))
        assert states == ["withdrawn"], "a family that heard nothing hears of no cancelling"


def test_a_type_that_needs_approval_waits_for_a_head_of_year(year: Year):
    year.kind.needs_approval = True
    with in_school(year.school):
        year.kind.save()
    slot = year.slot(MONDAY)

    placed = year.set()

    with in_school(year.school):
        assert (placed.detention.state, placed.detention.slot_id) == ("proposed", None)
        approved = approve_detention(placed.detention.pk, actor=year.head)
        assert (approved.detention.state, approved.detention.slot_id) == ("scheduled", slot.pk)


def test_a_state_that_cannot_follow_is_refused_with_what_can(year: Year):
    year.slot(MONDAY)
    placed = year.set()
    with in_school(year.school):
        cancel_detention(placed.detention.pk, reason="A mistake", actor=year.teacher)

        with pytest.raises(DetentionStateError) as refused:
            cancel_detention(placed.detention.pk, reason="Again", actor=year.teacher)

    assert refused.value.extra == {"from": "cancelled", "to": "cancelled", "possible": []}


def test_a_correction_keeps_what_was_said_before(year: Year):
    year.slot(MONDAY)
    placed = year.set()
    with in_school(year.school):
        cancel_detention(placed.detention.pk, reason="A mistake", actor=year.teacher)

        correct_detention(
            placed.detention.pk, state="completed", minutes_served=30, reason="It was served", actor=year.head
        )

        past = DetentionPast.objects.filter(detention=placed.detention.pk).order_by("version")
        assert list(past.values_list("state", "why", "by_name")) == [
            ("scheduled", "", "Tess Teacher"),
            ("cancelled", "A mistake", "Tess Teacher"),
            ("completed", "It was served", "Hedy Head"),
        ]


def test_a_teacher_sets_for_own_classes_and_cancels_what_they_set(year: Year):
    stranger = make_student(year.school)
    year.slot(MONDAY)
    by_office = year.set(actor=year.office)

    with pytest.raises(NotFoundError):
        year.set(stranger)
    with in_school(year.school), pytest.raises(NotFoundError):
        cancel_detention(by_office.detention.pk, reason="Not mine", actor=year.teacher)


def test_nobody_sets_a_detention_for_a_student_of_another_school(year: Year):
    other = make_detention_year(1, name="Dale School")
    year.slot(MONDAY)
    foreign = other.slot(MONDAY)

    with pytest.raises(NotFoundError):
        year.set(other.students[0], actor=year.office)
    with pytest.raises(NotFoundError):
        year.set(slot_id=foreign.pk)

    with in_school(other.school):
        assert not Detention.objects.exists()


def test_a_detention_follows_who_did_it_and_waits_when_the_incident_is_taken_back(year: Year):
    slot = year.slot(MONDAY)
    parts = [
        NewPart(year.students[0].pk),
        NewPart(year.students[1].pk, role="target"),
    ]
    with in_school(year.school):
        kind = IncidentType.objects.get(code="disruption")
        incident = record_incident(NewIncident(kind.pk, parts), actor=year.teacher).incident
        did_it, target = incident.participants.order_by("role")

    placed = year.set(participant_id=did_it.pk)
    with pytest.raises(InvalidError) as refused:
        year.set(year.students[1], participant_id=target.pk)

    assert placed.detention.slot_id == slot.pk
    assert [error.code for error in refused.value.errors] == ["not_an_offender"]
    with in_school(year.school):
        withdraw_incident(incident.pk, reason="Somebody else", actor=year.head)
        (waiting,) = list_waiting(year.head)
        assert (waiting.pk, waiting.state, waiting.has_lost_its_reason) == (placed.detention.pk, "scheduled", True)


def test_a_reason_that_names_another_child_is_refused(year: Year):
    year.slot(MONDAY)
    zoe = make_student(year.school, year.form, name="Zoelle Marchetti", first_name="Zoelle", last_name="Marchetti")
    with in_school(year.school):
        kind = IncidentType.objects.get(code="disruption")
        parts = [NewPart(year.students[0].pk), NewPart(zoe.pk)]
        incident = record_incident(NewIncident(kind.pk, parts), actor=year.teacher).incident
        part = incident.participants.get(student=year.students[0])
        new = NewDetention(year.students[0].pk, year.kind.pk, "Hit Zoelle", participant_id=part.pk)

        with pytest.raises(NamesOtherStudentError):
            set_detention(new, actor=year.teacher)


def test_a_student_who_left_gets_none(year: Year):
    from lyceum.domains.people.models import Enrolment  # only here

    year.slot(MONDAY)
    with in_school(year.school):
        Enrolment.objects.filter(student=year.students[0]).update(last_day=date(2026, 11, 19))

    with pytest.raises(InvalidError) as refused:
        year.set(actor=year.office)

    assert [error.code for error in refused.value.errors] == ["not_on_roll"]


def test_a_restricted_parent_is_not_told_and_the_office_reads_why(year: Year):
    from lyceum.domains.people.models import ContactRestriction, GuardianLink

    year.slot(MONDAY)
    student = year.students[0]
    with in_school(year.school):
        parent = GuardianLink.objects.get(student=student).guardian
        ContactRestriction.objects.create(
            student=student,
            person=parent,
            kinds=["no_information"],
            starts_on=FRIDAY,
            made_by=year.office_user.pk,
        )

    placed = year.set()

    with in_school(year.school):
        notice = Notice.objects.get()
        assert (notice.state, notice.nobody_reached) == ("held", True)
        assert [each["told"] for each in notice.recipients] == [False]
        assert notice.recipients[0]["why_not"] == "restricted"
        assert year.now(placed.detention).untold == "nobody may be told"
