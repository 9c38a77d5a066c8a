"""Detentions that a leaving cancelled, once the leaving was taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.behaviour.detention_facts import DetentionSet
from lyceum.domains.behaviour.models import Detention, DetentionPast, DetentionSlot
from lyceum.domains.behaviour.rules.detentions.fitting import fitting
from lyceum.domains.behaviour.rules.detentions.seating import (
    count_seats,
    grades_of,
    lock_seats,
    put_into,
    take_seats,
)
from lyceum.domains.behaviour.rules.detentions.states import State, enter_anyhow, save_states
from lyceum.domains.behaviour.rules.detentions.telling import Occasion, call_off_cancelling, tell_family
from lyceum.domains.journal.rules import Entry, Target, record_all


@transaction.atomic
def bring_back_for(student_id: UUID, *, since: datetime, actor: Actor) -> list[Detention]:
    """Bring back what the leaving at `since` cancelled, as far as it still lies ahead; returns what came back.

    Each goes to its own slot, or where that does not fit any more to the next; without any it waits as proposed. The
    family is told, unless it never heard of the cancelling and the time is the same. A student has a handful of them.
    """
    rows = Detention.objects.filter(student=student_id, state=State.CANCELLED, left_at__gte=since)
    if not rows.exists():
        return []
    lock_seats()
    locked = rows.select_related("student__person", "type", "slot").order_by("starts_at", "pk")
    found = list(locked.select_for_update(of=("self",)))
    before = _states_before(found)
    waited = [row for row in found if before.get(row.pk) in (State.PROPOSED, State.EXCUSED)]
    ahead = [row for row in found if before.get(row.pk) == State.SCHEDULED and _lies_ahead(row)]
    unaware = call_off_cancelling(ahead, since=since)
    for row in waited:
        enter_anyhow(row, before[row.pk]).left_at = None
    save_states(waited, actor=actor)
    moved = [row.pk for row in ahead if not _seat_again(row, is_told=row.pk in unaware, actor=actor)]
    back = [*waited, *ahead]
    _record(back, actor)
    anew = [row for row in ahead if row.pk not in unaware or row.pk in moved]
    Detention.objects.filter(pk__in=[row.pk for row in anew]).update(told_at=None)
    tell_family(anew, Occasion.SET, actor=actor)
    return back


def _states_before(rows: Sequence[Detention]) -> dict[UUID, str]:
    """What each was before it was cancelled."""
    versions = {(row.pk, row.version - 1) for row in rows}
    past = DetentionPast.objects.filter(detention__in=[row.pk for row in rows])
    known = past.values_list("detention_id", "version", "state")
    return {pk: state for pk, version, state in known if (pk, version) in versions}


def _lies_ahead(row: Detention) -> bool:
    return row.starts_at is not None and row.starts_at > clock.now()


def _seat_again(row: Detention, *, is_told: bool, actor: Actor) -> bool:
    """Give it its own seat back, or another one, and write it before the next; returns whether it is its own."""
    own = row.slot
    if own and _fits(row, own, is_told=is_told):
        put_into(row, own)
        keeps = True
    else:
        row.slot = row.on = row.starts_at = row.ends_at = None
        take_seats(row.type, [row], besides={own.pk} if own else ())
        keeps = False
    enter_anyhow(row, State.SCHEDULED if row.slot_id else State.PROPOSED).left_at = None
    save_states([row], actor=actor)
    return keeps


def _fits(row: Detention, slot: DetentionSlot, *, is_told: bool) -> bool:
    found = fitting(row.type, grades_of([row.student_id]), slots=DetentionSlot.objects.filter(pk=slot.pk))
    return found.why_not(slot, row.student_id, is_told=is_told) is None


def _record(rows: Sequence[Detention], actor: Actor) -> None:
    count_seats({row.slot_id for row in rows if row.slot_id})
    entries = []
    for row in rows:
        fact = DetentionSet(detention=row.pk, student=row.student_id, slot=row.slot_id, starts=row.starts_at)
        facts = [fact] if row.state == State.SCHEDULED else []
        entries.append(
            Entry("behaviour.detention.bring_back", Target.of(row), {"state": ["cancelled", row.state]}, facts=facts)
        )
    record_all(entries, actor=actor)
