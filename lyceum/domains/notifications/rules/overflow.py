"""Where what goes by itself needs more texts than the school's cap holds: nobody is left out in silence.

Everybody goes on to the next channel that they agreed to. The texts that are left go to those whom nothing else
reaches, as far as they last. Whoever is reached by nothing then stands in the outbox, and the office hears of it at
once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.facts import TextsStopped
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.notifications.rules.budget import GOES, segments_of


def overflow(
    rows: Sequence[Notification],
    wanted: Sequence[Delivery],
    instead: Sequence[Delivery],
    *,
    left: int,
    actor: Actor,
) -> list[Delivery]:
    """The deliveries that go: some of those `wanted`, and of others what goes `instead`. Says so in the trail."""
    texts, others = _by_notification(wanted), _by_notification(instead)
    going: list[Delivery] = []
    stopped = unreached = 0
    for row in rows:
        needed, goes_on = segments_of(texts[row.pk]), _goes(others[row.pk])
        if needed == 0 or (not goes_on and needed <= left):
            going += texts[row.pk]
            left -= needed
            continue
        going += others[row.pk]
        stopped += 1
        unreached += not goes_on and row.user_id is None
    record(
        "notifications.texts.stop",
        target=Target("notifications.notification", rows[0].pk, rows[0].template),
        changes={"people without a text": [None, stopped], "people reached by nothing": [None, unreached]},
        facts=[TextsStopped(first=rows[0].pk, kind=rows[0].type, stopped=stopped, unreached=unreached)],
        actor=actor,
    )
    return going


def find_unreached(notifications: Sequence[Notification]) -> set[UUID]:
    """Those of some notifications that go by no way, and stand in the app of nobody."""
    ids = [row.pk for row in notifications if row.user_id is None]
    going = Delivery.objects.filter(notification__in=ids, state__in=GOES).values_list("notification", flat=True)
    return set(ids) - set(going)


def _by_notification(deliveries: Sequence[Delivery]) -> dict[UUID, list[Delivery]]:
    found: dict[UUID, list[Delivery]] = defaultdict(list)
    for each in deliveries:
        found[each.notification_id].append(each)
    return found


def _goes(deliveries: Sequence[Delivery]) -> bool:
    return any(each.state in GOES for each in deliveries)
