"""Telling supervisors that detentions moved: each once for one act, in numbers, without a child's name."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.language import speaking
from lyceum.domains.accounts.models import User
from lyceum.domains.behaviour.models import Detention, SlotSupervisor
from lyceum.domains.behaviour.rules.detentions.fitting import said
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Type, Urgency
from lyceum.domains.people.office import staff_recipient
from lyceum.domains.timetable.rules.covers.telling import users_of

MOVED = "behaviour.detentions_moved"
MOST_SAID = 5

declare(
    MOVED,
    Text(
        subject=_("Detentions that you supervise were moved"),
        message=_("Detentions were moved: {moves}."),
        short=_("{school}: detentions were moved: {moves}."),
        placeholders=("school", "moves"),
    ),
)

Way = tuple[datetime, datetime]
"""From when to when."""


def tell_supervisors(pairs: Sequence[tuple[Detention, Detention]], *, actor: Actor) -> None:
    """Tell whoever supervises what detentions left or came to, in the slots that are still to come.

    `pairs` are the old row and the new one. The statements do not grow with them.
    """
    instant, ways = clock.now(), defaultdict[UUID, Counter[Way]](Counter)
    for old, new in pairs:
        if old.starts_at and new.starts_at:
            for row in (old, new):
                if row.slot_id and row.starts_at and row.starts_at > instant:
                    ways[row.slot_id][(old.starts_at, new.starts_at)] += 1
    standing = (
        SlotSupervisor.objects.filter(slot__in=list(ways), stands=True) if ways else SlotSupervisor.objects.none()
    )
    slots_of: dict[UUID, set[UUID]] = defaultdict(set)
    for staff_id, slot_id in standing.values_list("staff_id", "slot_id"):
        slots_of[staff_id].add(slot_id)
    users = users_of(set(slots_of)) if slots_of else {}
    came_to = {new.slot_id for _old, new in pairs}
    told = [_recipient(user, slots_of[staff], came_to, ways) for staff, user in users.items()]
    if told:
        first = min(new.pk for _old, new in pairs)
        news = News(
            type=Type.BEHAVIOUR.value,
            template=MOVED,
            values={},
            dedupe_key=f"{MOVED}:{first}",
            urgency=Urgency.IMPORTANT.value,
            source=str(first),
        )
        notify(news, told, actor=actor)


def _recipient(user: User, slots: set[UUID], came_to: set[UUID | None], ways: Mapping[UUID, Counter[Way]]) -> Recipient:
    """One supervisor, with what moved out of their slots and into them."""
    mine = Counter[Way]()
    for slot in slots:
        mine |= ways[slot]  # whoever supervises both ends of a way hears of it once
    with speaking(user.locale):
        lines = [
            say("%(old)s → %(new)s (%(count)s)") % {"old": said(old), "new": said(new), "count": count}
            for (old, new), count in sorted(mine.items())[:MOST_SAID]
        ]
        if len(mine) > MOST_SAID:
            lines.append("…")
    slot = min(slots & came_to or slots)
    return replace(
        staff_recipient(user, "supervisor"), values={"moves": "; ".join(lines)}, link=f"/behaviour/slots/{slot}/"
    )
