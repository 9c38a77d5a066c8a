"""REST door of devices without network that took the register of a slot: their batches, and what is to be decided."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Header, Query, Schema, Status

from lyceum.core import rest_devices
from lyceum.core.devices import GivenBatch
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.behaviour.detention_queries import list_detention_conflicts
from lyceum.domains.behaviour.models import DetentionConflict, DetentionMark
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rules.detentions.conflicts import keep_detention_mark, replace_detention_mark
from lyceum.domains.behaviour.rules.detentions.sync import DeviceMark, receive_detention_batch


class DetentionDeviceMarkIn(rest_devices.DeviceMark):
    """One mark as the device kept it: `/` present, `L` late, `N` absent, `A` absent with leave, `E` left early,
    `R` refused. Minutes that are left out follow from when it was given.
    """

    detention: UUID
    minutes: int | None = Field(None, ge=0, le=240)


class DeviceSlotIn(Strict):
    """The marks for the register of one slot."""

    register_id: UUID = Field(alias="register")
    """The slot."""
    marks: list[DetentionDeviceMarkIn] = Field(max_length=200)


class DetentionBatchIn(rest_devices.Batch):
    """What a device gave while it had no network. The same key again has no second effect, for ever."""

    registers: list[DeviceSlotIn] = Field(max_length=50)


class SyncedDetentionOut(rest_devices.SyncedMark):
    """What became of one mark; `version` is the mark's now, `conflict` what somebody has to decide."""

    register_id: UUID
    detention: UUID
    conflict: UUID | None


class DetentionBatchOut(rest_devices.BatchAnswer):
    """What became of a batch. `code` is `sent_to_office` where something came too late to be written."""

    id: UUID
    results: list[SyncedDetentionOut]


@router.post(
    "detention-slots/batches/",
    response={200: DetentionBatchOut, 202: DetentionBatchOut},
    operation_id="sendDetentionBatch",
)
def send_batch(
    request: HttpRequest,
    body: DetentionBatchIn,
    device_clock: Annotated[Instant | None, Header(alias="X-Device-Time")] = None,
) -> Status[dict[str, Any]]:
    """Write the marks of a device, each where the server still has the version that the device saw.

    A retry sends the same body; `X-Device-Time`, the device's clock as it sends, may differ and wins over
    `device_time`.
    """
    marks = [
        DeviceMark(each.register_id, mark.detention, mark.code, mark.version, mark.at, mark.minutes)
        for each in body.registers
        for mark in each.marks
    ]
    given = GivenBatch(body.device, body.key, device_clock or body.device_time, marks)
    return Status(*rest_devices.answered(receive_detention_batch(given, actor=actor_of(request))))


class DetentionValueOut(Schema):
    """A mark with who gave it and when."""

    mark: str
    minutes: int | None
    by: str
    at: datetime


class ServerDetentionValueOut(DetentionValueOut):
    """What the server said as the device's mark arrived; the version is of that moment."""

    version: int


class CurrentDetentionOut(Schema):
    """What the server says now."""

    mark: str
    version: int


class DetentionDecisionOut(rest_devices.DecidedConflict):
    """Two values for one mark. `late`: it came after the register closed; `refused`: a rule refuses it."""

    id: UUID
    slot: UUID
    detention: UUID
    student: UUID
    name: str
    device: DetentionValueOut
    server: ServerDetentionValueOut | None
    current: CurrentDetentionOut | None


class DetentionConflictFilter(Walk):
    """Which conflicts: the open ones, unless told otherwise."""

    state: rest_devices.ConflictState = "open"
    slot: UUID | None = None


def _conflicts(rows: list[DetentionConflict]) -> list[dict[str, Any]]:
    marks = DetentionMark.objects.filter(detention__in=[row.detention_id for row in rows])
    now = {mark.detention_id: mark for mark in marks}
    return [_conflict(row, now.get(row.detention_id)) for row in rows]


def _conflict(row: DetentionConflict, mark: DetentionMark | None) -> dict[str, Any]:
    server = {
        "mark": row.server_mark,
        "minutes": row.server_minutes,
        "by": row.server_by_name,
        "at": row.server_at,
        "version": row.server_version,
    }
    return rest_devices.decided(row) | {
        "slot": row.detention.slot_id,
        "detention": row.detention_id,
        "student": row.detention.student_id,
        "name": row.detention.student.person.full_name,
        "device": {"mark": row.mark, "minutes": row.minutes, "by": row.marked_by_name, "at": row.marked_at},
        "server": server if row.server_version else None,
        "current": {"mark": mark.mark, "version": mark.version} if mark else None,
    }


@router.get("detention-slots/conflicts/", response=ListOf[DetentionDecisionOut], operation_id="listDetentionConflicts")
def conflicts(request: HttpRequest, chosen: Query[DetentionConflictFilter]) -> dict[str, Any]:
    """Marks of devices that somebody has to decide on, of the slots the caller runs; oldest first."""
    rows = list_detention_conflicts(actor_of(request), state=chosen.state, slot=chosen.slot)
    page = page_of(rows, order=("marked_at", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, _conflicts(page.rows))


@router.post(
    "detention-slots/conflicts/{uuid:detention_conflict_id}/keep/",
    response=DetentionDecisionOut,
    operation_id="keepDetentionMark",
)
def keep(request: HttpRequest, detention_conflict_id: UUID) -> dict[str, Any]:
    """Leave the register as it is."""
    [found] = _conflicts([keep_detention_mark(detention_conflict_id, actor=actor_of(request))])
    return found


class ReplaceDetentionMarkIn(Strict):
    """The mark's version as last read: if it has changed since, nothing is written. A reason where it came late."""

    version: int | None = Field(None, ge=0, le=rest_devices.MOST_VERSIONS)
    reason: str = Field("", max_length=200)


@router.post(
    "detention-slots/conflicts/{uuid:detention_conflict_id}/replace/",
    response=DetentionDecisionOut,
    operation_id="replaceDetentionMark",
)
def replace(request: HttpRequest, detention_conflict_id: UUID, body: ReplaceDetentionMarkIn) -> dict[str, Any]:
    """Write the device's mark after all; what the register said before is kept."""
    done = replace_detention_mark(
        detention_conflict_id, version=body.version, reason=body.reason, actor=actor_of(request)
    )
    [found] = _conflicts([done])
    return found
