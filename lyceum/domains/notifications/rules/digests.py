"""Digests: what could wait, in one mail for each person, grouped by child, without what they have read already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from lyceum.core import clock
from lyceum.core.ids import new_id
from lyceum.core.schools import school_scope
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.notifications.rules.queue import send_at
from lyceum.domains.notifications.rules.wording import Wording
from lyceum.domains.notifications.words import Type

MOST = 500
"""People at a time."""


def send_digests(school_id: int) -> int:
    """Make the digests that are due, one message for each person and address; returns how many."""
    made = 0
    while True:
        with school_scope(school_id):
            portion = _make_portion(school_id)
        if not portion:
            return made
        made += portion


def _make_portion(school_id: int) -> int:
    now = clock.now()
    held = Delivery.objects.filter(state=Delivery.State.HELD, in_digest=True, not_before__lte=now)
    over = Q(notification__is_read=True) | Q(notification__withdrawn_at__isnull=False)
    held.filter(over | Q(notification__expires_at__lte=now)).update(
        state=Delivery.State.SUPPRESSED, error="read already, or over", updated_at=now
    )
    rows = held.select_related("notification").select_for_update(of=("self",), skip_locked=True)
    waiting: dict[tuple[UUID, str, str], list[Delivery]] = defaultdict(list)
    for row in rows.order_by("notification__recipient", "pk")[:MOST]:
        waiting[row.notification.recipient, row.channel, row.address].append(row)
    if not waiting:
        return 0
    wording = Wording("digest")
    for (_recipient, channel, address), parts in waiting.items():
        _write(parts, channel, address, wording)
    Delivery.objects.filter(pk__in=[row.pk for parts in waiting.values() for row in parts]).update(
        state=Delivery.State.SENT, sent_at=now, provider="digest", updated_at=now
    )
    send_at(school_id, now)
    return len(waiting)


def _write(parts: Sequence[Delivery], channel: str, address: str, wording: Wording) -> None:
    """One message that says them all."""
    first = parts[0].notification
    values = {"items": _items(parts)}
    words, language = wording.say(channel, values, language=first.language)
    digest = Notification.objects.create(
        id=new_id(),
        recipient=first.recipient,
        user_id=None,  # in the app each of them stands by itself
        name=first.name,
        reason=first.reason,
        type=Type.SYSTEM,
        template="digest",
        values=values,
        subject=words.subject[:200],
        message=words.message[:2000],
        language=language,
        link="/notifications/" if first.user_id else "",
        source="digest",
        dedupe_key=f"digest:{parts[0].pk}",
    )
    Delivery.objects.create(
        notification=digest,
        channel=channel,
        address=address,
        subject=words.subject[:200],
        text=values["items"],
        link=digest.link,
        state=Delivery.State.QUEUED,
        not_before=clock.now(),
    )


def _items(parts: Sequence[Delivery]) -> str:
    """The messages, those about one child together, each with its link."""
    by_child: dict[UUID | None, list[str]] = defaultdict(list)
    for part in parts:
        link = f" {settings.PUBLIC_URL}{part.link}" if part.link else ""
        by_child[part.notification.about_student].append(f"• {part.text}{link}")
    return "\n\n".join("\n".join(lines) for lines in by_child.values())
