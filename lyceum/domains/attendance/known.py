"""Everything that decides the statutory marks of a day, as it is read in one statement."""

from datetime import datetime, time
from uuid import UUID

import msgspec


class Rule(msgspec.Struct, frozen=True):
    """How the school counts on that day."""

    method: str = "daily"
    full: int = 300
    half: int = 150
    day: int = 360


class Times(msgspec.Struct, frozen=True):
    """A session's times for some grades, or for all that have none of their own."""

    session: str
    starts_at: time
    closes_at: time
    grades: list[UUID]
    is_exception: bool = False
    """They are those of the day alone."""


class RegisterOf(msgspec.Struct, frozen=True):
    """A register of the day."""

    id: UUID
    kind: str
    session: str
    is_form: bool
    starts_at: datetime
    ends_at: datetime


class Said(msgspec.Struct, frozen=True):
    """A code as something says it."""

    symbol: str
    meaning: str
    only_in: str = ""
    """The one session it belongs to, as `/` to the morning."""
    replaced: bool | None = None


class MarkOf(msgspec.Struct, frozen=True):
    """A student's mark on a register."""

    register: UUID
    student: UUID
    said: Said
    minutes_late: int | None = None


class OverrideOf(msgspec.Struct, frozen=True):
    """The office's own word on a session."""

    student: UUID
    session: str
    said: Said
    by: UUID | None = None


class PlanOf(msgspec.Struct, frozen=True):
    """What holds of an approved planned absence, as halves of the day."""

    student: UUID
    first_half: int
    last_half: int
    said: Said


class PatternOf(msgspec.Struct, frozen=True):
    """Sessions of this weekday in which a student is not expected."""

    student: UUID
    case: str
    sessions: list[str]


class ClosureOf(msgspec.Struct, frozen=True):
    """An exceptional closure that holds on the day."""

    sessions: list[str]
    grades: list[UUID]
    said: Said


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A statutory mark: as it stands, or as it is decided."""

    student: UUID
    session: str
    symbol: str = ""
    meaning: str = ""
    register: UUID | None = None
    method: str = "daily"
    minutes_late: int | None = None
    origin: str = "method"
    half: bool = False
    by: UUID | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of some students' day."""

    rule: Rule | None = None
    times: list[Times] = []
    grades: list[tuple[UUID, UUID]] = []
    """Student and grade."""
    enrolled: list[UUID] = []
    registers: list[RegisterOf] = []
    lessons: list[tuple[UUID, UUID]] = []
    """Student and register of each lesson that was to be held."""
    marks: list[MarkOf] = []
    overrides: list[OverrideOf] = []
    plans: list[PlanOf] = []
    """The one that counts first where several hold."""
    patterns: list[PatternOf] = []
    closures: list[ClosureOf] = []
    """The newest first."""
    standing: list[Standing] = []
