"""The board of detentions: a day's slots with who serves in them, and what waits for somebody."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.forms import asked_date
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.days import school_days
from lyceum.domains.behaviour.detention_policies import is_staff_here
from lyceum.domains.behaviour.detention_queries import (
    list_day_detentions,
    list_slots,
    list_waiting,
    needs_supervisor,
)
from lyceum.domains.behaviour.models import Detention, DetentionSlot
from lyceum.domains.behaviour.rules.detentions.fitting import local_times
from lyceum.domains.tenancy.queries import today

MOST_SLOTS, MOST_WAITING = 60, 20
TONES = {
    "scheduled": "due",
    "completed": "present",
    "missed": "absent",
    "escalated": "absent",
    "excused": "authorised",
    "proposed": "late",
}
"""The colour in which each state is shown; the others are grey."""


@dataclass(frozen=True)
class BoardSlot:
    """A slot as it stands on the board."""

    slot: DetentionSlot
    rows: list[Detention]
    own: bool

    @property
    def at(self) -> str:
        """From when to when."""
        starts, ends = local_times(self.slot)
        return f"{starts:%H:%M}–{ends:%H:%M}"

    @property
    def needs_supervisor(self) -> bool:
        """Whether nobody who is there supervises it."""
        return needs_supervisor(self.slot)

    @property
    def takes_students(self) -> bool:
        """Whether somebody may still be moved into it, or out of it."""
        return self.slot.takes_students(clock.now())

    @property
    def supervisors(self) -> str:
        """Who supervises, the lead first."""
        return ", ".join(row.staff.person.full_name for row in self.slot.standing)  # type: ignore[attr-defined]  # prefetched

    @property
    def has_open_register(self) -> bool:
        """Whether its register can be taken now."""
        return self.slot.state != DetentionSlot.State.CANCELLED and clock.now() >= self.slot.opens_at


@require_GET
def board_page(request: HttpRequest) -> HttpResponse:
    """A day's slots: seats, supervisors, who serves; and what waits for a decision."""
    actor, day = actor_of(request), asked_date(request, "date", today())
    if not is_staff_here(actor):
        raise NotFoundError
    slots = list(list_slots(actor, first=day, last=day)[:MOST_SLOTS])
    waiting = list(list_waiting(actor)[:MOST_WAITING]) if actor.may(Permission.DETENTIONS_SET) else []
    return render(request, "behaviour/detention_board.html", _context(actor, day, slots, waiting))


def _context(actor: Actor, day: date, slots: list[DetentionSlot], waiting: list[Detention]) -> dict[str, Any]:
    rows: dict[UUID | None, list[Detention]] = defaultdict(list)
    for row in list_day_detentions(actor, [slot.pk for slot in slots]):
        rows[row.slot_id].append(row)
    shown = [BoardSlot(slot, rows[slot.pk], _is_own(slot, actor)) for slot in slots]
    return {
        "day": day,
        "before": _next_school_day(day, -1),
        "after": _next_school_day(day, 1),
        "why_closed": "" if school_days().is_school_day(day) else school_days().why_closed(day),
        "slots": shown,
        "seats": sum(slot.capacity for slot in slots if slot.state != "cancelled"),
        "taken": sum(slot.seats_taken for slot in slots),  # type: ignore[attr-defined]  # annotated
        "unsupervised": sum(each.needs_supervisor for each in shown),
        "waiting": waiting,
        "may_set": actor.may(Permission.DETENTIONS_SET),
        "may_plan": actor.reaches_all(Permission.SLOTS_EDIT),
        "may_decide": actor.reaches_all(Permission.INCIDENTS_REVIEW),
        "runs_all": actor.reaches_all(Permission.DETENTIONS_RUN),
        "tones": TONES,
    }


def _is_own(slot: DetentionSlot, actor: Actor) -> bool:
    standing = slot.standing  # type: ignore[attr-defined]  # prefetched
    return any(row.staff.person.user_id == actor.user_id for row in standing) and actor.user_id is not None


def _next_school_day(day: date, step: int) -> date:
    """The school day before or after a day, or else the day itself next to it."""
    days = (day + timedelta(days=step * n) for n in range(1, 30))
    return next((each for each in days if school_days().is_school_day(each)), day + timedelta(days=step))
