"""How far news about students would go: those who are reached, and those who are not with why. Of those who are kept
away from a child by a restriction only the number is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.domains.notifications.choice import OVER_CAP
from lyceum.domains.notifications.rules.notify import News, Recipient
from lyceum.domains.notifications.rules.previewing import Costs, Reach, reach_of
from lyceum.domains.notifications.words import Channel
from lyceum.domains.people.contacts_for import WORDS, Choice, WhyNot

_TROUBLE = {
    "suppressed": _("the address does not work"),
    "bouncing": _("the address does not work"),
    "opted_out": _("wants no messages there"),
    OVER_CAP: _("no texts are left this month"),
}
"""Why an address that somebody agreed to takes nothing."""
BLOCKED = frozenset({WhyNot.RESTRICTED, WhyNot.SHARED})


def reach_of_choices(
    asked: Sequence[tuple[News, Sequence[Recipient]]], others: Sequence[Choice], *, actor: Actor
) -> Reach:
    """How far news would go to some adults, beside others of the same families who are not told."""
    reasons = Counter(str(each.why_not) for each in others if each.why_not and each.why_not not in BLOCKED)
    blocked = sum(each.why_not in BLOCKED for each in others)
    return reach_of(asked, actor=actor) + Reach(unreachable=reasons, blocked=blocked)


def reach_words(reach: Reach) -> dict[str, list[tuple[str, int]]]:
    """The channels and the reasons of a preview as people read them, the most frequent first."""
    reasons = Counter[str]()
    for why, count in reach.unreachable.items():
        reasons[str(_TROUBLE[why] if why in _TROUBLE else WORDS[WhyNot(why)])] += count
    channels = Counter({str(Channel(each).label): count for each, count in reach.by_channel.items()})
    return {"channels": channels.most_common(), "reasons": reasons.most_common()}


def reach_fields(reach: Reach, costs: Costs) -> dict[str, Any]:
    """A preview as software reads it."""
    return {
        "reached": reach.reached,
        "by_channel": dict(reach.by_channel),
        "unreachable": dict(reach.unreachable),
        "blocked": reach.blocked,
        "segments": costs.segments,
        "cost": None if costs.cost is None else str(costs.cost),
        "used": costs.used,
        "cap": costs.cap,
    }
