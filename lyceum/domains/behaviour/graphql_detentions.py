"""GraphQL door of detentions: slots and who serves when; setting, moving, taking a register; hearing of changes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from lyceum.core.actor import Actor
from lyceum.core.connections import Found, Span, connection, elsewhere, find_page
from lyceum.core.graphql import Info, Node, Payload, act, followed_as, related, row_id, shown_as, through
from lyceum.core.live import Followed, Hears
from lyceum.domains.behaviour import models
from lyceum.domains.behaviour.detention_facts import DetentionFact
from lyceum.domains.behaviour.detention_live import follow_slot, slot_topic
from lyceum.domains.behaviour.detention_policies import is_staff_here
from lyceum.domains.behaviour.detention_queries import (
    DETENTION_ORDER,
    SLOT_ORDER,
    get_detention,
    get_slot,
    list_detentions,
    list_slots,
    needs_supervisor,
)
from lyceum.domains.behaviour.rules.detentions.fitting import Passed
from lyceum.domains.behaviour.rules.detentions.moving import reschedule_detention
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, take_slot_register
from lyceum.domains.behaviour.rules.detentions.setting import NewDetention, set_detention
from lyceum.domains.behaviour.rules.detentions.states import three_state
from lyceum.domains.people.batches import read_students
from lyceum.domains.people.models import Student as StudentRow
from lyceum.domains.tenancy.queries import today

Day = date
Student = elsewhere("Student", "people")


@strawberry.type(description="A time and a room in which so many students serve a detention.")
class DetentionSlot(Node):
    date: Day = through("on")
    type_name: str = through("type.name")
    starts_at: datetime
    ends_at: datetime
    capacity: int
    seats_taken: int
    state: str
    version: int

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.DetentionSlot)

    @strawberry.field
    def room(self, slot: strawberry.Parent[models.DetentionSlot]) -> str:
        """The room, where there is one."""
        return slot.room.name if slot.room else ""

    @strawberry.field
    def supervisors(self, slot: strawberry.Parent[models.DetentionSlot]) -> list[str]:
        """Who supervises, the lead first."""
        return [row.staff.person.full_name for row in slot.standing]  # type: ignore[attr-defined]  # prefetched

    @strawberry.field
    def needs_supervisor(self, slot: strawberry.Parent[models.DetentionSlot]) -> bool:
        """Whether nobody who is there supervises it."""
        return needs_supervisor(slot)


@strawberry.type(description="One student who is to serve one detention; `status` is one of three, `state` says all.")
class Detention(Node):
    reason: str
    date: Day | None = through("on")
    starts_at: datetime | None
    minutes: int
    supervisor: str
    state: str
    why: str
    moves: int
    minutes_served: int | None
    type_name: str = through("type.name")

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.Detention)

    @strawberry.field
    def status(self, row: strawberry.Parent[models.Detention]) -> str:
        """scheduled, completed or cancelled."""
        return three_state(row.state)

    @strawberry.field
    def notes(self, row: strawberry.Parent[models.Detention], info: Info) -> str:
        """For staff."""
        return row.notes if is_staff_here(info.context.actor) else ""

    @strawberry.field
    def slot_id(self, row: strawberry.Parent[models.Detention]) -> strawberry.ID | None:
        """The slot in which it is served."""
        return strawberry.ID(str(row.slot_id)) if row.slot_id else None

    @strawberry.field
    def moved_from_id(self, row: strawberry.Parent[models.Detention]) -> strawberry.ID | None:
        """The one it replaces."""
        return strawberry.ID(str(row.moved_from_id)) if row.moved_from_id else None

    @shown_as(Student | None)
    def student(self, row: strawberry.Parent[models.Detention], info: Info) -> StudentRow | None:
        """The student, where the caller may see more than this."""
        actor = info.context.actor
        return related(row, "students", lambda rows: read_students([r.student_id for r in rows], actor=actor)).get(
            row.student_id
        )


@strawberry.type
class Query:
    @connection(Detention)
    def detentions(self, info: Info, span: Span, student_id: strawberry.ID | None = None, status: str = "") -> Found:
        """Detentions the caller may see, newest first. The three states of `status` cover all."""
        student = row_id(student_id) if student_id else None
        return find_page(
            list_detentions(info.context.actor, student=student, status=status), order=DETENTION_ORDER, span=span
        )

    @connection(DetentionSlot)
    def detention_slots(self, info: Info, span: Span, date: Day | None = None, mine: bool = False) -> Found:
        """The slots of a day: all that the caller may see, or those they supervise."""
        day = date or today()
        return find_page(list_slots(info.context.actor, first=day, last=day, own=mine), order=SLOT_ORDER, span=span)


@strawberry.input(description="A detention. Without a slot it is put into the next one that fits.")
class SetDetentionInput:
    student_id: strawberry.ID
    reason: str
    type_id: strawberry.ID | None = None
    slot_id: strawberry.ID | None = None
    participant_id: strawberry.ID | None = None
    notes: str = ""


@strawberry.input(description="Where to, and why; the next slot that fits where it is left out.")
class RescheduleDetentionInput:
    detention_id: strawberry.ID
    slot_id: strawberry.ID | None = None
    reason: str = ""


@strawberry.input(description="One mark of a slot's register, with `outcome` where more than a third was missed.")
class DetentionMarkInput:
    detention_id: strawberry.ID
    mark: str
    minutes: int | None = None
    outcome: str = ""
    reason: str = ""


@strawberry.input(description="Any number of marks. `rest: present` marks everybody who has none.")
class TakeDetentionRegisterInput:
    slot_id: strawberry.ID
    marks: list[DetentionMarkInput] = strawberry.field(default_factory=list)
    rest: str = ""
    base_version: int | None = None
    reason: str = ""


@strawberry.type(description="A nearer slot that does not fit, and why.")
class PassedSlot:
    slot_id: strawberry.ID
    starts_at: datetime
    code: str
    why: str

    @classmethod
    def of(cls, passed: Passed) -> "PassedSlot":
        """The slot that was passed over."""
        slot = passed.slot
        return cls(slot_id=strawberry.ID(str(slot.pk)), starts_at=slot.starts_at, code=passed.code, why=passed.why)


@strawberry.type
class DetentionPayload(Payload):
    detention: Detention | None = None
    passed: list[PassedSlot] = strawberry.field(default_factory=list)


@strawberry.type
class DetentionRegisterPayload(Payload):
    slot: DetentionSlot | None = None
    saved: int = 0
    conflicts: list[strawberry.ID] = strawberry.field(default_factory=list)
    """The detentions whose marks somebody else changed meanwhile."""


def _maybe(given: strawberry.ID | None) -> UUID | None:
    return row_id(given) if given else None


@strawberry.type
class Mutation:
    @act
    def set_detention(self, info: Info, input: SetDetentionInput) -> DetentionPayload:
        """Set a detention. Where no slot fits it waits, and `passed` says why each near one does not."""
        actor = info.context.actor
        new = NewDetention(
            student_id=row_id(input.student_id),
            type_id=_maybe(input.type_id),
            reason=input.reason,
            slot_id=_maybe(input.slot_id),
            participant_id=_maybe(input.participant_id),
            notes=input.notes,
        )
        placed = set_detention(new, actor=actor)
        row: Any = get_detention(placed.detention.pk, actor=actor)
        return DetentionPayload(detention=row, passed=[PassedSlot.of(each) for each in placed.passed])

    @act
    def reschedule_detention(self, info: Info, input: RescheduleDetentionInput) -> DetentionPayload:
        """Move a detention to another slot."""
        actor = info.context.actor
        moved = reschedule_detention(
            row_id(input.detention_id), slot_id=_maybe(input.slot_id), reason=input.reason, actor=actor
        )
        row: Any = get_detention(moved.detention.pk, actor=actor)
        return DetentionPayload(detention=row, passed=[PassedSlot.of(each) for each in moved.passed])

    @act
    def take_detention_register(self, info: Info, input: TakeDetentionRegisterInput) -> DetentionRegisterPayload:
        """Save marks: all of them, or none where one is wrong."""
        actor = info.context.actor
        marks = [GivenMark(row_id(m.detention_id), m.mark, m.minutes, m.outcome, m.reason) for m in input.marks]
        saved = take_slot_register(
            row_id(input.slot_id),
            marks=marks,
            rest=input.rest,
            base_version=input.base_version,
            reason=input.reason,
            actor=actor,
        )
        slot: Any = get_slot(saved.slot.pk, actor=actor)
        conflicts = [strawberry.ID(str(each.detention_id)) for each in saved.conflicts]
        return DetentionRegisterPayload(slot=slot, saved=saved.saved, conflicts=conflicts)


@strawberry.type(description="Something happened to a detention of the slot.")
class DetentionSlotChanged:
    type: str
    starts: datetime | None

    @strawberry.field
    def detention_id(self, fact: strawberry.Parent[DetentionFact]) -> strawberry.ID:
        """The detention's id."""
        return strawberry.ID(str(fact.detention))

    @shown_as(DetentionSlot | None)
    def slot(self, fact: strawberry.Parent[DetentionFact], info: Info) -> models.DetentionSlot | None:
        """The slot as it is now."""
        return get_slot(fact.slot, actor=info.context.actor) if fact.slot else None


@strawberry.type
class Subscription:
    @followed_as(DetentionSlotChanged)
    def detention_slot_changed(self, slot_id: strawberry.ID) -> Followed:
        """What happens to the detentions of a slot."""
        wanted = row_id(slot_id)

        def follows(actor: Actor) -> tuple[str, Hears]:
            return slot_topic(wanted), follow_slot(wanted, actor=actor)

        return Followed(follows)
