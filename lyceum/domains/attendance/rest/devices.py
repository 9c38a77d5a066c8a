"""REST door of devices without network: their batches, and what somebody has to decide afterwards."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Header, Query, Schema, Status

from lyceum.core import rest_devices
from lyceum.core.devices import GivenBatch
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.attendance.batches import read_marks
from lyceum.domains.attendance.models import Conflict, Mark
from lyceum.domains.attendance.queries import list_conflicts
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.conflicts import keep_mark, replace_mark
from lyceum.domains.attendance.rules.sync import DeviceMark, receive_batch


class DeviceMarkIn(rest_devices.DeviceMark):
    """One mark as the device kept it. `version` is the mark's version as last seen, 0 where there was none."""

    student: UUID
    minutes_late: int | None = Field(None, ge=0, le=600)
    time_in: TimeOfDay | None = None


class DeviceRegisterIn(Strict):
    """The marks for one register."""

    register_id: UUID = Field(alias="register")
    marks: list[DeviceMarkIn] = Field(max_length=500)


class BatchIn(rest_devices.Batch):
    """What a device gave while it had no network. The same key again has no second effect, for ever."""

    registers: list[DeviceRegisterIn] = Field(max_length=100)


class SyncedMarkOut(rest_devices.SyncedMark):
    """What became of one mark; `version` is the mark's now, `conflict` what somebody has to decide."""

    register_id: UUID
    student: UUID
    conflict: UUID | None


class BatchOut(rest_devices.BatchAnswer):
    """What became of a batch. `code` is `sent_to_office` where something came too late to be written."""

    id: UUID
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
    return Status(*rest_devices.answered(receive_batch(given, actor=actor_of(request))))


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


class OpenConflictOut(rest_devices.DecidedConflict):
    """Two values for one mark. `late`: it came after the register locked; `refused`: a rule refuses it."""

    id: UUID
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


class ConflictFilter(Walk):
    """Which conflicts: the open ones, unless told otherwise."""

    state: rest_devices.ConflictState = "open"
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
    return rest_devices.decided(row) | {
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

    version: int | None = Field(None, ge=0, le=rest_devices.MOST_VERSIONS)


@router.post("attendance/conflicts/{uuid:conflict_id}/replace/", response=OpenConflictOut, operation_id="replaceMark")
def replace(request: HttpRequest, conflict_id: UUID, body: ReplaceIn) -> dict[str, Any]:
    """Write the device's mark after all, as an amendment."""
    [found] = _conflicts([replace_mark(conflict_id, version=body.version, actor=actor_of(request))])
    return found
