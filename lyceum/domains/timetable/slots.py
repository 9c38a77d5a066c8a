"""Where a lesson can go: which places are free, which break a preference, which clash, each with the reason."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.domains.timetable.planning import Card, Plan, read_plan
from lyceum.domains.timetable.planning.clashes import resources_of
from lyceum.domains.timetable.plans import get_planned

FREE, COST, CLASH = "free", "cost", "clash"


def list_slots(lesson_id: UUID, *, actor: Actor) -> dict[str, Any]:
    """Every place of the board for one lesson. A fixed number of statements."""
    lesson = get_planned(lesson_id, actor=actor)
    plan = read_plan(lesson.version)
    card = plan.cards[lesson_id]
    taken = _taken(plan, besides=lesson_id)
    needed = [each for each in resources_of(card, plan) if each[0] != "room"]
    slots = []
    for slot in sorted(plan.grid.open_slots):
        day, period = plan.grid.place(slot)
        words = _clashes(card, plan, day, period, taken, needed)
        state = CLASH if words else FREE
        slots.append({"day": day, "period": period, "state": state, "cost": 0.0, "words": words})
    return {"lesson": lesson_id, "revision": lesson.version.revision, "slots": slots, "proposals": []}


Taken = dict[tuple[int, int, str, UUID | str], list[Card]]


def _taken(plan: Plan, *, besides: UUID) -> Taken:
    found: Taken = {}
    for card in plan.cards.values():
        if card.id == besides or card.day is None or card.period is None:
            continue
        for period in plan.grid.periods(card.day, card.period, card.length):
            for kind, resource in resources_of(card, plan):
                found.setdefault((card.day, period, kind, resource), []).append(card)
    return found


def _clashes(
    card: Card, plan: Plan, day: int, period: int, taken: Taken, needed: list[tuple[str, UUID | str]]
) -> list[str]:
    periods = plan.grid.periods(day, period, card.length)
    if len(periods) < card.length:
        return [_("The day ends before the lesson does.")]
    others: dict[UUID, tuple[str, Card]] = {}
    for each in periods:
        for kind, resource in needed:
            for other in taken.get((day, each, kind, resource), ()):
                name = plan.name(resource) if isinstance(resource, UUID) else ""
                others.setdefault(other.id, (name, other))
    return [
        _("%(name)s has %(other)s.") % {"name": name, "other": plan.card_words(other)}
        if name
        else _("Students have %(other)s.") % {"other": plan.card_words(other)}
        for name, other in others.values()
    ]
