"""What a phone keeps of detentions for a day without network: the registers of the slots that somebody supervises."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.devices import Decision, PhoneLine, PhoneRegister, ShownMark
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.detention_marks import CYCLE, SYMBOLS
from lyceum.domains.behaviour.detention_policies import own_slots
from lyceum.domains.behaviour.detention_queries import list_detention_conflicts, list_own_slots
from lyceum.domains.behaviour.detention_sheet import SlotRow, read_slot_sheets
from lyceum.domains.behaviour.models import MARKS, DetentionConflict, DetentionMark, DetentionSlot
from lyceum.domains.behaviour.rules.detentions.fitting import local_times, said
from lyceum.domains.tenancy.queries import time_zone, today

MOST_DECISIONS = 200


def read_phone_slots(actor: Actor) -> list[PhoneRegister]:
    """Today's slots that the actor supervises, however far the actor reaches. Five statements."""
    if not actor.may(Permission.DETENTIONS_RUN) or actor.user_id is None:
        return []
    rows = DetentionSlot.objects.filter(own_slots(actor), on=today()).exclude(state="cancelled")
    slots = list(rows.select_related("type", "room").order_by("starts_at", "pk"))
    sheets = read_slot_sheets(slots, actor=actor)
    return [_register(slot, sheets[slot.pk]) for slot in slots]


def _register(slot: DetentionSlot, rows: list[SlotRow]) -> PhoneRegister:
    starts, _ends = local_times(slot)
    marked = bool(rows) and all(row.mark for row in rows)
    return PhoneRegister(
        id=slot.pk,
        kind="slot",
        name=str(slot.type),
        what=f"{_('Detention')} · {slot.room.name}" if slot.room else _("Detention"),
        at=f"{starts:%H:%M}",
        state="taken" if marked else "due",
        state_word=_("taken") if marked else _("due"),
        editable=True,
        cycle=list(CYCLE),
        codes=[(symbol, tone, str(MARKS[mark])) for mark, (symbol, tone) in SYMBOLS.items()],
        lines=[_line(row) for row in rows],
    )


def _line(row: SlotRow) -> PhoneLine:
    mark = row.mark
    said_so = mark.mark if mark else row.expected
    return PhoneLine(
        line=row.detention.pk,
        name=row.name,
        version=row.version,
        code=SYMBOLS[said_so][0] if said_so else "",
        minutes=mark.minutes if mark else None,
        was=SYMBOLS[mark.mark][0] if mark else "",  # what is expected counts once somebody saves it
    )


@dataclass(frozen=True)
class OwnSlot:
    """A slot as a landing page shows it to who supervises it."""

    slot: DetentionSlot
    at: str
    """By the clock of the school."""


def read_own_slots(actor: Actor, day: date) -> list[OwnSlot]:
    """The slots of a day that the actor supervises, in order of time."""
    return [OwnSlot(slot, f"{local_times(slot)[0]:%H:%M}") for slot in list_own_slots(actor, day)]


def list_slot_decisions(actor: Actor, *, slot: UUID | None = None) -> list[Decision]:
    """What is to be decided, of the slots the actor runs."""
    if not actor.may(Permission.DETENTIONS_RUN):
        return []
    rows = list(list_detention_conflicts(actor, slot=slot)[:MOST_DECISIONS])
    marks = DetentionMark.objects.filter(detention__in=[row.detention_id for row in rows]) if rows else []
    now = {mark.detention_id: mark for mark in marks}
    return [_decision(row, now.get(row.detention_id)) for row in rows]


def _decision(row: DetentionConflict, mark: DetentionMark | None) -> Decision:
    zone, slot = clock.zone(time_zone()), row.detention.slot
    symbol, tone = SYMBOLS[mark.mark] if mark else ("", "none")
    given, given_tone = SYMBOLS[row.mark]
    label = str(MARKS[mark.mark]) if mark else ""
    at = mark.at.astimezone(zone) if mark else None
    return Decision(
        conflict=row,
        name=row.detention.student.person.called,
        where=f"{slot.type} · {said(slot.starts_at)}" if slot else "",
        register=f"/behaviour/slots/{row.detention.slot_id}/",
        action=f"/behaviour/conflicts/{row.pk}/",
        given=ShownMark(
            given, given_tone, str(MARKS[row.mark]), row.marked_by_name, row.marked_at.astimezone(zone), row.minutes
        ),
        on_server=ShownMark(symbol, tone, label, mark.by_name if mark else "", at, mark.minutes if mark else None),
        version=mark.version if mark else 0,
        may_decide=True,
        asks_reason=row.kind == DetentionConflict.Kind.LATE,
    )
