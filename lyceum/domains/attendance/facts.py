"""What attendance tells the rest of the system: ids and meanings, never names."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec

from lyceum.domains.journal.facts import FactPayload


class MarkFact(msgspec.Struct, frozen=True, kw_only=True):
    """One mark inside a fact."""

    student: UUID
    meaning: str
    minutes_late: int | None
    version: int


class AttendanceMarked(FactPayload, frozen=True, kw_only=True):
    """Marks were saved on a register."""

    type: ClassVar[str] = "attendance.marked"
    topic: ClassVar[str] = "attendance"
    is_live: ClassVar[bool] = True
    register: UUID
    school_class: UUID
    date: date
    kind: str
    version: int
    marks: list[MarkFact]
    by: UUID | None
    via: str

    def subject(self) -> str:
        return str(self.register)

    def live_topics(self) -> tuple[str, ...]:
        return (f"register:{self.register}", f"class:{self.school_class}", f"registers:{self.date}")


class AttendanceAmended(FactPayload, frozen=True, kw_only=True):
    """A mark that was given before says something else now."""

    type: ClassVar[str] = "attendance.amended"
    topic: ClassVar[str] = "attendance"
    mark: UUID
    student: UUID
    old_meaning: str
    new_meaning: str

    def subject(self) -> str:
        return str(self.mark)


class _AboutCase(FactPayload, frozen=True, kw_only=True):
    case: UUID
    student: UUID

    topic: ClassVar[str] = "attendance"

    def subject(self) -> str:
        return str(self.case)


class CaseOpened(_AboutCase, frozen=True, kw_only=True):
    """A student is absent, and nobody knows why."""

    type: ClassVar[str] = "attendance.case.opened"
    is_live: ClassVar[bool] = True

    def live_topics(self) -> tuple[str, ...]:
        return ("cases:open",)


class CaseAnswered(_AboutCase, frozen=True, kw_only=True):
    """Somebody said why, or that they do not know."""

    type: ClassVar[str] = "attendance.case.answered"
    is_live: ClassVar[bool] = True

    def live_topics(self) -> tuple[str, ...]:
        return ("cases:open",)


class CaseResolved(_AboutCase, frozen=True, kw_only=True):
    """It is settled: explained, arrived after all, or closed without an explanation."""

    type: ClassVar[str] = "attendance.case.resolved"
    is_live: ClassVar[bool] = True
    state: str

    def live_topics(self) -> tuple[str, ...]:
        return ("cases:open",)


class RegisterMissed(FactPayload, frozen=True, kw_only=True):
    """A register was not taken in time."""

    type: ClassVar[str] = "attendance.register.missed"
    topic: ClassVar[str] = "attendance"
    register: UUID
    takers: list[UUID]

    def subject(self) -> str:
        return str(self.register)


class ConflictFound(FactPayload, frozen=True, kw_only=True):
    """A mark from a device was not written: somebody decides between it and the server's."""

    type: ClassVar[str] = "attendance.conflict.found"
    topic: ClassVar[str] = "attendance"
    mark: UUID | None
    """None where the server has no mark yet."""
    register: UUID
    student: UUID
    conflict: UUID
    kind: str

    def subject(self) -> str:
        return str(self.conflict)
