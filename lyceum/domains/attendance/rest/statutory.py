"""What decides the statutory mark besides registers, over REST: rules, overrides, closures, sessions not expected."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema, Status

from lyceum.core.errors import invalid_field
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.attendance.models import AttendanceRule, Closure, SessionMark, SessionMarkPast, SessionPattern
from lyceum.domains.attendance.rest.marks import span
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.closures import NewClosure, close_sessions, list_closures, undo_closure
from lyceum.domains.attendance.rules.methods import NUMBERS, get_rule, set_rule
from lyceum.domains.attendance.rules.overrides import clear_override, end_pattern, override_session, set_pattern
from lyceum.domains.attendance.sessions import get_session_mark, list_session_marks_as_known
from lyceum.domains.tenancy.queries import today

Day = date  # several schemas have a field called date
SESSION = "^(AM|PM|DAY)$"


class SessionMarkOut(Schema):
    """A statutory mark, what decided it and by which method."""

    student: UUID
    name: str
    date: Day
    session: str
    code: str
    meaning: str
    origin: str
    method: str
    half: bool
    minutes_late: int | None
    register_id: UUID | None
    recorded_at: datetime


def _mark(row: SessionMark | SessionMarkPast) -> dict[str, Any]:
    return {
        "student": row.student_id,
        "name": row.student.person.full_name,
        "date": row.on,
        "session": row.session,
        "code": row.symbol,
        "meaning": row.meaning,
        "origin": row.origin,
        "method": row.method,
        "half": row.half,
        "minutes_late": row.minutes_late,
        "register_id": row.register_id,
        "recorded_at": row.recorded_at,
    }


class SessionMarkFilter(Walk):
    """Which statutory marks, and as known when."""

    student: UUID | None = None
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    as_known_at: Instant | None = None


@router.get("attendance/session-marks/", response=ListOf[SessionMarkOut], operation_id="listSessionMarks")
def session_marks(request: HttpRequest, chosen: Query[SessionMarkFilter]) -> dict[str, Any]:
    """Statutory marks of the students whose attendance the caller may see, the newest day first."""
    first, last = span(chosen.from_, chosen.to)
    rows = list_session_marks_as_known(
        actor_of(request), first=first, last=last, student=chosen.student, as_known_at=chosen.as_known_at
    )
    order = ("-on", "student_id", "session")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_mark(row) for row in page.rows])


class OverrideIn(Strict):
    """The office's own word on a session, with a reason."""

    student: UUID
    date: Day
    session: str = Field(pattern=SESSION)
    code: str = Field(max_length=4)
    reason: str = Field(max_length=500)


@router.post("attendance/session-marks/override/", response=SessionMarkOut, operation_id="overrideSession")
def override(request: HttpRequest, body: OverrideIn) -> dict[str, Any]:
    """Say what a session was, whatever registers and plans say."""
    actor = actor_of(request)
    override_session(
        body.student, on=body.date, session=body.session, symbol=body.code, reason=body.reason, actor=actor
    )
    return _mark(get_session_mark(body.student, on=body.date, session=body.session, actor=actor))


class ClearIn(Strict):
    """Which override is taken back, and why."""

    student: UUID
    date: Day
    session: str = Field(pattern=SESSION)
    reason: str = Field(max_length=500)


@router.post("attendance/session-marks/clear/", response={204: None}, operation_id="clearSession")
def clear(request: HttpRequest, body: ClearIn) -> Status[None]:
    """Let registers and plans decide the session again."""
    clear_override(body.student, on=body.date, session=body.session, reason=body.reason, actor=actor_of(request))
    return Status(204, None)


class PatternIn(Strict):
    """Sessions of the week in which a student is not expected here: `5PM` is Friday afternoon."""

    student: UUID
    case: str = Field(pattern="^(part_time|not_compulsory|dual|guest)$")
    sessions: list[str] = Field(min_length=1, max_length=21)
    from_: Day = Field(alias="from")
    to: Day | None = None
    reason: str = Field("", max_length=300)


class PatternOut(Schema):
    """Sessions of the week in which a student is not expected here."""

    id: UUID
    student: UUID
    case: str
    sessions: list[str]
    from_: Day = Field(alias="from")
    to: Day | None


def _pattern(row: SessionPattern) -> dict[str, Any]:
    return {
        "id": row.pk,
        "student": row.student_id,
        "case": row.case,
        "sessions": row.sessions,
        "from": row.starts_on,
        "to": row.ends_on,
    }


@router.post(
    "attendance/session-patterns/", response={201: PatternOut}, by_alias=True, operation_id="setSessionPattern"
)
def post_pattern(request: HttpRequest, body: PatternIn) -> Status[dict[str, Any]]:
    """Say in which sessions a student is not expected here, from a day on."""
    pattern = set_pattern(
        body.student,
        case=body.case,
        sessions=body.sessions,
        starts_on=body.from_,
        ends_on=body.to,
        reason=body.reason,
        actor=actor_of(request),
    )
    return Status(201, _pattern(pattern))


class EndIn(Strict):
    """The last day."""

    last_day: Day


@router.post(
    "attendance/session-patterns/{uuid:pattern_id}/end/",
    response=PatternOut,
    by_alias=True,
    operation_id="endSessionPattern",
)
def end(request: HttpRequest, pattern_id: UUID, body: EndIn) -> dict[str, Any]:
    """The student is expected in all sessions again."""
    return _pattern(end_pattern(pattern_id, last_day=body.last_day, actor=actor_of(request)))


class ClosureIn(Strict):
    """Days, sessions and grades that could not be kept; nothing named: all of them."""

    from_: Day = Field(alias="from")
    to: Day | None = None
    sessions: list[str] = Field(default_factory=list, max_length=3)
    grades: list[UUID] = Field(default_factory=list, max_length=100)
    code: str = Field("", max_length=4)
    reason: str = Field(max_length=300)


class ClosureOut(Schema):
    """An exceptional closure; `changed` says how many statutory marks the act changed."""

    id: UUID
    from_: Day = Field(alias="from")
    to: Day
    sessions: list[str]
    grades: list[UUID]
    code: str
    reason: str
    made_by: str
    made_at: datetime
    undone_by: str
    undone_at: datetime | None
    changed: int | None


def _closure(row: Closure, changed: int | None = None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "from": row.starts_on,
        "to": row.ends_on,
        "sessions": row.sessions,
        "grades": row.grades,
        "code": row.code.symbol,
        "reason": row.reason,
        "made_by": row.made_by_name,
        "made_at": row.created_at,
        "undone_by": row.undone_by_name,
        "undone_at": row.undone_at,
        "changed": changed,
    }


@router.get("attendance/closures/", response=ListOf[ClosureOut], by_alias=True, operation_id="listClosures")
def closures(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """Exceptional closures, the newest first."""
    rows, order = list_closures(actor_of(request)), ("-starts_on", "-pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_closure(row) for row in page.rows])


@router.post("attendance/closures/", response={201: ClosureOut}, by_alias=True, operation_id="closeSessions")
def close(request: HttpRequest, body: ClosureIn) -> Status[dict[str, Any]]:
    """Write a closure's code over marks that give way to it, and over sessions not taken."""
    new = NewClosure(body.from_, body.to or body.from_, body.reason, body.sessions, body.grades, body.code)
    closed = close_sessions(new, actor=actor_of(request))
    return Status(201, _closure(closed.closure, closed.changed))


@router.post(
    "attendance/closures/{uuid:closure_id}/undo/", response=ClosureOut, by_alias=True, operation_id="undoClosure"
)
def undo(request: HttpRequest, closure_id: UUID) -> dict[str, Any]:
    """Take a closure back: every session says again what it said."""
    closed = undo_closure(closure_id, actor=actor_of(request))
    return _closure(closed.closure, closed.changed)


class RuleOut(Schema):
    """How the school counts from a day on."""

    starts_on: Day
    method: str
    numbers: dict[str, int]


class RuleIn(Strict):
    """The method, the settable numbers that change, and from which day on."""

    starts_on: Day
    method: str = Field("", pattern="^(|daily|best_in_window|first_lesson|minutes)$")
    numbers: dict[str, int] = Field(default_factory=dict)


def _rule(row: AttendanceRule) -> dict[str, Any]:
    numbers = {name: getattr(row, name) for name in NUMBERS}
    return {"starts_on": row.starts_on, "method": row.method, "numbers": numbers}


class RuleFilter(Strict):
    """On which day."""

    on: Day | None = None


@router.get("attendance/rules/", response=RuleOut, operation_id="getAttendanceRule")
def rule(request: HttpRequest, chosen: Query[RuleFilter]) -> dict[str, Any]:
    """The method and the numbers that hold on a day, today unless told otherwise."""
    return _rule(get_rule(chosen.on or today(), actor=actor_of(request)))


@router.put("attendance/rules/", response=RuleOut, operation_id="setAttendanceRule")
def put_rule(request: HttpRequest, body: RuleIn) -> dict[str, Any]:
    """Count by another method or with other numbers, from today or later. Closed days keep theirs."""
    unknown = sorted(set(body.numbers) - set(NUMBERS))
    if unknown:
        raise invalid_field(f"/numbers/{unknown[0]}", "extra_forbidden", _("There is no such number."))
    return _rule(set_rule(starts_on=body.starts_on, method=body.method, numbers=body.numbers, actor=actor_of(request)))
