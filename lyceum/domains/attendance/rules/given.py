"""Marks as somebody gives them, and what became of them."""

from dataclasses import dataclass, field
from datetime import datetime, time
from uuid import UUID

from lyceum.domains.attendance.models import Code, Register
from lyceum.domains.attendance.sheet import SheetRow


@dataclass(frozen=True)
class GivenMark:
    """One row as somebody gives it: a student and a code's symbol."""

    student_id: UUID
    symbol: str
    minutes_late: int | None = None
    time_in: time | None = None
    note: str = ""
    seen: int | None = None
    """The mark's version as a device last saw it, 0 for none; None: the register's version decides."""
    device_time: datetime | None = None
    is_prefilled: bool = False
    """Given by a planned absence or by what is expected of the student, not by whoever saves."""
    origin: str = ""
    """Where it comes from, if not from the hand of whoever saves: `gate`."""


@dataclass(frozen=True)
class RowConflict:
    """A row somebody else changed meanwhile: both values, who, when."""

    student_id: UUID
    yours: str
    theirs: str
    by: str
    at: datetime
    version: int


@dataclass(frozen=True)
class KeptPlanned:
    """A row that a planned absence holds: what it says, and what was given instead."""

    student_id: UUID
    symbol: str
    yours: str
    planned_id: UUID


@dataclass(frozen=True)
class Saved:
    """What a save did: how many marks it wrote, and the rows it left to whoever changed them meanwhile."""

    register: Register
    saved: int
    conflicts: list[RowConflict] = field(default_factory=list)
    before: tuple[GivenMark, ...] | None = None
    """What the changed marks said before, ready to be given again; None where a student had no mark: none is given."""
    versions: dict[UUID, int] = field(default_factory=dict)
    """Of the marks it wrote, by student."""
    kept_planned: list[KeptPlanned] = field(default_factory=list)
    """The rows that planned absences hold, which the save left as they are."""


@dataclass(frozen=True)
class Change:
    """A mark to be written."""

    mark_id: UUID
    row: SheetRow
    code: Code
    given: GivenMark
    version: int
