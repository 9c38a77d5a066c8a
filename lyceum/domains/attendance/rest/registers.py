"""Registers over REST: the day's list, one sheet, taking it, its history."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import Instant, ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.queries import (
    get_register,
    in_state,
    list_history,
    list_registers,
    marks_as_known,
)
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.arrivals import Arrival, mark_arrived
from lyceum.domains.attendance.rules.marks import GivenMark, Saved, reopen_register, take_register
from lyceum.domains.attendance.rules.paper import note_paper
from lyceum.domains.attendance.sheet import SheetRow, read_known_sheet
from lyceum.domains.tenancy.queries import today

Day = date  # several schemas have a field called date


class RegisterOut(Schema):
    """A register without its marks."""

    id: UUID
    kind: str
    date: Day
    class_id: UUID
    class_name: str
    with_classes: list[UUID]
    """Other classes that are taught the same lesson, and are on this register."""
    session: str
    period: str
    room: str
    state: str
    due_at: datetime
    closes_at: datetime
    locks_at: datetime
    marked: int | None
    paper_takers: str
    """Who took it on paper, where it was typed in."""
    version: int


class MarkOut(Schema):
    """A mark as it stands. `status` is P, L, A or E besides the code; null where neither fits."""

    id: UUID
    code: str
    meaning: str
    status: str | None
    minutes_late: int | None
    note: str
    version: int
    marked_by: UUID | None
    marked_at: datetime


class LineOut(Schema):
    """A student on a register; `mark` is null while not taken, which is not absent."""

    student: UUID
    name: str
    registration_number: str
    flags: list[str]
    recent: list[str]
    prefilled: str | None
    """The code that a planned absence holds, or that is usual for a session in which the student is not expected."""
    locked_by: UUID | None
    """The planned absence that holds the mark."""
    mark: MarkOut | None


class SheetOut(RegisterOut):
    """A register with every student of the day."""

    lines: list[LineOut]


class RegisterFilter(Walk):
    """Which registers."""

    date: Day | None = None
    teacher: str | None = Field(None, pattern="^me$")
    state: str | None = Field(None, pattern="^(due|taken|closed|missed|locked|not_required)$")


def _register(register: Register, marked: int | None = None, instant: datetime | None = None) -> dict[str, Any]:
    return {
        "id": register.pk,
        "kind": register.kind,
        "date": register.on,
        "class_id": register.school_class_id,
        "class_name": register.class_name,
        "with_classes": register.with_classes,
        "session": register.session,
        "period": register.period,
        "room": register.room_name,
        "state": register.state_at(instant or clock.now()),
        "due_at": register.due_at,
        "closes_at": register.closes_at,
        "locks_at": register.locks_at,
        "marked": getattr(register, "marked", marked),
        "paper_takers": register.paper_takers,
        "version": register.version,
    }


@router.get("registers/", response=ListOf[RegisterOut], operation_id="listRegisters", by_alias=True)
def registers(request: HttpRequest, chosen: Query[RegisterFilter]) -> dict[str, Any]:
    """The registers of a day (today unless told otherwise) that the caller may see."""
    actor = actor_of(request)
    permission = Permission.REGISTERS_TAKE if chosen.teacher == "me" else Permission.REGISTERS_VIEW
    rows = list_registers(actor, day=chosen.date or today(), permission=permission)
    if chosen.state:
        rows = rows.filter(in_state([chosen.state], clock.now()))
    page = page_of(
        rows,
        order=("due_at", "class_name", "pk"),
        limit=chosen.limit,
        cursor=chosen.cursor,
        count=chosen.count,
    )
    return listed(page, [_register(row) for row in page.rows])


class KnownAt(Strict):
    """As it stands, or as it was known at an instant."""

    as_known_at: Instant | None = None


@router.get("registers/{uuid:register_id}/", response=SheetOut, operation_id="getRegister")
def register(request: HttpRequest, register_id: UUID, chosen: Query[KnownAt]) -> dict[str, Any]:
    """One register with every student of the day, their mark, flags and last sessions.

    With `as_known_at` the marks, the state and the last sessions are those that were known then; `version` is 0.
    """
    actor = actor_of(request)
    return _sheet(get_register(register_id, actor=actor), read_codes(actor), actor, chosen.as_known_at)


def _sheet(register: Register, codes: CodeList, actor: Actor, as_known_at: datetime | None = None) -> dict[str, Any]:
    register, rows = read_known_sheet(register, actor=actor, as_known_at=as_known_at)
    marked = sum(row.mark is not None for row in rows)
    shown = _register(register, marked, instant=as_known_at)
    return shown | {"lines": [_line(row, codes) for row in rows]}


def _line(row: SheetRow, codes: CodeList) -> dict[str, Any]:
    code = codes.by_id(row.mark.code_id) if row.mark else None
    prefilled = codes.by_id(row.prefilled.code_id) if row.prefilled else None
    mark = None
    if row.mark and code:
        mark = {
            "id": row.mark.id,
            "code": code.symbol,
            "meaning": code.meaning,
            "status": COUNTS[Meaning(code.meaning)].status,
            "minutes_late": row.mark.minutes_late,
            "note": row.mark.note,
            "version": row.mark.version,
            "marked_by": row.mark.marked_by,
            "marked_at": row.mark.marked_at,
        }
    return {
        "student": row.student_id,
        "name": row.name,
        "registration_number": row.number,
        "flags": [f"{kind}: {text}" for kind, text in row.flags],
        "recent": [glyph.symbol for glyph in row.strip],
        "prefilled": prefilled.symbol if prefilled else None,
        "locked_by": row.prefilled.planned_id if row.prefilled else None,
        "mark": mark,
    }


class MarkIn(Strict):
    """One mark: a student and a code's symbol."""

    student: UUID
    code: str = Field(max_length=4)
    minutes_late: int | None = Field(None, ge=0, le=600)
    time_in: TimeOfDay | None = None
    note: str = Field("", max_length=500)


class MarksIn(Strict):
    """Any number of marks. `rest: present` marks everybody who has no mark and none given here."""

    marks: list[MarkIn] = Field(default_factory=list, max_length=500)
    rest: str | None = Field(None, pattern="^present$")
    base_version: int | None = Field(None, ge=0, le=2147483647)
    reason: str = Field("", max_length=500)


class ConflictOut(Schema):
    """A row that somebody else changed meanwhile and that was left as it is."""

    student: UUID
    yours: str
    theirs: str
    by: str
    at: datetime
    version: int


class KeptOut(Schema):
    """A row that a planned absence holds and that was left as it says."""

    student: UUID
    planned: UUID
    code: str
    yours: str


class SavedOut(SheetOut):
    """The register after a save."""

    saved: int
    conflicts: list[ConflictOut]
    kept_planned: list[KeptOut]


@router.put("registers/{uuid:register_id}/marks/", response=SavedOut, operation_id="takeRegister")
def put_marks(request: HttpRequest, register_id: UUID, body: MarksIn) -> dict[str, Any]:
    """Save marks: all of them, or none where one is wrong."""
    actor = actor_of(request)
    marks = [
        GivenMark(m.student, m.code, minutes_late=m.minutes_late, time_in=m.time_in, note=m.note) for m in body.marks
    ]
    saved = take_register(
        register_id,
        marks=marks,
        rest=body.rest or "",
        base_version=body.base_version,
        reason=body.reason,
        actor=actor,
    )
    return _saved(saved, read_codes(actor), actor)


def _saved(saved: Saved, codes: CodeList, actor: Actor) -> dict[str, Any]:
    conflicts = [
        {
            "student": c.student_id,
            "yours": c.yours,
            "theirs": c.theirs,
            "by": c.by,
            "at": c.at,
            "version": c.version,
        }
        for c in saved.conflicts
    ]
    kept = [
        {"student": k.student_id, "planned": k.planned_id, "code": k.symbol, "yours": k.yours}
        for k in saved.kept_planned
    ]
    sheet = _sheet(saved.register, codes, actor)
    return sheet | {"saved": saved.saved, "conflicts": conflicts, "kept_planned": kept}


class ArrivedIn(Strict):
    """A student who is here although an absence was planned. The time decides whether they are late."""

    student: UUID
    time_in: TimeOfDay | None = None
    code: str = Field("", max_length=4)


@router.post("registers/{uuid:register_id}/arrived/", response=SavedOut, operation_id="markArrived")
def arrived(request: HttpRequest, register_id: UUID, body: ArrivedIn) -> dict[str, Any]:
    """Mark a student who is here after all: the planned absence ends before this session."""
    actor = actor_of(request)
    saved = mark_arrived(register_id, Arrival(body.student, body.time_in, body.code), actor=actor)
    return _saved(saved, read_codes(actor), actor)


class PaperIn(Strict):
    """Who took it on paper."""

    takers: str = Field(max_length=200)


@router.post("registers/{uuid:register_id}/paper/", response=RegisterOut, operation_id="notePaperRegister")
def paper(request: HttpRequest, register_id: UUID, body: PaperIn) -> dict[str, Any]:
    """Say that a register was taken on paper and typed in, and by whom it was taken."""
    return _register(note_paper(register_id, takers=body.takers, actor=actor_of(request)))


class ReopenIn(Strict):
    """Until when the register is open again, and why."""

    until: Instant
    reason: str = Field(max_length=500)


@router.post("registers/{uuid:register_id}/reopen/", response=RegisterOut, operation_id="reopenRegister")
def reopen(request: HttpRequest, register_id: UUID, body: ReopenIn) -> dict[str, Any]:
    """Let teachers change a locked register again."""
    return _register(reopen_register(register_id, until=body.until, reason=body.reason, actor=actor_of(request)))


class ChangeOut(Schema):
    """One version of a mark."""

    mark: UUID
    student: UUID
    name: str
    code: str
    meaning: str
    minutes_late: int | None
    note: str
    version: int
    by: str
    at: datetime
    via: str
    reason: str


@router.get("registers/{uuid:register_id}/history/", response=list[ChangeOut], operation_id="registerHistory")
def history(request: HttpRequest, register_id: UUID, chosen: Query[KnownAt]) -> list[dict[str, Any]]:
    """Every version of every mark: who, when, why, and through which door."""
    actor = actor_of(request)
    register = get_register(register_id, actor=actor)
    if chosen.as_known_at:
        changes = marks_as_known(register, instant=chosen.as_known_at, actor=actor)
    else:
        changes = list(list_history(register, actor=actor))
    return [
        {
            "mark": c.mark_id,
            "student": c.mark.student_id,
            "name": c.mark.student.person.full_name,
            "code": c.code.symbol,
            "meaning": c.code.meaning,
            "minutes_late": c.minutes_late,
            "note": c.note,
            "version": c.version,
            "by": c.marked_by_name,
            "at": c.marked_at,
            "via": c.via,
            "reason": c.reason,
        }
        for c in changes
    ]
