"""What calendars tell the rest of the system: ids, kinds, times; never titles or names."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec

from lyceum.domains.journal.facts import FactPayload


class EventFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about an event says."""

    topic: ClassVar[str] = "calendars"
    event: UUID

    def subject(self) -> str:
        return str(self.event)


class EventPublished(EventFact, frozen=True, kw_only=True):
    """People may know of it from now on."""

    type: ClassVar[str] = "calendars.event.published"
    kind: str
    visibility: str
    first_day: date = msgspec.field(name="from")
    last_day: date = msgspec.field(name="to")


class EventChanged(EventFact, frozen=True, kw_only=True):
    """Something of a published event is another now."""

    type: ClassVar[str] = "calendars.event.changed"
    sequence: int
    fields: list[str]


class EventCancelled(EventFact, frozen=True, kw_only=True):
    """It does not take place."""

    type: ClassVar[str] = "calendars.event.cancelled"


class InvitationAnswered(EventFact, frozen=True, kw_only=True):
    """Somebody said whether they come, or came up from the waiting list."""

    type: ClassVar[str] = "calendars.invitation.answered"
    person: UUID | None
    state: str


class AttendanceRecorded(EventFact, frozen=True, kw_only=True):
    """Somebody said who came."""

    type: ClassVar[str] = "calendars.attendance.recorded"
    attended: int
    absent: int
    excused: int
