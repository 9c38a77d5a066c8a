"""What detentions tell the rest of the system: ids and times, never names."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload

Day = date  # a field is called date


class DetentionFact(FactPayload, frozen=True, kw_only=True):
    """Something about one detention."""

    topic: ClassVar[str] = "behaviour"
    is_live: ClassVar[bool] = True
    detention: UUID
    student: UUID
    slot: UUID | None
    starts: datetime | None

    def subject(self) -> str:
        return str(self.detention)

    def live_topics(self) -> tuple[str, ...]:
        return (f"detention-slot:{self.slot}",) if self.slot else ()


class DetentionSet(DetentionFact, frozen=True, kw_only=True):
    """A student has a detention to serve; without a slot it waits for one."""

    type: ClassVar[str] = "behaviour.detention.set"


class DetentionMoved(DetentionFact, frozen=True, kw_only=True):
    """A detention was moved: this is the new one."""

    type: ClassVar[str] = "behaviour.detention.moved"
    moved_from: UUID


class DetentionCompleted(DetentionFact, frozen=True, kw_only=True):
    """A detention was served."""

    type: ClassVar[str] = "behaviour.detention.completed"


class DetentionMissed(DetentionFact, frozen=True, kw_only=True):
    """A student stayed away from a detention, or refused it."""

    type: ClassVar[str] = "behaviour.detention.missed"


class DetentionExcused(DetentionFact, frozen=True, kw_only=True):
    """A detention is not held against the student: an authorised absence, or the school's own doing."""

    type: ClassVar[str] = "behaviour.detention.excused"


class DetentionCancelled(DetentionFact, frozen=True, kw_only=True):
    """A detention was taken back."""

    type: ClassVar[str] = "behaviour.detention.cancelled"


class SlotSupervisionChanged(FactPayload, frozen=True, kw_only=True):
    """Somebody supervises a slot no more, or again; with nobody left it cannot run."""

    type: ClassVar[str] = "behaviour.detention_slot.supervision"
    topic: ClassVar[str] = "behaviour"
    slot: UUID
    date: Day
    supervisors: int

    def subject(self) -> str:
        return str(self.slot)
