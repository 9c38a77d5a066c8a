"""What attendance does when something happens elsewhere."""

from datetime import date
from uuid import UUID

import msgspec

from lyceum.core.actor import Actor, system_actor
from lyceum.domains.attendance.facts import AttendanceMarked, GatePassed
from lyceum.domains.attendance.rules import rollovers  # noqa: F401  # has its say when a rollover is undone
from lyceum.domains.attendance.rules.cases.opening import note_absences
from lyceum.domains.attendance.rules.cases.settling import note_arrivals
from lyceum.domains.attendance.rules.cases.texting import answer_by_text
from lyceum.domains.attendance.rules.left_lesson import heed_gate, heed_marks
from lyceum.domains.attendance.rules.recounts import recount_days
from lyceum.domains.attendance.rules.registers import follow_dropped_lesson, follow_lessons
from lyceum.domains.attendance.rules.setup import use_preset_of_country
from lyceum.domains.attendance.rules.suspensions import end_suspension, plan_suspension
from lyceum.domains.journal.facts import hears, hears_of
from lyceum.domains.notifications.facts import SmsReceived
from lyceum.domains.people.facts import MergeUndone, StudentMerged
from lyceum.domains.tenancy.facts import SchoolProvisioned
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.facts import CoverAssigned, CoverCancelled, VersionPublished


@hears(AttendanceMarked)
def follow_absences(fact: AttendanceMarked, actor: Actor) -> None:
    """What nobody explains is followed up; who has come ends their case."""
    note_absences(fact.register, {mark.meaning for mark in fact.marks})
    changed = [(mark.student, mark.meaning) for mark in fact.marks if mark.version > 1]
    if changed:
        note_arrivals(changed, actor=actor)


@hears(SchoolProvisioned)
def add_codes(fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has the codes of its country from the moment it exists."""
    use_preset_of_country(fact.country)


@hears(AttendanceMarked)
def look_for_those_who_left(fact: AttendanceMarked, actor: Actor) -> None:
    """Who was in and is absent from a lesson is on the office's screen with the same save."""
    heed_marks(fact, actor=actor)


@hears(GatePassed)
def clear_those_who_came(fact: GatePassed, actor: Actor) -> None:
    """Whoever passes the gate is not looked for any more."""
    if fact.student:
        heed_gate(fact.student, actor=actor)


@hears(StudentMerged)
def count_merged_days(fact: StudentMerged, _actor: Actor) -> None:
    """The one record's days hold what both had."""
    recount_days([fact.student])


@hears(MergeUndone)
def count_parted_days(fact: MergeUndone, _actor: Actor) -> None:
    """Each of the two has its own days again."""
    recount_days([fact.student, fact.restored])


@hears(VersionPublished)
def follow_timetable(fact: VersionPublished, _actor: Actor) -> None:
    """Registers of today follow the timetable at once; one that was taken stays."""
    if fact.effective_from <= today():
        follow_lessons(today())


@hears(CoverAssigned)
def drop_register_of_lesson_without_teacher(fact: CoverAssigned, _actor: Actor) -> None:
    """Where nobody of the staff comes, the lesson may not take place: then its register is not waited for."""
    if fact.staff is None:
        follow_dropped_lesson(fact.lesson, fact.date)


@hears(CoverCancelled)
def expect_register_again(fact: CoverCancelled, _actor: Actor) -> None:
    """The lesson takes place after all."""
    if fact.staff is None:
        follow_dropped_lesson(fact.lesson, fact.date)


@hears(SmsReceived)
def take_text_answers(fact: SmsReceived, _actor: Actor) -> None:
    """A text may answer why a child is away; one that does not waits for the office."""
    answer_by_text(fact.sms)


class ActionTold(msgspec.Struct, frozen=True):
    """What behaviour tells of something that follows for a student."""

    action: UUID
    student: UUID
    kind: str
    first: date = msgspec.field(name="from")
    last: date | None = msgspec.field(name="to", default=None)
    state: str = ""


@hears_of("behaviour.action.set", ActionTold)
def plan_whoever_is_suspended(fact: ActionTold, actor: Actor) -> None:
    """A suspended student is absent with a code of its own, from the first day to the last."""
    if fact.kind == "suspension":
        last = fact.last or fact.first
        plan_suspension(
            fact.action, student_id=fact.student, first=fact.first, last=last, actor=system_actor(actor.school)
        )


@hears_of("behaviour.action.ended", ActionTold)
def expect_whoever_is_back(fact: ActionTold, actor: Actor) -> None:
    """Called off, or shorter than planned: the student is expected again."""
    if fact.kind == "suspension":
        last = None if fact.state == "cancelled" else fact.last
        end_suspension(fact.action, last=last, actor=system_actor(actor.school))
