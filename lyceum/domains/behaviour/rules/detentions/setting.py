"""Setting a detention, approving a proposed one, taking one back, excusing one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.models import Placement
from lyceum.domains.behaviour.detention_facts import DetentionCancelled, DetentionFact, DetentionSet
from lyceum.domains.behaviour.detention_policies import visible_slots
from lyceum.domains.behaviour.detention_queries import (
    get_detention_for_change,
    get_detention_to_decide,
    get_detention_type,
    get_slot,
)
from lyceum.domains.behaviour.models import Detention, DetentionSlot, DetentionType, Participant
from lyceum.domains.behaviour.rules.detentions.fitting import Passed, Proposal, fitting
from lyceum.domains.behaviour.rules.detentions.moving import Moved, excuse_and_move, move_one
from lyceum.domains.behaviour.rules.detentions.refusals import DetentionReasonNeededError, DetentionStateError
from lyceum.domains.behaviour.rules.detentions.seating import (
    count_seats,
    lock_seats,
    put_into,
    save_seated,
    take_seats,
    take_this_seat,
)
from lyceum.domains.behaviour.rules.detentions.states import State, enter, enter_anyhow, note_past, save_states
from lyceum.domains.behaviour.rules.detentions.telling import Occasion, tell_family
from lyceum.domains.behaviour.rules.detentions.untold import count_as_told, find_untold, tell_office
from lyceum.domains.behaviour.rules.notices import refuse_other_names
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import holds_on, visible_students
from lyceum.domains.people.queries import get_student, is_on_roll
from lyceum.domains.tenancy.queries import time_zone, today


@dataclass(frozen=True)
class NewDetention:
    """A detention that somebody sets. Without a slot the earliest that fits is taken."""

    student_id: UUID
    type_id: UUID | None
    """May be left out where the slot says it."""
    reason: str
    slot_id: UUID | None = None
    on: date | None = None
    """The slot by its day, and by its time where the day has several."""
    at: time | None = None
    participant_id: UUID | None = None
    notes: str = ""


@dataclass(frozen=True)
class Placed:
    """A detention, and the nearer slots that it was not put into."""

    detention: Detention
    passed: tuple[Passed, ...] = ()

    @property
    def has_no_slot(self) -> bool:
        """Whether it waits without a slot."""
        return self.detention.slot_id is None

    @property
    def waits_for_family(self) -> bool:
        """Whether it waits because nobody of the family can be told."""
        return self.has_no_slot and bool(self.detention.untold)


@transaction.atomic
def set_detention(new: NewDetention, *, actor: Actor) -> Placed:
    """Set a detention: into the slot somebody chose, or into the earliest that fits.

    Where none fits it stays proposed, and the answer says why each near slot was passed over. One of a type that
    needs approval stays proposed as well, and one after school while nobody of the family can be told.
    """
    actor.require(Permission.DETENTIONS_SET)
    student = get_student(new.student_id, actor=actor, permission=Permission.DETENTIONS_SET)
    slot_id = new.slot_id or _find_slot(new, actor)
    kind = _type_of(new.type_id, slot_id, actor)
    detention = _new(new, student, kind, actor)
    if kind.needs_approval and not actor.reaches_all(Permission.INCIDENTS_REVIEW):
        detention.save()
        _written(detention, None, actor)
        return Placed(detention)
    lock_seats()
    detention.untold = find_untold([detention], actor=actor).get(detention.pk, "")
    passed = () if detention.untold else _seat(detention, slot_id, actor)
    if detention.slot_id:
        detention.state = State.SCHEDULED
    save_seated([detention])
    _written(detention, detention.slot_id, actor)
    tell_family([detention], Occasion.SET, actor=actor)
    if detention.untold:
        tell_office([detention], actor=actor)
    return Placed(detention, passed)


def _find_slot(new: NewDetention, actor: Actor) -> UUID | None:
    """The slot that a day and a time mean."""
    if new.on is None:
        return None
    rows = DetentionSlot.objects.filter(visible_slots(actor), on=new.on, state__in=("open", "full"))
    if new.type_id:
        rows = rows.filter(type=new.type_id)
    if new.at:
        rows = rows.filter(starts_at=datetime.combine(new.on, new.at, tzinfo=clock.zone(time_zone())))
    found = rows.order_by("starts_at", "pk").values_list("pk", flat=True).first()
    if found is None:
        raise invalid_field("/scheduled_date", "slot_unknown", _("There is no slot then. Leave it out for the next."))
    return found


def _type_of(type_id: UUID | None, slot_id: UUID | None, actor: Actor) -> DetentionType:
    if type_id:
        return get_detention_type(type_id, actor=actor)
    if slot_id:
        slot: DetentionSlot = get_slot(slot_id, actor=actor)
        return get_detention_type(slot.type_id, actor=actor)
    raise invalid_field("/type", "required", _("Say which type of detention."))


@transaction.atomic
def propose_slots(type_id: UUID, *, students: Sequence[UUID], actor: Actor) -> list[Proposal]:
    """For each student the earliest slot of a type that fits, and why the nearer ones do not. Sets nothing.

    Several students share the seats that are left, in the order in which they are named.
    """
    actor.require(Permission.DETENTIONS_SET)
    kind = get_detention_type(type_id, actor=actor)
    seen = Student.objects.filter(visible_students(actor, Permission.DETENTIONS_SET), pk__in=students)
    grade = Placement.objects.filter(holds_on(today()), student=OuterRef("pk")).values("grade")[:1]
    grades = dict(seen.annotate(grade_now=Subquery(grade)).values_list("pk", "grade_now"))
    if len(grades) < len(set(students)):
        raise NotFoundError
    found = fitting(kind, {student: grades[student] for student in students})
    return [found.propose(student) for student in dict.fromkeys(students)]


def _seat(detention: Detention, slot_id: UUID | None, actor: Actor) -> tuple[Passed, ...]:
    if slot_id is None:
        return take_seats(detention.type, [detention])[detention.student_id].passed
    slot = get_slot(slot_id, actor=actor)
    if slot.type_id != detention.type_id:
        raise invalid_field("/slot", "slot_unknown", _("This slot is of another type of detention."))
    take_this_seat(detention, slot)
    return ()


def _new(new: NewDetention, student: Student, kind: DetentionType, actor: Actor) -> Detention:
    reason, notes = tidy(new.reason), tidy(new.notes)
    faults = []
    if not 1 <= len(reason) <= 300:
        faults.append(FieldError("/reason", "length", _("Say why, in 1 to 300 letters.")))
    if len(notes) > 600:
        faults.append(FieldError("/notes", "length", _("Notes have at most 600 letters.")))
    if not kind.active:
        faults.append(FieldError("/type", "type_retired", _("%(type)s is not set any more.") % {"type": kind}))
    if not Student.objects.filter(is_on_roll(today()), pk=student.pk).exists():
        faults.append(FieldError("/student", "not_on_roll", _("%(name)s is not on roll.") % {"name": student}))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    part = _participant(new.participant_id, student)
    if part:
        others = Participant.objects.filter(incident=part.incident_id).exclude(pk=part.pk)
        people = [each.student.person for each in others.select_related("student__person")]
        refuse_other_names(reason, student.person, people, pointer="/reason")
    return Detention(
        student=student,
        type=kind,
        participant=part,
        reason=reason,
        notes=notes,
        minutes=kind.minutes,
        one_a_day=not kind.several_a_day,
        set_by=actor.id,
        set_by_name=actor.name[:200],
    )


def _participant(participant_id: UUID | None, student: Student) -> Participant | None:
    """The part in an incident that the detention follows: never of somebody it was done to, or who saw it."""
    if participant_id is None:
        return None
    part = Participant.objects.filter(pk=participant_id, student=student).first()
    if part is None:
        raise invalid_field("/participant", "participant_unknown", _("The student has no part in this incident."))
    if part.role in (Participant.Role.TARGET, Participant.Role.WITNESS):
        raise invalid_field(
            "/participant", "not_an_offender", _("Who an incident was done to, or who saw it, gets no detention.")
        )
    return part


def _written(detention: Detention, slot_id: UUID | None, actor: Actor) -> None:
    note_past([detention], actor=actor)
    count_seats([slot_id] if slot_id else [])
    facts = [_fact(DetentionSet, detention)] if slot_id else []
    record("behaviour.detention.set", target=Target.of(detention), reason=detention.reason, facts=facts, actor=actor)


def _fact(fact: type[DetentionFact], row: Detention) -> DetentionFact:
    return fact(detention=row.pk, student=row.student_id, slot=row.slot_id, starts=row.starts_at)


@transaction.atomic
def approve_detention(detention_id: UUID, *, slot_id: UUID | None = None, actor: Actor) -> Placed:
    """Set a proposed detention. The missed one that it follows is then escalated, or counts as moved."""
    lock_seats()
    detention = get_detention_to_decide(detention_id, actor=actor)
    return schedule_proposed(detention, slot_id=slot_id, actor=actor)


def schedule_proposed(
    detention: Detention, *, slot_id: UUID | None = None, is_told: bool = False, actor: Actor
) -> Placed:
    """Give a proposed detention its seat. The seats have to be locked.

    Where no slot fits it stays proposed, and after school where nobody of the family can be told. A family that
    `is_told` in person hears nothing more.
    """
    why = "" if is_told else find_untold([detention], actor=actor).get(detention.pk, "")
    if why:
        _wait_for_family(detention, why, actor)
        return Placed(detention)
    passed = _seat(detention, slot_id, actor)
    if detention.slot is None:
        return Placed(detention, passed)
    slot = detention.slot
    enter(detention, State.SCHEDULED)
    put_into(detention, slot)
    rows = [detention]
    missed = detention.follows
    if missed and missed.state == State.MISSED:
        rows.append(enter(missed, State.RESCHEDULED if missed.type_id == detention.type_id else State.ESCALATED))
    save_states(rows, actor=actor)
    count_seats([slot.pk])
    facts = [_fact(DetentionSet, detention)]
    record("behaviour.detention.approve", target=Target.of(detention), facts=facts, actor=actor)
    if not is_told:
        tell_family([detention], Occasion.SET, actor=actor)
    return Placed(detention, passed)


def _wait_for_family(detention: Detention, why: str, actor: Actor) -> None:
    if detention.untold == why:
        return
    detention.untold = why
    tell_family([detention], Occasion.SET, actor=actor)
    detention.save(update_fields=["untold", "updated_at"])
    tell_office([detention], actor=actor)


@transaction.atomic
def note_family_told(detention_id: UUID, *, words: str = "", slot_id: UUID | None = None, actor: Actor) -> Placed:
    """Somebody told the family themselves, as on the phone. What waited for that alone gets its seat."""
    lock_seats()
    detention = get_detention_for_change(detention_id, actor=actor)
    if detention.state not in (State.PROPOSED, State.SCHEDULED, State.EXCUSED):
        raise DetentionStateError(_("There is nothing to tell any more."), state=detention.state)
    why, waited = tidy(words)[:300], bool(detention.untold)
    count_as_told(detention, actor=actor)
    detention.save(update_fields=["told_at", "untold", "updated_at"])
    record("behaviour.detention.tell", target=Target.of(detention), reason=why, actor=actor)
    if detention.state == State.EXCUSED:
        moved = move_one(detention, slot_id, why, told_at=detention.told_at, actor=actor)
        return Placed(moved.detention, moved.passed)
    if detention.state == State.PROPOSED and waited and not detention.type.needs_approval and not detention.follows_id:
        return schedule_proposed(detention, slot_id=slot_id, is_told=True, actor=actor)
    return Placed(detention)


@transaction.atomic
def cancel_detention(detention_id: UUID, *, reason: str, actor: Actor) -> Detention:
    """Take a detention back, with a reason. The family is told where it was told of it."""
    lock_seats()
    detention = get_detention_for_change(detention_id, actor=actor)
    why = needed_reason(reason)
    cancel_all([detention], why=why, actor=actor)
    return detention


def cancel_all(rows: list[Detention], *, why: str, actor: Actor) -> None:
    """Cancel detentions, free their seats and tell their families. A fixed number of statements, notices apart."""
    told = [row for row in rows if row.state == State.SCHEDULED]
    for row in rows:
        enter(row, State.CANCELLED, why=why)
    save_states(rows, actor=actor)
    count_seats({row.slot_id for row in rows if row.slot_id})
    act = "behaviour.detention.cancel"
    record_all(
        [Entry(act, Target.of(row), reason=why, facts=[_fact(DetentionCancelled, row)]) for row in rows], actor=actor
    )
    tell_family(told, Occasion.CANCELLED, actor=actor)


@transaction.atomic
def excuse_detention(detention_id: UUID, *, reason: str, actor: Actor) -> Moved:
    """Excuse a detention: it moves to the next slot that fits, and does not count as a move."""
    actor.require_all(Permission.DETENTIONS_SET)
    lock_seats()
    detention = get_detention_for_change(detention_id, actor=actor)
    (moved,) = excuse_and_move([detention], why=needed_reason(reason), actor=actor)
    return moved


@transaction.atomic
def correct_detention(
    detention_id: UUID, *, state: str, reason: str, minutes_served: int | None = None, actor: Actor
) -> Detention:
    """Say what a detention that is over really was. What it said before is kept, with the reason."""
    detention = get_detention_to_decide(detention_id, actor=actor)
    why = needed_reason(reason)
    over = {State.COMPLETED, State.MISSED, State.CANCELLED}
    if state not in over or detention.state not in over | {State.ESCALATED} or detention.slot_id is None:
        raise invalid_field("/state", "choice", _("One that is over was served, missed or cancelled."))
    before = detention.state
    enter_anyhow(detention, state, why=why, minutes_served=minutes_served)
    save_states([detention], actor=actor)
    changes = {"state": [before, state]}
    record("behaviour.detention.correct", target=Target.of(detention), changes=changes, reason=why, actor=actor)
    return detention


def needed_reason(reason: str) -> str:
    """The reason, tidied; refused where there is none."""
    why = tidy(reason)[:300]
    if not why:
        words = _("Say why.")
        raise DetentionReasonNeededError(words, errors=[FieldError("/reason", "reason_needed", words)])
    return why
