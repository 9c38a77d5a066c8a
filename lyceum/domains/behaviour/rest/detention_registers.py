"""The register of a slot over REST."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema

from lyceum.core.actor import Actor
from lyceum.core.rest import Strict, actor_of
from lyceum.domains.behaviour.detention_queries import (
    get_slot_for_run,
)
from lyceum.domains.behaviour.detention_sheet import SlotRow, read_slot_sheet
from lyceum.domains.behaviour.models import DetentionSlot
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, take_slot_register

Day = date  # several schemas have a field called date
MARK = "^(present|late|absent_unexcused|absent_authorised|left_early|refused)$"


class DetentionMarkOut(Schema):
    """What the register says of a student."""

    mark: str
    minutes: int | None
    outcome: str
    reason: str
    by: str
    at: datetime
    version: int


class DetentionLineOut(Schema):
    """A student of a slot; `expected` is the mark that follows from what is known of their day."""

    detention: UUID
    student: UUID
    name: str
    state: str
    expected: str
    mark: DetentionMarkOut | None


class DetentionSheetOut(Schema):
    """The register of a slot."""

    slot: UUID
    type_name: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    state: str
    version: int
    lines: list[DetentionLineOut]


def _sheet(slot: DetentionSlot, actor: Actor) -> dict[str, Any]:
    return {
        "slot": slot.pk,
        "type_name": slot.type.name,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "opens_at": slot.opens_at,
        "closes_at": slot.closes_at,
        "state": slot.state,
        "version": slot.version,
        "lines": [_line(row) for row in read_slot_sheet(slot, actor=actor)],
    }


def _line(row: SlotRow) -> dict[str, Any]:
    mark = row.mark
    return {
        "detention": row.detention.pk,
        "student": row.detention.student_id,
        "name": row.name,
        "state": row.detention.state,
        "expected": row.expected,
        "mark": mark
        and {
            "mark": mark.mark,
            "minutes": mark.minutes,
            "outcome": mark.outcome,
            "reason": mark.reason,
            "by": mark.by_name,
            "at": mark.at,
            "version": mark.version,
        },
    }


@router.get("detention-slots/{uuid:slot_id}/register/", response=DetentionSheetOut, operation_id="getDetentionRegister")
def register(request: HttpRequest, slot_id: UUID) -> dict[str, Any]:
    """Who serves in a slot, and what was marked."""
    actor = actor_of(request)
    return _sheet(get_slot_for_run(slot_id, actor=actor), actor)


class DetentionMarkIn(Strict):
    """One mark. Minutes late, or left early by; `outcome` where more than a third was missed, with a reason."""

    detention: UUID
    mark: str = Field(pattern=MARK)
    minutes: int | None = Field(None, ge=1, le=240)
    outcome: str = Field("", pattern="^(|completed|missed)$")
    reason: str = Field("", max_length=300)


class DetentionMarksIn(Strict):
    """Any number of marks. `rest: present` marks everybody who has no mark and none given here."""

    marks: list[DetentionMarkIn] = Field(default_factory=list, max_length=200)
    rest: str | None = Field(None, pattern="^present$")
    base_version: int | None = Field(None, ge=0, le=2147483647)
    reason: str = Field("", max_length=300)


class DetentionConflictOut(Schema):
    """A row that somebody else changed meanwhile and that was left as it is."""

    detention: UUID
    yours: str
    theirs: str
    by: str
    at: datetime
    version: int


class DetentionSavedOut(DetentionSheetOut):
    """The register after a save."""

    saved: int
    conflicts: list[DetentionConflictOut]


@router.put(
    "detention-slots/{uuid:slot_id}/register/", response=DetentionSavedOut, operation_id="takeDetentionRegister"
)
def take(request: HttpRequest, slot_id: UUID, body: DetentionMarksIn) -> dict[str, Any]:
    """Save marks: all of them, or none where one is wrong."""
    actor = actor_of(request)
    saved = take_slot_register(
        slot_id,
        marks=[GivenMark(m.detention, m.mark, m.minutes, m.outcome, m.reason) for m in body.marks],
        rest=body.rest or "",
        base_version=body.base_version,
        reason=body.reason,
        actor=actor,
    )
    conflicts = [
        {
            "detention": each.detention_id,
            "yours": each.yours,
            "theirs": each.theirs,
            "by": each.by,
            "at": each.at,
            "version": each.version,
        }
        for each in saved.conflicts
    ]
    return _sheet(saved.slot, actor) | {"saved": saved.saved, "conflicts": conflicts}
