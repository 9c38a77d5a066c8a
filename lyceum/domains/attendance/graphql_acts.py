"""Taking registers and amending marks over GraphQL, and hearing of both as they happen."""

from datetime import date, datetime, time
from typing import Any

import strawberry

from lyceum.core.actor import Actor
from lyceum.core.connections import Found, Span, connection, page_of_list
from lyceum.core.graphql import Info, Payload, act, followed_as, row_id, shown_as, through
from lyceum.core.live import Followed, Hears
from lyceum.domains.academics.live import class_topic
from lyceum.domains.attendance import facts, models
from lyceum.domains.attendance.graphql import Mark, Register
from lyceum.domains.attendance.live import day_topic, follow_class, follow_day
from lyceum.domains.attendance.queries import get_mark, get_register
from lyceum.domains.attendance.rules.marks import GivenMark, amend_mark, take_register
from lyceum.domains.tenancy.queries import today

Day = date


@strawberry.input(description="One mark: a student and a code's symbol.")
class MarkInput:
    student_id: strawberry.ID
    code: str
    minutes_late: int | None = None
    time_in: time | None = None
    note: str = ""


@strawberry.input(
    description="Any number of marks. `rest: present` marks everybody who has no mark and none given here."
)
class TakeRegisterInput:
    register_id: strawberry.ID
    marks: list[MarkInput] = strawberry.field(default_factory=list)
    rest: str = ""
    base_version: int | None = None
    reason: str = ""


@strawberry.input(description="A new code for a mark, with a reason; `version` as last read.")
class AmendMarkInput:
    mark_id: strawberry.ID
    code: str
    reason: str
    note: str = ""
    version: int | None = None


@strawberry.type(description="A row that somebody else changed meanwhile and that was left as it is.")
class MarkConflict:
    student_id: strawberry.ID
    yours: str
    theirs: str
    by: str
    at: datetime
    version: int


@strawberry.type(description="A row that a planned absence holds and that was left as it says.")
class KeptPlanned:
    student_id: strawberry.ID
    planned_id: strawberry.ID
    code: str = through("symbol")
    yours: str


@strawberry.type
class RegisterPayload(Payload):
    register: Register | None = None
    saved: int = 0
    conflicts: list[MarkConflict] = strawberry.field(default_factory=list)
    kept_planned: list[KeptPlanned] = strawberry.field(default_factory=list)


@strawberry.type
class MarkPayload(Payload):
    mark: Mark | None = None


@strawberry.type
class Mutation:
    @act
    def take_register(self, info: Info, input: TakeRegisterInput) -> RegisterPayload:
        """Save marks: all of them, or none where one is wrong."""
        marks = [
            GivenMark(
                row_id(each.student_id),
                each.code,
                minutes_late=each.minutes_late,
                time_in=each.time_in.replace(tzinfo=None) if each.time_in else None,
                note=each.note,
            )
            for each in input.marks
        ]
        done: Any = take_register(
            row_id(input.register_id),
            marks=marks,
            rest=input.rest,
            base_version=input.base_version,
            reason=input.reason,
            actor=info.context.actor,
        )
        return RegisterPayload(
            register=done.register, saved=done.saved, conflicts=done.conflicts, kept_planned=done.kept_planned
        )

    @act
    def amend_mark(self, info: Info, input: AmendMarkInput) -> MarkPayload:
        """Change one mark; what it was is kept."""
        actor, mark_id = info.context.actor, row_id(input.mark_id)
        amend_mark(mark_id, symbol=input.code, reason=input.reason, version=input.version, note=input.note, actor=actor)
        mark: Any = get_mark(mark_id, actor=actor)
        return MarkPayload(mark=mark)


@strawberry.type(description="One mark inside a fact.")
class MarkedStudent:
    student_id: strawberry.ID = through("student")
    meaning: str
    minutes_late: int | None
    version: int


@strawberry.type(description="Marks were saved on a register.")
class AttendanceMarked:
    date: Day
    kind: str
    version: int
    via: str

    @strawberry.field
    def register_id(self, fact: strawberry.Parent[facts.AttendanceMarked]) -> strawberry.ID:
        """The register's id."""
        return strawberry.ID(str(fact.register))

    @strawberry.field
    def class_id(self, fact: strawberry.Parent[facts.AttendanceMarked]) -> strawberry.ID:
        """The class's id."""
        return strawberry.ID(str(fact.school_class))

    @shown_as(Register | None)
    def register(self, fact: strawberry.Parent[facts.AttendanceMarked], info: Info) -> models.Register:
        """The register as it is now."""
        return get_register(fact.register, actor=info.context.actor)

    @connection(MarkedStudent)
    def marks(self, fact: strawberry.Parent[facts.AttendanceMarked], span: Span) -> Found:
        """The marks that were saved, in ids and meanings."""
        return page_of_list(fact.marks, key=lambda mark: mark.student, span=span)


@strawberry.type
class Subscription:
    @followed_as(AttendanceMarked)
    def attendance_marked(self, class_id: strawberry.ID) -> Followed:
        """Marks saved for a class."""
        wanted = row_id(class_id)

        def follows(actor: Actor) -> tuple[str, Hears]:
            hears = follow_class(wanted, actor=actor)
            return class_topic(wanted), lambda fact: hears(fact) and isinstance(fact, facts.AttendanceMarked)

        return Followed(follows)

    @followed_as(AttendanceMarked)
    def registers_today(self) -> Followed:
        """Marks saved on today's registers, as far as the caller may see them."""

        def follows(actor: Actor) -> tuple[str, Hears]:
            day = today()
            return day_topic(day), follow_day(day, actor=actor)

        return Followed(follows)
