"""Slots of detentions over REST: made, proposed, moved, cancelled, supervised."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.behaviour.detention_queries import (
    SLOT_ORDER,
    get_slot,
    list_slots,
    needs_supervisor,
)
from lyceum.domains.behaviour.models import DetentionSlot
from lyceum.domains.behaviour.rest.detentions import PassedSlotOut
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rules.detentions.moving import move_slot, shown
from lyceum.domains.behaviour.rules.detentions.setting import propose_slots
from lyceum.domains.behaviour.rules.detentions.slots import (
    NewSlot,
    assign_supervisors,
    cancel_slot,
    create_slots,
    note_away,
)
from lyceum.domains.tenancy.queries import today

Day = date  # several schemas have a field called date
MARK = "^(present|late|absent_unexcused|absent_authorised|left_early|refused)$"


class DetentionSupervisorOut(Schema):
    """Who supervises."""

    staff: UUID
    name: str
    leads: bool


class DetentionSlotOut(Schema):
    """A slot."""

    id: UUID
    type: UUID
    type_name: str
    date: Day
    starts_at: datetime
    ends_at: datetime
    room: UUID | None
    room_name: str
    capacity: int
    seats_taken: int
    state: str
    supervisors: list[DetentionSupervisorOut]
    needs_supervisor: bool
    version: int


def slot_out(slot: DetentionSlot) -> dict[str, Any]:
    """A slot as it is listed."""
    return {
        "id": slot.pk,
        "type": slot.type_id,
        "type_name": slot.type.name,
        "date": slot.on,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "room": slot.room_id,
        "room_name": slot.room.name if slot.room else "",
        "capacity": slot.capacity,
        "seats_taken": slot.seats_taken,  # type: ignore[attr-defined]  # annotated
        "state": slot.state,
        "supervisors": [
            {"staff": row.staff_id, "name": row.staff.person.full_name, "leads": row.leads}
            for row in slot.standing  # type: ignore[attr-defined]  # prefetched
        ],
        "needs_supervisor": needs_supervisor(slot),
        "version": slot.version,
    }


class DetentionSlotFilter(Walk):
    """Which slots: of the coming two weeks unless told otherwise."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    type: UUID | None = None
    mine: bool = False


@router.get("detention-slots/", response=ListOf[DetentionSlotOut], operation_id="listDetentionSlots", by_alias=True)
def slots(request: HttpRequest, chosen: Query[DetentionSlotFilter]) -> dict[str, Any]:
    """Slots in order of time."""
    first = chosen.from_ or today()
    last = chosen.to or _later(first)
    rows = list_slots(actor_of(request), first=first, last=last, type_id=chosen.type, own=chosen.mine)
    page = page_of(rows, order=SLOT_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [slot_out(row) for row in page.rows])


def _later(first: Day) -> Day:
    return min(first, Day.max - timedelta(days=14)) + timedelta(days=14)


class DetentionSlotIn(Strict):
    """A slot, or one a week for so many weeks. The first supervisor leads."""

    type: UUID
    date: Day
    starts_at: TimeOfDay
    minutes: int | None = Field(None, ge=5, le=240)
    room: UUID | None = None
    capacity: int = Field(ge=1, le=200)
    supervisors: list[UUID] = Field(min_length=1, max_length=20)
    weeks: int = Field(1, ge=1, le=52)


@router.post("detention-slots/", response={201: list[DetentionSlotOut]}, operation_id="createDetentionSlots")
def create(request: HttpRequest, body: DetentionSlotIn) -> Status[list[dict[str, Any]]]:
    """Make slots."""
    actor = actor_of(request)
    new = NewSlot(
        type_id=body.type,
        on=body.date,
        starts_at=body.starts_at,
        capacity=body.capacity,
        supervisors=body.supervisors,
        room_id=body.room,
        minutes=body.minutes,
        weeks=body.weeks,
    )
    made = create_slots(new, actor=actor)
    rows = list_slots(actor, first=made[0].on, last=made[-1].on).filter(pk__in=[slot.pk for slot in made])
    return Status(201, [slot_out(row) for row in rows])


class DetentionProposeIn(Strict):
    """For whom a slot of which type is sought."""

    type: UUID
    students: list[UUID] = Field(min_length=1, max_length=200)


class DetentionProposalOut(Schema):
    """The slot that fits a student, if one does, and the nearer ones that do not."""

    student: UUID
    slot: UUID | None
    starts_at: datetime | None
    passed: list[PassedSlotOut]


@router.post("detention-slots/propose/", response=list[DetentionProposalOut], operation_id="proposeDetentionSlots")
def propose(request: HttpRequest, body: DetentionProposeIn) -> list[dict[str, Any]]:
    """The earliest slot that fits each student, and why nearer ones do not. Sets nothing."""
    return [
        {
            "student": each.student_id,
            "slot": each.slot.pk if each.slot else None,
            "starts_at": each.slot.starts_at if each.slot else None,
            "passed": [shown(passed) for passed in each.passed],
        }
        for each in propose_slots(body.type, students=body.students, actor=actor_of(request))
    ]


class SupervisorAwayIn(Strict):
    """Who cannot supervise, from when to when."""

    staff: UUID
    starts_at: Instant
    ends_at: Instant
    reason: str = Field("", max_length=300)


@router.post("detention-slots/away/", response=list[DetentionSlotOut], operation_id="noteSupervisorAway")
def away(request: HttpRequest, body: SupervisorAwayIn) -> list[dict[str, Any]]:
    """Note that somebody is away: the slots they leave, some of which need a supervisor."""
    actor = actor_of(request)
    left = note_away(body.staff, starts_at=body.starts_at, ends_at=body.ends_at, reason=body.reason, actor=actor)
    if not left:
        return []
    days = [slot.on for slot in left]
    rows = list_slots(actor, first=min(days), last=max(days)).filter(pk__in=[slot.pk for slot in left])
    return [slot_out(row) for row in rows]


@router.get("detention-slots/{uuid:slot_id}/", response=DetentionSlotOut, operation_id="getDetentionSlot")
def slot(request: HttpRequest, slot_id: UUID) -> dict[str, Any]:
    """One slot."""
    return slot_out(get_slot(slot_id, actor=actor_of(request)))


class DetentionSlotCancelIn(Strict):
    """Why the slot is cancelled."""

    reason: str = Field(max_length=300)


@router.post("detention-slots/{uuid:slot_id}/cancel/", response=DetentionSlotOut, operation_id="cancelDetentionSlot")
def cancel(request: HttpRequest, slot_id: UUID, body: DetentionSlotCancelIn) -> dict[str, Any]:
    """Cancel a slot; whoever was to serve in it is moved, and that does not count."""
    actor = actor_of(request)
    cancel_slot(slot_id, reason=body.reason, actor=actor)
    return slot_out(get_slot(slot_id, actor=actor))


class DetentionSlotMoveIn(Strict):
    """The slot to which everybody moves."""

    to: UUID
    reason: str = Field("", max_length=300)


@router.post("detention-slots/{uuid:slot_id}/move/", response=DetentionSlotOut, operation_id="moveDetentionSlot")
def move(request: HttpRequest, slot_id: UUID, body: DetentionSlotMoveIn) -> dict[str, Any]:
    """Move everybody of a slot into another one."""
    actor = actor_of(request)
    move_slot(slot_id, to_slot_id=body.to, reason=body.reason, actor=actor)
    return slot_out(get_slot(body.to, actor=actor))


class DetentionSupervisorsIn(Strict):
    """Who supervises; the first leads."""

    supervisors: list[UUID] = Field(min_length=1, max_length=20)


@router.put(
    "detention-slots/{uuid:slot_id}/supervisors/", response=DetentionSlotOut, operation_id="assignDetentionSupervisors"
)
def supervisors(request: HttpRequest, slot_id: UUID, body: DetentionSupervisorsIn) -> dict[str, Any]:
    """Say who supervises a slot."""
    actor = actor_of(request)
    assign_supervisors(slot_id, staff=body.supervisors, actor=actor)
    return slot_out(get_slot(slot_id, actor=actor))
