"""REST door of attendance."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import Instant, ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.models import Mark, Register
from lyceum.domains.attendance.numbers import Numbers, Summary, summarise
from lyceum.domains.attendance.queries import (
    find_register,
    get_mark,
    get_register,
    list_history,
    list_marks,
    list_registers,
    marks_as_known,
)
from lyceum.domains.attendance.rules.marks import GivenMark, Saved, amend_mark, reopen_register, take_register
from lyceum.domains.attendance.rules.setup import choose_codes, set_session_times
from lyceum.domains.attendance.sheet import SheetRow, read_sheet
from lyceum.domains.tenancy.queries import today

router = Router(tags=["attendance"])
Day = date  # several schemas have a field called date


class RegisterOut(Schema):
    """A register without its marks."""

    id: UUID
    kind: str
    date: Day
    class_id: UUID
    class_name: str
    session: str
    period: str
    room: str
    state: str
    due_at: datetime
    closes_at: datetime
    locks_at: datetime
    marked: int | None
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
    mark: MarkOut | None


class SheetOut(RegisterOut):
    """A register with every student of the day."""

    lines: list[LineOut]


class RegisterFilter(Walk):
    """Which registers."""

    date: Day | None = None
    teacher: str | None = Field(None, pattern="^me$")
    state: str | None = Field(None, pattern="^(due|taken|closed|missed|locked|not_required)$")


def _register(register: Register, marked: int | None = None) -> dict[str, Any]:
    return {
        "id": register.pk,
        "kind": register.kind,
        "date": register.on,
        "class_id": register.school_class_id,
        "class_name": register.class_name,
        "session": register.session,
        "period": register.period,
        "room": register.room_name,
        "state": register.state_at(clock.now()),
        "due_at": register.due_at,
        "closes_at": register.closes_at,
        "locks_at": register.locks_at,
        "marked": getattr(register, "marked", marked),
        "version": register.version,
    }


@router.get("registers/", response=ListOf[RegisterOut], operation_id="listRegisters", by_alias=True)
def registers(request: HttpRequest, chosen: Query[RegisterFilter]) -> dict[str, Any]:
    """The registers of a day (today unless told otherwise) that the caller may see."""
    actor = actor_of(request)
    permission = Permission.REGISTERS_TAKE if chosen.teacher == "me" else Permission.REGISTERS_VIEW
    rows = list_registers(actor, day=chosen.date or today(), permission=permission)
    page = page_of(
        rows,
        order=("due_at", "class_name", "pk"),
        limit=chosen.limit,
        cursor=chosen.cursor,
        count=chosen.count,
    )
    items = [_register(row) for row in page.rows]
    return listed(page, [item for item in items if chosen.state in (None, item["state"])])


@router.get("registers/{uuid:register_id}/", response=SheetOut, operation_id="getRegister")
def register(request: HttpRequest, register_id: UUID) -> dict[str, Any]:
    """One register with every student of the day, their mark, flags and last sessions."""
    actor = actor_of(request)
    return _sheet(get_register(register_id, actor=actor), read_codes(actor), actor)


def _sheet(register: Register, codes: CodeList, actor: Actor) -> dict[str, Any]:
    rows = read_sheet(register, actor=actor)
    marked = sum(row.mark is not None for row in rows)
    return _register(register, marked) | {"lines": [_line(row, codes) for row in rows]}


def _line(row: SheetRow, codes: CodeList) -> dict[str, Any]:
    code = codes.by_id(row.mark.code_id) if row.mark else None
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


class SavedOut(SheetOut):
    """The register after a save."""

    saved: int
    conflicts: list[ConflictOut]


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
    return _sheet(saved.register, codes, actor) | {"saved": saved.saved, "conflicts": conflicts}


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


class HistoryFilter(Strict):
    """All versions, or what was known at an instant."""

    as_known_at: Instant | None = None


@router.get("registers/{uuid:register_id}/history/", response=list[ChangeOut], operation_id="registerHistory")
def history(request: HttpRequest, register_id: UUID, chosen: Query[HistoryFilter]) -> list[dict[str, Any]]:
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


class FlatMarkOut(Schema):
    """A mark with its student, class and day."""

    id: UUID
    student: UUID
    name: str
    register_id: UUID
    class_id: UUID
    class_name: str
    date: Day
    session: str
    period: str
    code: str
    status: str | None
    minutes_late: int | None
    time_in: TimeOfDay | None
    time_out: TimeOfDay | None
    notes: str
    version: int


class MarkFilter(Walk):
    """Which marks."""

    student: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None


def _flat(mark: Mark) -> dict[str, Any]:
    return {
        "id": mark.pk,
        "student": mark.student_id,
        "name": mark.student.person.full_name,
        "register_id": mark.register_id,
        "class_id": mark.register.school_class_id,
        "class_name": mark.register.class_name,
        "date": mark.register.on,
        "session": mark.register.session,
        "period": mark.register.period,
        "code": mark.code.symbol,
        "status": COUNTS[Meaning(mark.code.meaning)].status,
        "minutes_late": mark.minutes_late,
        "time_in": mark.time_in,
        "time_out": mark.time_out,
        "notes": mark.note,
        "version": mark.version,
    }


@router.get("attendance/", response=ListOf[FlatMarkOut], operation_id="listMarks")
def marks(request: HttpRequest, chosen: Query[MarkFilter]) -> dict[str, Any]:
    """Marks of the registers the caller may see, newest day first."""
    first, last = _span(chosen.from_, chosen.to)
    rows = list_marks(actor_of(request), first=first, last=last, student=chosen.student, school_class=chosen.class_id)
    page = page_of(
        rows,
        order=("-register__on", "register_id", "pk"),
        limit=chosen.limit,
        cursor=chosen.cursor,
        count=chosen.count,
    )
    return listed(page, [_flat(row) for row in page.rows])


def _span(first: Day | None, last: Day | None) -> tuple[Day, Day]:
    day = today()
    span = (first or day, last or max(day, first or day))
    if span[1] < span[0]:
        raise invalid_field("/to", "order", _("The last day lies before the first day."))
    return span


class FlatMarkIn(Strict):
    """One mark by class and day. Give a `code`, or a `status` of P, A, L or E."""

    student: UUID
    class_id: UUID = Field(alias="class")
    date: Day
    session: str = Field("", pattern="^(|AM|PM|DAY)$")
    period: str = Field("", max_length=20)
    status: str | None = Field(None, pattern="^[PALE]$")
    code: str | None = Field(None, max_length=4)
    time_in: TimeOfDay | None = None
    notes: str = Field("", max_length=500)
    reason: str = Field("", max_length=500)


@router.post("attendance/", response={201: FlatMarkOut}, operation_id="createMark")
def create_mark(request: HttpRequest, body: FlatMarkIn) -> Status[dict[str, Any]]:
    """Mark one student on a class's register of a day."""
    actor, taking = actor_of(request), Permission.REGISTERS_TAKE
    register = find_register(
        class_id=body.class_id,
        day=body.date,
        session=body.session,
        period=body.period,
        permission=taking,
        actor=actor,
    )
    code = read_codes(actor).for_status(body.status or "", body.session)
    symbol = body.code or (code.symbol if code else "")
    if not symbol:
        raise invalid_field("/code", "required", _("Give a code, or a status of P, A, L or E."))
    given = GivenMark(body.student, symbol, time_in=body.time_in, note=body.notes)
    take_register(register.pk, marks=[given], reason=body.reason, actor=actor)
    rows = list_marks(actor, first=body.date, last=body.date, student=body.student, permission=taking)
    return Status(201, _flat(rows.get(register=register.pk)))


class AmendIn(Strict):
    """A new code for a mark, with a reason; `version` as last read."""

    code: str = Field(max_length=4)
    reason: str = Field(max_length=500)
    notes: str = Field("", max_length=500)
    version: int | None = Field(None, ge=1, le=2147483647)


@router.patch("attendance/{uuid:mark_id}/", response=FlatMarkOut, operation_id="amendMark")
def patch_mark(request: HttpRequest, mark_id: UUID, body: AmendIn) -> dict[str, Any]:
    """Change one mark; what it was is kept."""
    actor = actor_of(request)
    amend_mark(mark_id, symbol=body.code, reason=body.reason, note=body.notes, version=body.version, actor=actor)
    return _flat(get_mark(mark_id, actor=actor, permission=Permission.REGISTERS_TAKE))


class NumbersOut(Schema):
    """Sessions counted. `percent` is null where nothing was possible; `missing` is beside it, never in it."""

    possible: int
    attended: int
    authorised: int
    unauthorised: int
    late: int
    missing: int
    percent: Decimal | None


class StudentNumbersOut(NumbersOut):
    """One student's numbers."""

    student: UUID


class ExplainedOut(Schema):
    """One session behind a number."""

    student: UUID
    date: Day
    session: str
    code: str
    meaning: str
    counted: bool
    why: str
    rule_version: str


class SummaryOut(Schema):
    """Numbers in all and per student, with their inputs where asked for."""

    from_: Day = Field(alias="from")
    to: Day
    total: NumbersOut
    students: list[StudentNumbersOut]
    explained: list[ExplainedOut]


class SummaryFilter(Strict):
    """Whose numbers, over which days, and as known when."""

    student: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    grade: UUID | None = None
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    as_known_at: Instant | None = None
    explain: bool = False


def _numbers(numbers: Numbers) -> dict[str, Any]:
    return {
        "possible": numbers.possible,
        "attended": numbers.attended,
        "authorised": numbers.authorised,
        "unauthorised": numbers.unauthorised,
        "late": numbers.late,
        "missing": numbers.missing,
        "percent": numbers.percent,
    }


@router.get("attendance/summary/", response=SummaryOut, by_alias=True, operation_id="attendanceSummary")
def summary(request: HttpRequest, chosen: Query[SummaryFilter]) -> dict[str, Any]:
    """Attendance in numbers. `explain` lists every session that was counted, or left out and why."""
    first, last = _span(chosen.from_, chosen.to)
    found = summarise(
        actor_of(request),
        first=first,
        last=last,
        student=chosen.student,
        school_class=chosen.class_id,
        grade=chosen.grade,
        as_known_at=chosen.as_known_at,
        explain=chosen.explain,
    )
    return {"from": first, "to": last, **_summary(found)}


def _summary(found: Summary) -> dict[str, Any]:
    return {
        "total": _numbers(found.total),
        "students": [{"student": s, **_numbers(n)} for s, n in found.per_student.items()],
        "explained": [
            {
                "student": e.student_id,
                "date": e.on,
                "session": e.session,
                "code": e.symbol,
                "meaning": e.meaning,
                "counted": e.counted,
                "why": e.why,
                "rule_version": e.rule_version,
            }
            for e in found.explained
        ],
    }


class CodeOut(Schema):
    """A code in use."""

    symbol: str
    label: str
    family_label: str
    meaning: str
    status: str | None
    session: str
    future_allowed: bool
    may_give: bool


@router.get("attendance/codes/", response=list[CodeOut], operation_id="listCodes")
def codes(request: HttpRequest) -> list[dict[str, Any]]:
    """The codes in use, in the order in which they are offered, and whether the caller may give them."""
    actor = actor_of(request)
    actor.require(Permission.REGISTERS_VIEW)
    found = read_codes(actor)
    return [
        {
            "symbol": code.symbol,
            "label": code.label,
            "family_label": code.family_label,
            "meaning": code.meaning,
            "status": COUNTS[Meaning(code.meaning)].status,
            "session": code.session,
            "future_allowed": code.future_allowed,
            "may_give": found.may_give(code),
        }
        for code in found.codes
        if code.active
    ]


class PresetIn(Strict):
    """A published set of codes."""

    preset: str = Field(max_length=20)


class PresetOut(Schema):
    """The set in use."""

    preset: str
    version: str
    source: str


@router.post("attendance/codes/", response={201: PresetOut}, operation_id="chooseCodes")
def choose(request: HttpRequest, body: PresetIn) -> Status[dict[str, Any]]:
    """Mark with a published set of codes from now on."""
    code_set = choose_codes(body.preset, actor=actor_of(request))
    return Status(201, {"preset": code_set.preset, "version": code_set.version, "source": code_set.source})


class TimesIn(Strict):
    """When a session starts and its register closes, from a day on."""

    session: str = Field(pattern="^(AM|PM|DAY)$")
    starts_at: TimeOfDay
    closes_at: TimeOfDay
    starts_on: Day | None = None


class TimesOut(Schema):
    """Session times."""

    id: UUID
    session: str
    starts_at: TimeOfDay
    closes_at: TimeOfDay
    starts_on: Day


@router.put("attendance/session-times/", response=TimesOut, operation_id="setSessionTimes")
def put_times(request: HttpRequest, body: TimesIn) -> dict[str, Any]:
    """Set the times of a session from a day on."""
    times = set_session_times(
        session=body.session,
        starts_at=body.starts_at,
        closes_at=body.closes_at,
        starts_on=body.starts_on,
        actor=actor_of(request),
    )
    return {
        "id": times.pk,
        "session": times.session,
        "starts_at": times.starts_at,
        "closes_at": times.closes_at,
        "starts_on": times.starts_on,
    }
