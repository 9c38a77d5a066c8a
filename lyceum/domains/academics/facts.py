"""What academics tell the rest of the system."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from lyceum.domains.journal.facts import FactPayload


class MembershipChanged(FactPayload, frozen=True, kw_only=True):
    """A student came into a class or left it."""

    type: ClassVar[str] = "academics.membership.changed"
    topic: ClassVar[str] = "academics"
    is_live: ClassVar[bool] = True
    student: UUID
    school_class: UUID
    starts_on: date
    ends_on: date | None

    def subject(self) -> str:
        return str(self.student)

    def live_topics(self) -> tuple[str, ...]:
        return (f"class:{self.school_class}",)


class LeavingUndone(FactPayload, frozen=True, kw_only=True):
    """A leaving was taken back: what ended with it holds again."""

    type: ClassVar[str] = "academics.leaving.undone"
    topic: ClassVar[str] = "academics"
    student: UUID
    made_at: datetime
    """When the leaving was recorded."""

    def subject(self) -> str:
        return str(self.student)


class SchoolDaysChanged(FactPayload, frozen=True, kw_only=True):
    """School is kept on other days than before, between the first and the last of those that changed."""

    type: ClassVar[str] = "academics.days.changed"
    topic: ClassVar[str] = "academics"
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")

    def subject(self) -> str:
        return f"{self.first}"


class RolloverApplied(FactPayload, frozen=True, kw_only=True):
    """A school year went over into the next: placements, classes and leavings from its first day on."""

    type: ClassVar[str] = "academics.rollover.applied"
    topic: ClassVar[str] = "academics"
    plan: UUID
    counts: dict[str, int]

    def subject(self) -> str:
        return str(self.plan)


class RolloverUndone(FactPayload, frozen=True, kw_only=True):
    """A rollover was taken back, but for rows that somebody changed since or that others hold."""

    type: ClassVar[str] = "academics.rollover.undone"
    topic: ClassVar[str] = "academics"
    plan: UUID
    undone: int
    kept: int

    def subject(self) -> str:
        return str(self.plan)
