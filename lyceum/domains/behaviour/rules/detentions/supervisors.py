"""Supervisors who turn out to be away, to teach or to cover at the time of their slot; and who are free again."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.detention_facts import SlotSupervisionChanged
from lyceum.domains.behaviour.models import DetentionSlot, SlotSupervisor
from lyceum.domains.behaviour.rules.detentions.busy import At, Busy, read_busy
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.tenancy.queries import today

LOOKED_AHEAD = timedelta(days=14)
"""As far as the timetable is asked; later days are looked at as they come near."""


@transaction.atomic
def review_supervisors(
    actor: Actor, *, staff: Collection[UUID] | None = None, on: date | None = None
) -> list[DetentionSlot]:
    """Look at who supervises the coming slots: all of them, those of some staff, or those of a day.

    Who cannot stands down, and the next in line leads; a slot that nobody is left for needs a supervisor. Who stood
    down and is free again returns, unless somebody else was found. Twice is once. Returns the slots that changed.
    """
    actor.require_all(Permission.SLOTS_EDIT)
    first, last = (on, on) if on else (today(), today() + LOOKED_AHEAD)
    rows = SlotSupervisor.objects.filter(slot__on__range=(first, last), slot__state__in=("open", "full"))
    rows = rows.filter(slot__starts_at__gt=clock.now())
    slots = rows if staff is None else rows.filter(staff__in=staff)
    wanted = list(slots.values_list("slot", flat=True).distinct())
    of_slots = rows.filter(slot__in=wanted).select_related("slot__type", "staff__person").order_by("-leads", "pk")
    found = list(of_slots.select_for_update(of=("self",))) if wanted else []
    if not found:
        return []
    busy = read_busy({row.staff_id for row in found}, [At.of(row.slot) for row in found])
    changed = [row for row in found if row.stands and _stand_down(row, busy)]
    changed += _return(found, busy)
    if not changed:
        return []
    let_another_lead([row.slot for row in changed])
    slots_changed = list({row.slot_id: row.slot for row in changed}.values())
    _note(slots_changed, found, actor)
    return slots_changed


def _stand_down(row: SlotSupervisor, busy: Busy) -> bool:
    why = busy.why(row.staff_id, At.of(row.slot))
    if not why:
        return False
    row.stands, row.leads, row.away_reason, row.may_return = False, False, why[:300], True
    row.save(update_fields=["stands", "leads", "away_reason", "may_return"])
    return True


def _return(rows: Sequence[SlotSupervisor], busy: Busy) -> list[SlotSupervisor]:
    """Who stood down by itself and is free again, where nobody else supervises meanwhile."""
    kept = {row.slot_id for row in rows if row.stands}
    elsewhere = SlotSupervisor.objects.filter(stands=True, staff__in={row.staff_id for row in rows})
    taken = list(elsewhere.values_list("staff_id", "starts_at", "ends_at"))
    back = []
    for row in rows:
        met = any(staff == row.staff_id and row.starts_at < to and at < row.ends_at for staff, at, to in taken)
        if row.stands or not row.may_return or row.slot_id in kept or met or busy.why(row.staff_id, At.of(row.slot)):
            continue
        kept.add(row.slot_id)
        taken.append((row.staff_id, row.starts_at, row.ends_at))
        row.stands, row.away_reason, row.may_return = True, "", False
        row.save(update_fields=["stands", "away_reason", "may_return"])
        back.append(row)
    return back


def let_another_lead(slots: Sequence[DetentionSlot]) -> None:
    """Where a lead is gone, the next who stands leads."""
    rows = SlotSupervisor.objects.filter(slot__in=[slot.pk for slot in slots], stands=True).order_by("-leads", "pk")
    first: dict[UUID, SlotSupervisor] = {}
    for row in rows:
        first.setdefault(row.slot_id, row)
    chosen = [row.pk for row in first.values() if not row.leads]
    SlotSupervisor.objects.filter(pk__in=chosen).update(leads=True)


def _note(slots: Sequence[DetentionSlot], rows: Sequence[SlotSupervisor], actor: Actor) -> None:
    entries = []
    for slot in slots:
        standing = [str(row.staff_id) for row in rows if row.slot_id == slot.pk and row.stands]
        fact = SlotSupervisionChanged(slot=slot.pk, date=slot.on, supervisors=len(standing))
        changes = {"supervisors": [None, standing]}
        entries.append(Entry("behaviour.detention_slot.review", Target.of(slot), changes, facts=[fact]))
    record_all(entries, actor=actor)
