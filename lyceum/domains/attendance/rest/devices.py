"""REST door of devices without network: their batches, and what somebody has to decide afterwards."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Header, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.attendance.batches import read_marks
from lyceum.domains.attendance.models import Conflict, DeviceBatch, Mark
from lyceum.domains.attendance.queries import list_conflicts
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.conflicts import keep_mark, replace_mark
from lyceum.domains.attendance.rules.sync import DeviceMark, GivenBatch, receive_batch

Result = Literal["applied", "same", "conflict", "refused", "sent_to_office"]
_MOST_VERSIONS = 2147483647


class DeviceMarkIn(Strict):
    """One mark as the device kept it. `version` is the mark's version as last seen, 0 where there was none."""

    student: UUID
    code: str = Field(max_length=4)
    minutes_late: int | None = Field(None, ge=0, le=600)
    time_in: TimeOfDay | None = None
    version: int = Field(ge=0, le=_MOST_VERSIONS)
    at: Instant
    """When it was given, by the device's clock."""


class DeviceRegisterIn(Strict):
    """The marks for one register."""

    register_id: UUID = Field(alias="register")
    marks: list[DeviceMarkIn] = Field(max_length=500)


class BatchIn(Strict):
    """What a device gave while it had no network. The same key again has no second effect, for ever."""

    device: str = Field(min_length=1, max_length=64)
    key: str = Field(min_length=1, max_length=64)
    device_time: Instant
    """The device's clock as it made the batch."""
    registers: list[DeviceRegisterIn] = Field(max_length=100)


class SyncedMarkOut(Schema):
    """What became of one mark; `version` is the mark's now, `conflict` what somebody has to decide."""

    register_id: UUID
    student: UUID
    result: Result
    code: str
    message: str
    version: int
    conflict: UUID | None


class BatchOut(Schema):
    """What became of a batch. `code` is `sent_to_office` where something came too late to be written."""

    id: UUID
    key: str
    code: Literal["received", "sent_to_office"]
    received_at: datetime
    clock_ahead_seconds: int
    flags: list[str]
    results: list[SyncedMarkOut]


@router.post("attendance/batches/", response={200: BatchOut, 202: BatchOut}, operation_id="sendBatch")
def send_batch(
    request: HttpRequest,
    body: BatchIn,
    device_clock: Annotated[Instant | None, Header(alias="X-Device-Time")] = None,
) -> Status[dict[str, Any]]:
    """Write the marks of a device, each where the server still has the version that the device saw.

    A retry sends the same body; `X-Device-Time`, the device's clock as it sends, may differ and wins over
    `device_time`.
    """
    marks = [
        DeviceMark(
            each.register_id,
            mark.student,
            mark.code,
            seen=mark.version,
            marked_at=mark.at,
            minutes_late=mark.minutes_late,
            time_in=mark.time_in,
        )
        for each in body.registers
        for mark in each.marks
    ]
    given = GivenBatch(body.device, body.key, device_clock or body.device_time, marks)
    found = _batch(receive_batch(given, actor=actor_of(request)))
    return Status(202 if found["code"] == "sent_to_office" else 200, found)


def _batch(batch: DeviceBatch) -> dict[str, Any]:
    late = any(row["result"] == "sent_to_office" for row in batch.rows)
    return {
        "id": batch.pk,
        "key": batch.key,
        "code": "sent_to_office" if late else "received",
        "received_at": batch.received_at,
        "clock_ahead_seconds": batch.clock_ahead_seconds,
        "flags": batch.flags,
        "results": [row | {"conflict": row["conflict"] or None} for row in batch.rows],
    }


class DeviceValueOut(Schema):
    """What the device says."""

    code: str
    minutes_late: int | None
    by: str
    at: datetime


class ServerValueOut(Schema):
    """What the server said as the device's mark arrived; the version is of that moment."""

    code: str
    minutes_late: int | None
    by: str
    at: datetime
    version: int


class CurrentValueOut(Schema):
    """What the server says now."""

    code: str
    version: int


class OpenConflictOut(Schema):
    """Two values for one mark. `late`: it came after the register locked; `refused`: a rule refuses it."""

    id: UUID
    kind: Literal["changed", "late", "refused"]
    why: str
    register_id: UUID
    class_name: str
    date: date
    session: str
    period: str
    student: UUID
    name: str
    device: DeviceValueOut
    server: ServerValueOut | None
    current: CurrentValueOut | None
    state: Literal["open", "kept", "replaced"]
    decided_by: str
    decided_at: datetime | None


class ConflictFilter(Walk):
    """Which conflicts: the open ones, unless told otherwise."""

    state: Literal["open", "kept", "replaced"] = "open"
    register_id: UUID | None = Field(None, alias="register")


def _conflicts(rows: list[Conflict]) -> list[dict[str, Any]]:
    marks = read_marks({row.register_id for row in rows}, {row.student_id for row in rows})
    return [_conflict(row, marks.get((row.register_id, row.student_id))) for row in rows]


def _conflict(row: Conflict, mark: Mark | None) -> dict[str, Any]:
    server = {
        "code": row.server_symbol,
        "minutes_late": row.server_minutes_late,
        "by": row.server_by_name,
        "at": row.server_at,
        "version": row.server_version,
    }
    return {
        "id": row.pk,
        "kind": row.kind,
        "why": row.why,
        "register_id": row.register_id,
        "class_name": row.register.class_name,
        "date": row.register.on,
        "session": row.register.session,
        "period": row.register.period,
        "student": row.student_id,
        "name": row.student.person.full_name,
        "device": {
            "code": row.symbol,
            "minutes_late": row.minutes_late,
            "by": row.marked_by_name,
            "at": row.marked_at,
        },
        "server": server if row.server_version else None,
        "current": {"code": mark.code.symbol, "version": mark.version} if mark else None,
        "state": row.state,
        "decided_by": row.decided_by_name,
        "decided_at": row.decided_at,
    }


@router.get("attendance/conflicts/", response=ListOf[OpenConflictOut], operation_id="listConflicts")
def conflicts(request: HttpRequest, chosen: Query[ConflictFilter]) -> dict[str, Any]:
    """Marks of devices that somebody has to decide on, on the registers the caller may see; oldest first."""
    rows = list_conflicts(actor_of(request), state=chosen.state, register=chosen.register_id)
    page = page_of(rows, order=("marked_at", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, _conflicts(page.rows))


@router.post("attendance/conflicts/{uuid:conflict_id}/keep/", response=OpenConflictOut, operation_id="keepMark")
def keep(request: HttpRequest, conflict_id: UUID) -> dict[str, Any]:
    """Leave the register as it is."""
    [found] = _conflicts([keep_mark(conflict_id, actor=actor_of(request))])
    return found


class ReplaceIn(Strict):
    """The mark's version as last read: if it has changed since, nothing is written."""

    version: int | None = Field(None, ge=0, le=_MOST_VERSIONS)


@router.post("attendance/conflicts/{uuid:conflict_id}/replace/", response=OpenConflictOut, operation_id="replaceMark")
def replace(request: HttpRequest, conflict_id: UUID, body: ReplaceIn) -> dict[str, Any]:
    """Write the device's mark after all, as an amendment."""
    [found] = _conflicts([replace_mark(conflict_id, version=body.version, actor=actor_of(request))])
    return found
