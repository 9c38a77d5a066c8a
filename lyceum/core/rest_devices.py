"""What the REST doors for devices without network have in common, whatever kind of register they take."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import NonNegativeInt

from lyceum.core.devices import BatchRow, ConflictRow
from lyceum.core.rest import Instant, Strict

Result = Literal["applied", "same", "conflict", "refused", "sent_to_office"]
ConflictState = Literal["open", "kept", "replaced"]
MOST_VERSIONS = 2147483647


class DeviceMark(Strict):
    """One mark as the device kept it. `version` is the mark's version as last seen, 0 where there was none."""

    code: str = Field(max_length=4)
    version: int = Field(ge=0, le=MOST_VERSIONS)
    at: Instant
    """When it was given, by the device's clock."""


class Batch(Strict):
    """What a device gave while it had no network. The same key again has no second effect, for ever."""

    device: str = Field(min_length=1, max_length=64)
    key: str = Field(min_length=1, max_length=64)
    device_time: Instant
    """The device's clock as it made the batch."""


class SyncedMark(Schema):
    """What became of one mark; `version` is the mark's now, `conflict` what somebody has to decide."""

    result: Result
    code: str
    message: str
    version: NonNegativeInt


class BatchAnswer(Schema):
    """What became of a batch. `code` is `sent_to_office` where something came too late to be written."""

    key: str
    code: Literal["received", "sent_to_office"]
    received_at: datetime
    clock_ahead_seconds: int
    flags: list[str]


def answered(batch: BatchRow) -> tuple[int, dict[str, Any]]:
    """What became of a batch, and its status: 202 where something waits for the office."""
    late = any(row["result"] == "sent_to_office" for row in batch.rows)
    found = {
        "id": batch.pk,
        "key": batch.key,
        "code": "sent_to_office" if late else "received",
        "received_at": batch.received_at,
        "clock_ahead_seconds": batch.clock_ahead_seconds,
        "flags": batch.flags,
        "results": [row | {"conflict": row["conflict"] or None} for row in batch.rows],
    }
    return 202 if late else 200, found


class DecidedConflict(Schema):
    """Two values for one mark, and what somebody decided."""

    kind: Literal["changed", "late", "refused"]
    why: str
    state: ConflictState
    decided_by: str
    decided_at: datetime | None


def decided(row: ConflictRow) -> dict[str, Any]:
    """What every kind of conflict says of itself."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "why": row.why,
        "state": row.state,
        "decided_by": row.decided_by_name,
        "decided_at": row.decided_at,
    }
