"""What the timetable tells the rest of the system: ids and days, never names."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class CoverAssigned(FactPayload, frozen=True, kw_only=True):
    """Somebody else takes a lesson on a day. `staff` is None where it is somebody without an account."""

    type: ClassVar[str] = "timetable.cover.assigned"
    topic: ClassVar[str] = "timetable"
    cover: UUID
    lesson: UUID
    date: date
    staff: UUID | None

    def subject(self) -> str:
        return str(self.cover)


class CoverCancelled(FactPayload, frozen=True, kw_only=True):
    """The lesson is the teacher's own again."""

    type: ClassVar[str] = "timetable.cover.cancelled"
    topic: ClassVar[str] = "timetable"
    cover: UUID
    lesson: UUID
    date: date
    staff: UUID | None

    def subject(self) -> str:
        return str(self.cover)
