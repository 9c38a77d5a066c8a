"""What the timetable tells the rest of the system: ids and days, never names."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec

from lyceum.domains.journal.facts import FactPayload

Day = date  # a field is called date


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


class StaffAbsenceChanged(FactPayload, frozen=True, kw_only=True):
    """Somebody is away, is away at other times, or is there after all; what is only asked for tells nothing."""

    type: ClassVar[str] = "timetable.absence.changed"
    topic: ClassVar[str] = "timetable"
    absence: UUID
    staff: UUID
    state: str

    def subject(self) -> str:
        return str(self.absence)


class VersionPublished(FactPayload, frozen=True, kw_only=True):
    """A timetable holds from a day on; `lessons` are those that begin, end or change with it."""

    type: ClassVar[str] = "timetable.version.published"
    topic: ClassVar[str] = "timetable"
    version_id: UUID
    effective_from: date = msgspec.field(name="from")
    lessons: int

    def subject(self) -> str:
        return str(self.version_id)


class LessonChanged(FactPayload, frozen=True, kw_only=True):
    """A lesson takes place otherwise than before."""

    type: ClassVar[str] = "timetable.lesson.changed"
    topic: ClassVar[str] = "timetable"
    lesson_id: UUID
    date: Day | None = None
    fields: list[str]

    def subject(self) -> str:
        return str(self.lesson_id)


class RunProgressed(FactPayload, frozen=True, kw_only=True):
    """The engine has something better, or has gone on for a while."""

    type: ClassVar[str] = "timetable.run.progressed"
    topic: ClassVar[str] = "timetable"
    is_live: ClassVar[bool] = True
    run_id: UUID
    state: str
    seconds: float
    placed: int
    lessons: int
    cost: float | None = None
    bound: float | None = None

    def subject(self) -> str:
        return str(self.run_id)

    def live_topics(self) -> tuple[str, ...]:
        return (f"timetable-run:{self.run_id}",)


class RunFinished(FactPayload, frozen=True, kw_only=True):
    """The engine has stopped: done, not possible, stopped by somebody, or lost."""

    type: ClassVar[str] = "timetable.run.finished"
    topic: ClassVar[str] = "timetable"
    is_live: ClassVar[bool] = True
    run_id: UUID
    state: str
    unplaced: int

    def subject(self) -> str:
        return str(self.run_id)

    def live_topics(self) -> tuple[str, ...]:
        return (f"timetable-run:{self.run_id}",)
