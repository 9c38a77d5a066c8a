"""Marks one by one over REST, flat, for software that knows no registers."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema, Status

from lyceum.core.errors import invalid_field
from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import Instant, ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.attendance.batches import as_they_were
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.models import Mark
from lyceum.domains.attendance.queries import (
    find_register,
    get_mark,
    list_marks,
)
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.marks import GivenMark, amend_mark, take_register
from lyceum.domains.tenancy.queries import today

Day = date  # several schemas have a field called date


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
    """Which marks, and as known when."""

    student: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    as_known_at: Instant | None = None


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
    first, last = span(chosen.from_, chosen.to)
    rows = list_marks(
        actor_of(request),
        first=first,
        last=last,
        student=chosen.student,
        school_class=chosen.class_id,
        as_known_at=chosen.as_known_at,
    )
    page = page_of(
        rows,
        order=("-register__on", "register_id", "pk"),
        limit=chosen.limit,
        cursor=chosen.cursor,
        count=chosen.count,
    )
    known = as_they_were(page.rows, instant=chosen.as_known_at) if chosen.as_known_at else page.rows
    return listed(page, [_flat(row) for row in known])


def span(first: Day | None, last: Day | None) -> tuple[Day, Day]:
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
