"""Slots: made for a day or for many weeks, with a room and supervisors; cancelled, and left without a supervisor."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Location
from lyceum.domains.behaviour.detention_queries import get_detention_type, get_slot_for_edit
from lyceum.domains.behaviour.models import DetentionSlot, DetentionType, SlotSupervisor, StaffAway
from lyceum.domains.behaviour.rules.detentions.busy import At, refuse_busy_room, refuse_busy_staff
from lyceum.domains.behaviour.rules.detentions.moving import Moved, excuse_and_move, live_in
from lyceum.domains.behaviour.rules.detentions.refusals import (
    DetentionReasonNeededError,
    RoomBusyError,
    SlotStateError,
    SupervisorBusyError,
)
from lyceum.domains.behaviour.rules.detentions.seating import count_seats, lock_seats
from lyceum.domains.behaviour.rules.detentions.supervisors import let_another_lead
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import time_zone

MOST_WEEKS = 52


@dataclass(frozen=True)
class NewSlot:
    """A slot to be made, and in how many following weeks again. The first supervisor leads."""

    type_id: UUID
    on: date
    starts_at: time
    capacity: int
    supervisors: Sequence[UUID]
    room_id: UUID | None = None
    minutes: int | None = None
    """As long as the type says, where it is left out."""
    weeks: int = 1


@transaction.atomic
def create_slots(new: NewSlot, *, actor: Actor) -> list[DetentionSlot]:
    """Make a slot, or one every week. Days without school are left out; one clash and none is made."""
    actor.require_all(Permission.SLOTS_EDIT)
    kind = get_detention_type(new.type_id, actor=actor)
    _check(new, kind)
    times = _times(new, new.minutes or kind.minutes)
    room = _room(new.room_id)
    refuse_busy_staff(new.supervisors, times)
    if room:
        refuse_busy_room(room, times)
    slots = [
        DetentionSlot(type=kind, on=at.on, starts_at=at.starts_at, ends_at=at.ends_at, room=room, capacity=new.capacity)
        for at in times
    ]
    clash = RoomBusyError(_("Something else is in the room at that time."))
    with refusing(detention_room_once=lambda: clash):
        DetentionSlot.objects.bulk_create(slots)
    _supervise(slots, new.supervisors)
    record_all([Entry("behaviour.detention_slot.create", Target.of(slot)) for slot in slots], actor=actor)
    return slots


def _check(new: NewSlot, kind: DetentionType) -> None:
    faults = []
    if not kind.active:
        faults.append(FieldError("/type", "type_retired", _("%(type)s is not used any more.") % {"type": kind}))
    if not 1 <= new.capacity <= 200:
        faults.append(FieldError("/capacity", "range", _("A slot has 1 to 200 seats.")))
    if new.minutes is not None and not 5 <= new.minutes <= 240:
        faults.append(FieldError("/minutes", "range", _("A detention lasts 5 to 240 minutes.")))
    if not 1 <= new.weeks <= MOST_WEEKS:
        faults.append(FieldError("/weeks", "range", _("Give 1 to %(most)s weeks.") % {"most": MOST_WEEKS}))
    if not new.supervisors:
        faults.append(FieldError("/supervisors", "required", _("Choose who supervises.")))
    elif Staff.objects.filter(pk__in=new.supervisors).count() < len(set(new.supervisors)):
        faults.append(FieldError("/supervisors", "staff_unknown", _("There is no such member of staff here.")))
    if not school_days().is_school_day(new.on):
        why = school_days().why_closed(new.on)
        faults.append(FieldError("/date", "no_school", _("No school is kept that day: %(why)s.") % {"why": why}))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


def _times(new: NewSlot, minutes: int) -> list[At]:
    zone, times = clock.zone(time_zone()), []
    for week in range(new.weeks):
        on = new.on + timedelta(weeks=week)
        if not school_days().is_school_day(on):
            continue
        starts_at = datetime.combine(on, new.starts_at, tzinfo=zone)
        ends_at = starts_at + timedelta(minutes=minutes)
        if ends_at.date() != on:
            raise invalid_field("/starts_at", "range", _("A slot ends on the day on which it begins."))
        times.append(At(on, starts_at.astimezone(UTC), ends_at.astimezone(UTC)))
    if times[0].starts_at <= clock.now():
        raise invalid_field("/date", "past", _("Choose a time in the future."))
    return times


def _room(room_id: UUID | None) -> Location | None:
    if room_id is None:
        return None
    room = Location.objects.filter(pk=room_id, active=True).first()
    if room is None:
        raise invalid_field("/room", "room_unknown", _("There is no such room here."))
    return room


def _supervise(slots: Sequence[DetentionSlot], staff: Sequence[UUID]) -> None:
    clash = SupervisorBusyError(_("Somebody supervises another slot at that time."))
    with refusing(detention_supervisor_free=lambda: clash):
        SlotSupervisor.objects.bulk_create(
            SlotSupervisor(slot=slot, staff_id=each, leads=place == 0, starts_at=slot.starts_at, ends_at=slot.ends_at)
            for slot in slots
            for place, each in enumerate(dict.fromkeys(staff))
        )


@transaction.atomic
def assign_supervisors(slot_id: UUID, *, staff: Sequence[UUID], actor: Actor) -> DetentionSlot:
    """Say who supervises a slot; the first leads. Refused for somebody who is not free then."""
    slot = get_slot_for_edit(slot_id, actor=actor)
    if slot.state in ("done", "cancelled"):
        raise SlotStateError(_("This slot is over."))
    if not staff:
        raise invalid_field("/supervisors", "required", _("Choose who supervises."))
    if Staff.objects.filter(pk__in=staff).count() < len(set(staff)):
        raise invalid_field("/supervisors", "staff_unknown", _("There is no such member of staff here."))
    standing = SlotSupervisor.objects.filter(slot=slot, stands=True)
    before = [str(each) for each in standing.order_by("-leads", "pk").values_list("staff_id", flat=True)]
    refuse_busy_staff(staff, [At.of(slot)], besides=slot.pk)
    standing.update(stands=False)
    SlotSupervisor.objects.filter(slot=slot, may_return=True).update(may_return=False)
    _supervise([slot], staff)
    changes = {"supervisors": [before, [str(each) for each in staff]]}
    record("behaviour.detention_slot.supervise", target=Target.of(slot), changes=changes, actor=actor)
    return slot


@transaction.atomic
def cancel_slot(slot_id: UUID, *, reason: str, besides: Collection[UUID] = (), actor: Actor) -> list[Moved]:
    """Cancel a slot. Who was to serve in it is excused and moved, and it does not count against them.

    `besides` are slots into which nobody is moved.
    """
    lock_seats()
    slot = get_slot_for_edit(slot_id, actor=actor)
    why = tidy(reason)[:300]
    if not why:
        words = _("Say why the slot is cancelled.")
        raise DetentionReasonNeededError(words, errors=[FieldError("/reason", "reason_needed", words)])
    if slot.state not in ("open", "full"):
        raise SlotStateError(
            _("This slot is %(state)s: it cannot be cancelled.") % {"state": slot.get_state_display()},
            state=slot.state,
        )
    slot.state, slot.cancel_reason = DetentionSlot.State.CANCELLED, why
    slot.save(update_fields=["state", "cancel_reason", "updated_at"])
    record("behaviour.detention_slot.cancel", target=Target.of(slot), reason=why, actor=actor)
    moved = excuse_and_move(list(live_in(slot)), why=why, besides=besides, actor=actor)
    SlotSupervisor.objects.filter(slot=slot, stands=True).update(stands=False)  # they were told of what moved
    count_seats({each.new.slot_id for each in moved if each.new and each.new.slot_id})
    return moved


@transaction.atomic
def note_away(
    staff_id: UUID, *, starts_at: datetime, ends_at: datetime, reason: str = "", actor: Actor
) -> list[DetentionSlot]:
    """Note that somebody cannot supervise from then to then. The slots they leave need a supervisor at once."""
    actor.require_all(Permission.SLOTS_EDIT)
    person = Staff.objects.filter(pk=staff_id).select_related("person").first()
    if person is None:
        raise invalid_field("/staff", "staff_unknown", _("There is no such member of staff here."))
    if not starts_at < ends_at:
        raise invalid_field("/ends_at", "order", _("The end lies before the beginning."))
    StaffAway.objects.create(
        staff=person, starts_at=starts_at, ends_at=ends_at, reason=tidy(reason)[:300], noted_by=actor.user_id
    )
    standing = SlotSupervisor.objects.filter(
        staff=person, stands=True, starts_at__lt=ends_at, ends_at__gt=starts_at, slot__state__in=("open", "full")
    )
    slots = [row.slot for row in standing.select_related("slot__type")]
    standing.update(stands=False, away_reason=tidy(reason)[:300])
    let_another_lead(slots)
    record("behaviour.staff_away", target=Target.of(person), reason=tidy(reason), actor=actor)
    return slots
