"""Types and slots of detentions over REST, and the register of a slot."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.actor import Actor
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, TimeOfDay, Walk, actor_of, left_out, listed
from lyceum.domains.behaviour.detention_queries import (
    SLOT_ORDER,
    get_slot,
    get_slot_for_run,
    list_detention_types,
    list_slots,
    needs_supervisor,
)
from lyceum.domains.behaviour.detention_sheet import SlotRow, read_slot_sheet
from lyceum.domains.behaviour.models import DetentionSlot, DetentionType
from lyceum.domains.behaviour.rest.detentions import PassedSlotOut
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rules.detentions.moving import move_slot, shown
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, take_slot_register
from lyceum.domains.behaviour.rules.detentions.setting import propose_slots
from lyceum.domains.behaviour.rules.detentions.slots import (
    NewSlot,
    assign_supervisors,
    cancel_slot,
    create_slots,
    note_away,
)
from lyceum.domains.behaviour.rules.detentions.types import create_detention_type, edit_detention_type
from lyceum.domains.tenancy.queries import today

Day = date  # several schemas have a field called date
MARK = "^(present|late|absent_unexcused|absent_authorised|left_early|refused)$"


class DetentionTypeOut(Schema):
    """A kind of detention."""

    id: UUID
    name: str
    when: str
    minutes: int
    notice_hours: int
    cut_off: TimeOfDay | None
    grades: list[UUID]
    escalates_to: UUID | None
    max_moves: int
    tell_guardians: bool
    needs_approval: bool
    escalates_by_itself: bool
    several_a_day: bool
    in_teaching_time: bool
    active: bool


class DetentionTypeIn(Strict):
    """A kind of detention; what is left out is as usual."""

    name: str = Field(max_length=80)
    when: str = Field("after_school", pattern="^(break|lunch|after_school)$")
    minutes: int = Field(30, ge=5, le=240)
    notice_hours: int | None = Field(None, ge=0, le=720)
    cut_off: TimeOfDay | None = None
    grades: list[UUID] = Field(default_factory=list, max_length=100)
    escalates_to: UUID | None = None
    max_moves: int = Field(2, ge=0, le=20)
    tell_guardians: bool = True
    needs_approval: bool = False
    escalates_by_itself: bool = False
    several_a_day: bool = False
    in_teaching_time: bool = False


class DetentionTypeChange(Strict):
    """The fields that change."""

    name: str = Field(default_factory=left_out, max_length=80)
    when: str = Field(default_factory=left_out, pattern="^(break|lunch|after_school)$")
    minutes: int = Field(default_factory=left_out, ge=5, le=240)
    notice_hours: int = Field(default_factory=left_out, ge=0, le=720)
    cut_off: TimeOfDay | None = None
    grades: list[UUID] = Field(default_factory=left_out, max_length=100)
    escalates_to: UUID | None = None
    max_moves: int = Field(default_factory=left_out, ge=0, le=20)
    tell_guardians: bool = Field(default_factory=left_out)
    needs_approval: bool = Field(default_factory=left_out)
    escalates_by_itself: bool = Field(default_factory=left_out)
    several_a_day: bool = Field(default_factory=left_out)
    in_teaching_time: bool = Field(default_factory=left_out)
    active: bool = Field(default_factory=left_out)


def _type(kind: DetentionType) -> dict[str, Any]:
    names = DetentionTypeOut.model_fields.keys() - {"id", "escalates_to"}
    return {"id": kind.pk, "escalates_to": kind.escalates_to_id} | {name: getattr(kind, name) for name in names}


def _values(body: Schema) -> dict[str, Any]:
    values = body.dict(exclude_unset=True)
    if "escalates_to" in values:
        values["escalates_to_id"] = values.pop("escalates_to")
    return values


@router.get("detention-types/", response=ListOf[DetentionTypeOut], operation_id="listDetentionTypes")
def types(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The kinds of detention."""
    rows = list_detention_types(actor_of(request))
    page = page_of(rows, order=("name", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_type(row) for row in page.rows])


@router.post("detention-types/", response={201: DetentionTypeOut}, operation_id="createDetentionType")
def create_type(request: HttpRequest, body: DetentionTypeIn) -> Status[dict[str, Any]]:
    """Make a kind of detention."""
    return Status(201, _type(create_detention_type(_values(body), actor=actor_of(request))))


@router.patch(
    "detention-types/{uuid:detention_type_id}/", response=DetentionTypeOut, operation_id="changeDetentionType"
)
def change_type(request: HttpRequest, detention_type_id: UUID, body: DetentionTypeChange) -> dict[str, Any]:
    """Change or retire a kind of detention."""
    return _type(edit_detention_type(detention_type_id, _values(body), actor=actor_of(request)))


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
