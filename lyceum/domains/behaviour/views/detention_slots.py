"""Pages of slots: making them, who supervises, taking the register, and slips to print."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, NotFoundError, invalid_field
from lyceum.core.forms import needed_date, submitted, typed_date, typed_id, typed_ids, typed_number, typed_time
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, leave_toast
from lyceum.domains.academics.queries import list_room_names
from lyceum.domains.behaviour.detention_marks import CYCLE, MARK_OF, SYMBOLS, TONE_WORDS
from lyceum.domains.behaviour.detention_phone import list_slot_decisions
from lyceum.domains.behaviour.detention_queries import (
    get_slot,
    get_slot_for_run,
    list_detention_types,
    list_open_slots,
    may_run,
    needs_supervisor,
)
from lyceum.domains.behaviour.detention_sheet import SlotRow, read_slot_sheet
from lyceum.domains.behaviour.models import MARKS, DetentionSlot
from lyceum.domains.behaviour.rules.detentions.fitting import local_times, said
from lyceum.domains.behaviour.rules.detentions.moving import move_slot
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, MarkConflict, take_slot_register
from lyceum.domains.behaviour.rules.detentions.slots import (
    NewSlot,
    assign_supervisors,
    cancel_slot,
    create_slots,
    note_away,
)
from lyceum.domains.people.queries import list_staff
from lyceum.domains.tenancy.queries import time_zone, today


@dataclass(frozen=True)
class Line:
    """One line of the register: the row, and what is chosen for it."""

    row: SlotRow
    symbol: str
    minutes: str
    outcome: str
    reason: str
    asks_outcome: bool
    conflict: MarkConflict | None

    @property
    def was(self) -> str:
        """The mark as it was read: its version, symbol and minutes, for a phone that loses its network."""
        mark = self.row.mark
        return f"{mark.version} {SYMBOLS[mark.mark][0]} {mark.minutes or ''}" if mark else "0  "

    @property
    def tone(self) -> str:
        """The colour of the symbol."""
        return SYMBOLS[MARK_OF[self.symbol]][1] if self.symbol in MARK_OF else ""

    @property
    def label(self) -> str:
        """The mark in words."""
        return str(MARKS[MARK_OF[self.symbol]]) if self.symbol in MARK_OF else gettext("no mark")

    @property
    def theirs(self) -> str:
        """What somebody else said meanwhile."""
        return str(MARKS[self.conflict.theirs]) if self.conflict else ""


@require_http_methods(["GET", "POST"])
def slot_register(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """The register of a slot: see it, take it, change it."""
    actor = actor_of(request)
    if request.method != "POST":
        slot = get_slot_for_run(slot_id, actor=actor)
        return render(request, "behaviour/slot_register.html", _register(slot, actor))
    try:
        saved = take_slot_register(
            slot_id,
            marks=_given_marks(request.POST),
            rest=request.POST.get("rest", ""),
            base_version=typed_number(request, "base_version", 0),
            reason=request.POST.get("reason", ""),
            actor=actor,
        )
    except InvalidError as error:
        slot = get_slot_for_run(slot_id, actor=actor)
        context = _register(slot, actor, kept=request.POST)
        return render(request, "behaviour/slot_register.html", context | {"errors": error.errors}, status=error.status)
    if saved.conflicts:
        context = _register(saved.slot, actor, conflicts=saved.conflicts)
        return render(request, "behaviour/slot_register.html", context | {"saved": saved.saved})
    response = redirect(f"/behaviour/slots/{slot_id}/")
    words = ngettext("Saved: %(n)d mark.", "Saved: %(n)d marks.", saved.saved) % {"n": saved.saved}
    found = sum(each.new is not None for each in saved.moved)
    if saved.moved:
        moved = ngettext("%(n)d was moved.", "%(n)d were moved.", found) % {"n": found}
        words = f"{words} {moved}"
    leave_toast(request, response, Toast(words))
    return response


def _given_marks(form: Mapping[str, str]) -> list[GivenMark]:
    """The marks a form gives: `mark-<detention>` with a symbol, and what belongs to it."""
    marks = []
    for name, symbol in form.items():
        if not name.startswith("mark-") or not symbol:
            continue
        key = name.removeprefix("mark-")
        try:
            detention_id, minutes = UUID(key), form.get(f"minutes-{key}", "").strip()
        except ValueError:
            words = gettext("The form was altered. Open the register again.")
            raise invalid_field("/marks", "malformed", words) from None
        mark = MARK_OF.get(symbol.upper(), symbol)
        number = int(minutes) if minutes.isdecimal() and mark in ("late", "left_early") else None
        outcome, reason = form.get(f"outcome-{key}", ""), form.get(f"reason-{key}", "")
        marks.append(GivenMark(detention_id, mark, number, outcome, reason))
    return marks


def _register(
    slot: DetentionSlot,
    actor: Actor,
    *,
    kept: Mapping[str, str] | None = None,
    conflicts: Sequence[MarkConflict] = (),
) -> dict[str, Any]:
    theirs = {each.detention_id: each for each in conflicts}
    lines = [_line(row, kept or {}, theirs) for row in read_slot_sheet(slot, actor=actor)]
    whole, instant = get_slot(slot.pk, actor=actor), clock.now()
    tally = Counter(line.tone for line in lines if line.symbol)
    starts, ends = local_times(slot)
    return {
        "slot": slot,
        "lines": lines,
        "size": len(lines),
        "at": f"{starts:%H:%M}–{ends:%H:%M}",
        "is_open": instant >= slot.opens_at and slot.state != "cancelled",
        "opens_at": said(slot.opens_at),
        "is_late": instant >= slot.closes_at,
        "needs_supervisor": needs_supervisor(whole),
        "supervisors": ", ".join(row.staff.person.full_name for row in whole.standing),  # type: ignore[attr-defined]  # prefetched
        "unmarked": sum(not line.symbol for line in lines),
        "any_marked": any(line.row.mark for line in lines),
        "tally": [(word, tally[tone]) for tone, word in TONE_WORDS.items() if tally[tone]],
        "tones_json": json.dumps(
            {tone: str(word) for tone, word in TONE_WORDS.items()} | {"": gettext("without a mark")}
        ),
        "codes": [(symbol, tone, MARKS[mark]) for mark, (symbol, tone) in SYMBOLS.items()],
        "cycle": " ".join(CYCLE),
        "present": SYMBOLS["present"][0],
        "decisions": list_slot_decisions(actor, slot=slot.pk),
        "may_plan": actor.reaches_all(Permission.SLOTS_EDIT),
        "saved": None,
    }


def _line(row: SlotRow, kept: Mapping[str, str], theirs: Mapping[UUID, MarkConflict]) -> Line:
    key = str(row.detention.pk)
    mark = row.mark
    symbol = SYMBOLS[mark.mark if mark else row.expected][0] if mark or row.expected else ""
    minutes = str(mark.minutes or "") if mark else ""
    outcome, reason = (mark.outcome, mark.reason) if mark else ("", "")
    return Line(
        row=row,
        symbol=kept.get(f"mark-{key}", symbol),
        minutes=kept.get(f"minutes-{key}", minutes),
        outcome=kept.get(f"outcome-{key}", outcome),
        reason=kept.get(f"reason-{key}", reason),
        asks_outcome=bool(outcome) or _asks(kept, key, row.detention.minutes),
        conflict=theirs.get(row.detention.pk),
    )


def _asks(kept: Mapping[str, str], key: str, length: int) -> bool:
    """Whether what was typed leaves it to the supervisor what it counts as."""
    minutes = kept.get(f"minutes-{key}", "")
    timed = MARK_OF.get(kept.get(f"mark-{key}", "")) in ("late", "left_early")
    return timed and minutes.isdecimal() and int(minutes) * 3 > length


@require_GET
def slot_rows(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """The slot's state and its lines alone, for a page that hears of a change."""
    actor = actor_of(request)
    slot = get_slot_for_run(slot_id, actor=actor)
    return render(request, "behaviour/_slot_rows.html", _register(slot, actor))


@require_GET
def slot_slips(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """A list of the slot and a slip for each student, to print."""
    actor = actor_of(request)
    slot = get_slot_for_run(slot_id, actor=actor)
    starts, ends = local_times(slot)
    rows = read_slot_sheet(slot, actor=actor)
    return render(
        request, "behaviour/slot_slips.html", {"slot": slot, "rows": rows, "at": f"{starts:%H:%M}–{ends:%H:%M}"}
    )


@require_http_methods(["GET", "POST"])
def slot_new(request: HttpRequest) -> HttpResponse:
    """Make a slot, or one a week."""
    actor = actor_of(request)
    actor.require_all(Permission.SLOTS_EDIT)

    def act() -> Done:
        type_id = typed_id(request, "type")
        if type_id is None:
            raise invalid_field("/type", "required", gettext("Choose a type of detention."))
        made = create_slots(
            NewSlot(
                type_id=type_id,
                on=needed_date(request, "date"),
                starts_at=typed_time(request, "starts_at"),
                capacity=typed_number(request, "capacity", 0),
                supervisors=_staff(request),
                room_id=typed_id(request, "room"),
                minutes=typed_number(request, "minutes", 0) or None,
                weeks=typed_number(request, "weeks", 1),
            ),
            actor=actor,
        )
        words = ngettext("%(n)d slot was made.", "%(n)d slots were made.", len(made)) % {"n": len(made)}
        return Done(f"/behaviour/detentions/?date={made[0].on:%Y-%m-%d}", Toast(words))

    def context() -> dict[str, Any]:
        return {
            "types": [(str(t.pk), t.name) for t in list_detention_types(actor, active=True)],
            "rooms": list_room_names(actor),
            "staff": _staff_names(actor),
            "day": today() + timedelta(days=1),
        }

    return submitted(request, "behaviour/slot_new.html", context, act)


def _staff(request: HttpRequest) -> list[UUID]:
    chosen = [typed_id(request, "lead"), *typed_ids(request, "supervisor")]
    return list(dict.fromkeys(each for each in chosen if each))


def _staff_names(actor: Actor) -> list[tuple[str, str]]:
    return [(str(row.pk), row.person.full_name) for row in list_staff(actor).filter(leaves_on__isnull=True)]


@require_http_methods(["GET", "POST"])
def slot_edit(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """Who supervises a slot; moving everybody in it; cancelling it."""
    actor = actor_of(request)
    actor.require_all(Permission.SLOTS_EDIT)

    def act() -> Done:
        chosen = request.POST.get("act", "")
        reason = request.POST.get("reason", "")
        if chosen == "supervise":
            slot = assign_supervisors(slot_id, staff=_staff(request), actor=actor)
            return Done(f"/behaviour/slots/{slot.pk}/edit/", Toast(gettext("Supervisors are set.")))
        if chosen == "move":
            to = typed_id(request, "to")
            if to is None:
                raise invalid_field("/to", "required", gettext("Choose a slot."))
            moved = move_slot(slot_id, to_slot_id=to, reason=reason, actor=actor)
        elif chosen == "cancel":
            moved = cancel_slot(slot_id, reason=reason, actor=actor)
        else:
            raise NotFoundError
        n = sum(each.new is not None for each in moved)
        words = ngettext("%(n)d detention was moved.", "%(n)d detentions were moved.", n) % {"n": n}
        return Done(f"/behaviour/slots/{slot_id}/edit/", Toast(words))

    def context() -> dict[str, Any]:
        slot = get_slot(slot_id, actor=actor)
        standing = slot.standing  # type: ignore[attr-defined]  # prefetched
        lead = next((str(row.staff_id) for row in standing if row.leads), "")
        others = [row for row in list_open_slots(slot.type_id) if row.pk != slot.pk]
        return {
            "slot": slot,
            "at": said(slot.starts_at),
            "needs_supervisor": needs_supervisor(slot),
            "staff": _staff_names(actor),
            "lead": lead,
            "second": next((str(row.staff_id) for row in standing if not row.leads), ""),
            "slots": [(str(row.pk), said(row.starts_at)) for row in others],
            "is_over": slot.state not in ("open", "full"),
            "may_run": may_run(slot, actor),
        }

    return submitted(request, "behaviour/slot_edit.html", context, act)


@require_http_methods(["GET", "POST"])
def away_page(request: HttpRequest) -> HttpResponse:
    """Note that somebody cannot supervise: the slots they leave are shown on the board."""
    actor = actor_of(request)
    actor.require_all(Permission.SLOTS_EDIT)

    def act() -> Done:
        staff_id = typed_id(request, "staff")
        if staff_id is None:
            raise invalid_field("/staff", "required", gettext("Choose who is away."))
        first = needed_date(request, "first")
        last = typed_date(request, "last") or first
        zone = clock.zone(time_zone())
        midnight = datetime.min.time()
        left = note_away(
            staff_id,
            starts_at=datetime.combine(first, midnight, tzinfo=zone),
            ends_at=datetime.combine(last + timedelta(days=1), midnight, tzinfo=zone),
            reason=request.POST.get("reason", ""),
            actor=actor,
        )
        words = ngettext("%(n)d slot lost a supervisor.", "%(n)d slots lost a supervisor.", len(left)) % {
            "n": len(left)
        }
        day = min((slot.on for slot in left), default=first)
        return Done(f"/behaviour/detentions/?date={day:%Y-%m-%d}", Toast(words))

    def context() -> dict[str, Any]:
        return {"staff": _staff_names(actor), "day": today()}

    return submitted(request, "behaviour/away.html", context, act)
