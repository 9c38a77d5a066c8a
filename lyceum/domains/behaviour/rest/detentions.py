"""Detentions over REST: set, listed, moved, taken back; asked about and acknowledged by families."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.behaviour.detention_calendar import sign_feed
from lyceum.domains.behaviour.detention_policies import is_staff_here
from lyceum.domains.behaviour.detention_queries import DETENTION_ORDER, get_detention, list_detentions
from lyceum.domains.behaviour.models import Detention
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rules.detentions.fitting import Passed
from lyceum.domains.behaviour.rules.detentions.moving import Moved, ask_to_move, reschedule_detention, shown
from lyceum.domains.behaviour.rules.detentions.setting import (
    NewDetention,
    Placed,
    approve_detention,
    cancel_detention,
    correct_detention,
    excuse_detention,
    note_family_told,
    set_detention,
)
from lyceum.domains.behaviour.rules.detentions.states import three_state
from lyceum.domains.behaviour.rules.detentions.telling import acknowledge_detention
from lyceum.domains.tenancy.queries import time_zone

Day = date  # several schemas have a field called date
STATUSES = "^(proposed|scheduled|completed|missed|excused|rescheduled|escalated|cancelled)$"


class DetentionOut(Schema):
    """A detention. `status` is scheduled, completed or cancelled; `state` says it in full. Notes are for staff."""

    id: UUID
    student: UUID
    name: str
    type: UUID
    type_name: str
    reason: str
    slot: UUID | None
    scheduled_date: Day | None
    scheduled_time: TimeOfDay | None
    duration: int
    room: str
    supervisor: str
    status: str
    state: str
    why: str
    notes: str
    moves: int
    moved_from: UUID | None
    moved_to: UUID | None
    minutes_served: int | None
    told_at: datetime | None
    untold: str
    version: int


class PassedSlotOut(Schema):
    """A nearer slot that does not fit, and why."""

    slot: UUID
    starts_at: datetime
    code: str
    why: str


class DetentionPlacedOut(DetentionOut):
    """A detention that was set. It waits where `code` is `no_slot`: none fits, or `nobody_reached`: no family knows."""

    code: str
    passed: list[PassedSlotOut]


class DetentionFilter(Walk):
    """Which detentions."""

    student: UUID | None = None
    status: str | None = Field(None, pattern=STATUSES)
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    type: UUID | None = None
    slot: UUID | None = None


def detention_out(row: Detention, actor: Actor) -> dict[str, Any]:
    """A detention as the actor may read it."""
    at_work = is_staff_here(actor)
    room = row.slot.room.name if row.slot and row.slot.room else ""
    return {
        "id": row.pk,
        "student": row.student_id,
        "name": row.student.person.full_name,
        "type": row.type_id,
        "type_name": row.type.name,
        "reason": row.reason,
        "slot": row.slot_id,
        "scheduled_date": row.on,
        "scheduled_time": clock.local(row.starts_at, time_zone()).time() if row.starts_at else None,
        "duration": row.minutes,
        "room": room,
        "supervisor": row.supervisor,
        "status": three_state(row.state),
        "state": row.state,
        "why": row.why,
        "notes": row.notes if at_work else "",
        "moves": row.moves,
        "moved_from": row.moved_from_id,
        "moved_to": next((each.pk for each in row.moved_to.all()), None),
        "minutes_served": row.minutes_served,
        "told_at": row.told_at if at_work else None,
        "untold": row.untold if at_work else "",
        "version": row.version,
    }


@router.get("detentions/", response=ListOf[DetentionOut], operation_id="listDetentions", by_alias=True)
def detentions(request: HttpRequest, chosen: Query[DetentionFilter]) -> dict[str, Any]:
    """Detentions the caller may see, newest first. The three states of `status` cover all."""
    actor = actor_of(request)
    rows = list_detentions(
        actor,
        student=chosen.student,
        status=chosen.status or "",
        first=chosen.from_,
        last=chosen.to,
        slot=chosen.slot,
        type_id=chosen.type,
    )
    page = page_of(rows, order=DETENTION_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [detention_out(row, actor) for row in page.rows])


class DetentionIn(Strict):
    """A detention. Without a slot, by id or by day and time, it is put into the next one that fits."""

    student: UUID
    type: UUID | None = None
    reason: str = Field(max_length=300)
    slot: UUID | None = None
    scheduled_date: Day | None = None
    scheduled_time: TimeOfDay | None = None
    participant: UUID | None = None
    notes: str = Field("", max_length=600)


@router.post("detentions/", response={201: DetentionPlacedOut, 200: DetentionPlacedOut}, operation_id="setDetention")
def create(request: HttpRequest, body: DetentionIn) -> Status[dict[str, Any]]:
    """Set a detention. 200 with the code `no_slot` where no slot fits, and with `nobody_reached` where nobody of the
    family can be told of one after school: it is kept and waits."""
    actor = actor_of(request)
    new = NewDetention(
        student_id=body.student,
        type_id=body.type,
        reason=body.reason,
        slot_id=body.slot,
        on=body.scheduled_date,
        at=body.scheduled_time,
        participant_id=body.participant,
        notes=body.notes,
    )
    return _placed(set_detention(new, actor=actor), actor)


def _placed(placed: Placed, actor: Actor) -> Status[dict[str, Any]]:
    found = detention_out(get_detention(placed.detention.pk, actor=actor), actor)
    code = "nobody_reached" if placed.waits_for_family else "no_slot" if placed.has_no_slot and placed.passed else ""
    return Status(200 if code else 201, found | {"code": code, "passed": _passed(placed.passed)})


def _passed(passed: tuple[Passed, ...]) -> list[dict[str, str]]:
    return [shown(each) for each in passed]


@router.get("detentions/{uuid:detention_id}/", response=DetentionOut, operation_id="getDetention")
def detention(request: HttpRequest, detention_id: UUID) -> dict[str, Any]:
    """One detention."""
    actor = actor_of(request)
    return detention_out(get_detention(detention_id, actor=actor), actor)


class DetentionApproveIn(Strict):
    """The slot; the next one that fits where it is left out."""

    slot: UUID | None = None


@router.post(
    "detentions/{uuid:detention_id}/approve/",
    response={201: DetentionPlacedOut, 200: DetentionPlacedOut},
    operation_id="approveDetention",
)
def approve(request: HttpRequest, detention_id: UUID, body: DetentionApproveIn) -> Status[dict[str, Any]]:
    """Set a proposed detention."""
    actor = actor_of(request)
    return _placed(approve_detention(detention_id, slot_id=body.slot, actor=actor), actor)


class DetentionToldIn(Strict):
    """What was said, and the slot of one that waited; the next one that fits where it is left out."""

    note: str = Field("", max_length=300)
    slot: UUID | None = None


@router.post(
    "detentions/{uuid:detention_id}/family-told/",
    response={201: DetentionPlacedOut, 200: DetentionPlacedOut},
    operation_id="noteFamilyToldOfDetention",
)
def family_told(request: HttpRequest, detention_id: UUID, body: DetentionToldIn) -> Status[dict[str, Any]]:
    """Somebody told the family in person, as on the phone. What waited for that alone is set."""
    actor = actor_of(request)
    return _placed(note_family_told(detention_id, words=body.note, slot_id=body.slot, actor=actor), actor)


class DetentionRescheduleIn(Strict):
    """Where to, and why; the next slot that fits where it is left out."""

    slot: UUID | None = None
    reason: str = Field("", max_length=300)


class DetentionMovedOut(DetentionOut):
    """The detention that holds now, and the nearer slots that did not fit."""

    passed: list[PassedSlotOut]


@router.post(
    "detentions/{uuid:detention_id}/reschedule/", response=DetentionMovedOut, operation_id="rescheduleDetention"
)
def reschedule(request: HttpRequest, detention_id: UUID, body: DetentionRescheduleIn) -> dict[str, Any]:
    """Move a detention; the old one is kept and points to the new one, which is answered."""
    actor = actor_of(request)
    return _moved(reschedule_detention(detention_id, slot_id=body.slot, reason=body.reason, actor=actor), actor)


def _moved(moved: Moved, actor: Actor) -> dict[str, Any]:
    found = detention_out(get_detention(moved.detention.pk, actor=actor), actor)
    return found | {"passed": _passed(moved.passed)}


class DetentionReasonIn(Strict):
    """Why."""

    reason: str = Field(max_length=300)


@router.post("detentions/{uuid:detention_id}/cancel/", response=DetentionOut, operation_id="cancelDetention")
def cancel(request: HttpRequest, detention_id: UUID, body: DetentionReasonIn) -> dict[str, Any]:
    """Take a detention back."""
    actor = actor_of(request)
    cancel_detention(detention_id, reason=body.reason, actor=actor)
    return detention_out(get_detention(detention_id, actor=actor), actor)


@router.post("detentions/{uuid:detention_id}/excuse/", response=DetentionMovedOut, operation_id="excuseDetention")
def excuse(request: HttpRequest, detention_id: UUID, body: DetentionReasonIn) -> dict[str, Any]:
    """Excuse a detention: it moves to the next slot that fits, and that does not count."""
    actor = actor_of(request)
    return _moved(excuse_detention(detention_id, reason=body.reason, actor=actor), actor)


class DetentionCorrectIn(Strict):
    """What it really was, and why it is corrected."""

    state: str = Field(pattern="^(completed|missed|cancelled)$")
    minutes_served: int | None = Field(None, ge=0, le=240)
    reason: str = Field(max_length=300)


@router.post("detentions/{uuid:detention_id}/correct/", response=DetentionOut, operation_id="correctDetention")
def correct(request: HttpRequest, detention_id: UUID, body: DetentionCorrectIn) -> dict[str, Any]:
    """Correct a detention that is over; what it said before is kept."""
    actor = actor_of(request)
    correct_detention(
        detention_id, state=body.state, reason=body.reason, minutes_served=body.minutes_served, actor=actor
    )
    return detention_out(get_detention(detention_id, actor=actor), actor)


@router.post(
    "detentions/{uuid:detention_id}/ask-to-move/", response=DetentionMovedOut, operation_id="askToMoveDetention"
)
def ask(request: HttpRequest, detention_id: UUID, body: DetentionReasonIn) -> dict[str, Any]:
    """A guardian asks for another time: it moves to the next slot, or a person decides."""
    actor = actor_of(request)
    return _moved(ask_to_move(detention_id, words=body.reason, actor=actor), actor)


@router.post("detentions/{uuid:detention_id}/acknowledge/", response=DetentionOut, operation_id="acknowledgeDetention")
def acknowledge(request: HttpRequest, detention_id: UUID) -> dict[str, Any]:
    """A guardian says that they have read of it."""
    actor = actor_of(request)
    acknowledge_detention(detention_id, actor=actor)
    return detention_out(get_detention(detention_id, actor=actor), actor)


class DetentionFeedOut(Schema):
    """The address of a calendar. Whoever has it reads time and place, for as long as you may."""

    path: str = Field(description="Add it to the school's address, and give it to a calendar program.")


@router.get("detentions/feed/", response=DetentionFeedOut, operation_id="getDetentionFeed")
def feed(request: HttpRequest) -> dict[str, str]:
    """The calendar of the slots that the caller supervises, or of their family's detentions."""
    return {"path": f"/behaviour/detentions/feeds/{sign_feed(actor_of(request))}/"}
