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
    with_classes: list[UUID] = []
    """Other classes that are taught the same lesson."""
    date: date
    kind: str
    version: int
    marks: list[MarkFact]
    by: UUID | None
    via: str

    def subject(self) -> str:
        return str(self.register)

    def live_topics(self) -> tuple[str, ...]:
        classes = (f"class:{each}" for each in (self.school_class, *self.with_classes))
        return (f"register:{self.register}", *classes, f"registers:{self.date}")


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


class SessionDerived(FactPayload, frozen=True, kw_only=True):
    """A statutory mark says something else than before; an empty meaning: it is not taken."""

    type: ClassVar[str] = "attendance.session.derived"
    topic: ClassVar[str] = "attendance"
    student: UUID
    date: date
    session: str
    meaning: str

    def subject(self) -> str:
        return str(self.student)


class PlannedDecided(FactPayload, frozen=True, kw_only=True):
    """A planned absence was approved, refused or cancelled, or cut short because the student is here."""

    type: ClassVar[str] = "attendance.planned.decided"
    topic: ClassVar[str] = "attendance"
    planned: UUID
    state: str
    """approved, refused, cancelled or arrived."""
    students: list[UUID]
    asked_by: UUID | None
    first: date | None = msgspec.field(name="from", default=None)
    """The days whose afternoon it takes, where approved; otherwise those for which it holds no more."""
    last: date | None = msgspec.field(name="to", default=None)
    meaning: str = ""
    """What its code means."""

    def subject(self) -> str:
        return str(self.planned)


class ClosureChanged(FactPayload, frozen=True, kw_only=True):
    """The school, or some grades, could not be kept on some days; or could after all."""

    type: ClassVar[str] = "attendance.closure.changed"
    topic: ClassVar[str] = "attendance"
    closure: UUID
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    sessions: list[str]
    """Empty: all of the day."""
    grades: list[UUID]
    """Empty: everybody."""
    undone: bool

    def subject(self) -> str:
        return str(self.closure)


class PlannedAsked(FactPayload, frozen=True, kw_only=True):
    """Somebody asks for an absence."""

    type: ClassVar[str] = "attendance.planned.asked"
    topic: ClassVar[str] = "attendance"
    planned: UUID
    students: list[UUID]
    origin: str

    def subject(self) -> str:
        return str(self.planned)


class ConcernRaised(FactPayload, frozen=True, kw_only=True):
    """A student's absence should be looked into."""

    type: ClassVar[str] = "attendance.concern.raised"
    topic: ClassVar[str] = "attendance"
    stays: ClassVar[bool] = True
    concern: UUID
    student: UUID
    kind: str

    def subject(self) -> str:
        return str(self.concern)


class GatePassed(FactPayload, frozen=True, kw_only=True):
    """Somebody came in or went out at the gate: a student, a member of staff, or else a visitor."""

    type: ClassVar[str] = "attendance.gate"
    topic: ClassVar[str] = "attendance"
    is_live: ClassVar[bool] = True
    event: UUID
    student: UUID | None
    staff: UUID | None
    direction: str
    date: date
    registers: list[UUID]
    """The student's registers of the day, which show it."""

    def subject(self) -> str:
        return str(self.event)

    def live_topics(self) -> tuple[str, ...]:
        return (f"on-site:{self.date}", *(f"register:{register}" for register in self.registers))


class EvacuationChanged(FactPayload, frozen=True, kw_only=True):
    """An evacuation began or ended, or somebody was accounted for."""

    type: ClassVar[str] = "attendance.evacuation.changed"
    topic: ClassVar[str] = "attendance"
    is_live: ClassVar[bool] = True
    roll: UUID
    what: str
    """started, accounted or ended."""

    def subject(self) -> str:
        return str(self.roll)

    def live_topics(self) -> tuple[str, ...]:
        return (f"evacuation:{self.roll}",)
