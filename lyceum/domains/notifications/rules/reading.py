"""Having read something, and wanting things otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.models import DigestSetting, Notification, Preference, QuietHours
from lyceum.domains.notifications.queries import get_notification, list_notifications, member_id
from lyceum.domains.notifications.words import Channel, Mode, Type


@transaction.atomic
def mark_read(notification_id: UUID, *, actor: Actor) -> Notification:
    """Say that one has read it. It stays read."""
    found = get_notification(notification_id, actor=actor)
    if not found.is_read:
        found.is_read, found.read_at = True, clock.now()
        found.save(update_fields=["is_read", "read_at", "updated_at"])
    return found


@transaction.atomic
def mark_all_read(*, actor: Actor) -> int:
    """Say that one has read everything; returns how many there were."""
    now = clock.now()
    return list_notifications(actor, is_read=False).order_by().update(is_read=True, read_at=now, updated_at=now)


@transaction.atomic
def set_preferences(modes: Mapping[tuple[str, str], str], *, actor: Actor) -> None:
    """Choose how one hears of each kind by each channel. What is in Lyceum itself is always there."""
    user = member_id(actor)
    for (kind, channel), mode in modes.items():
        if kind not in Type.values or channel not in Channel.values or mode not in Mode.values:
            raise invalid_field(f"/{kind}/{channel}", "choice", _("Choose one of the list."))
        if channel == Channel.IN_APP:
            raise invalid_field(f"/{kind}/{channel}", "in_app", _("What is told in Lyceum itself is always there."))
        if channel == Channel.PUSH and mode == Mode.DIGEST:
            raise invalid_field(f"/{kind}/{channel}", "choice", _("On a device it comes at once, or not at all."))
    now = clock.now()
    Preference.objects.bulk_create(
        [Preference(user_id=user, type=k, channel=c, mode=m, created_at=now) for (k, c), m in modes.items()],
        update_conflicts=True,
        unique_fields=["school", "user", "type", "channel"],
        update_fields=["mode", "updated_at"],
    )
    record(
        "notifications.preferences",
        target=Target("accounts.user", user),
        changes={f"{kind}.{channel}": [None, mode] for (kind, channel), mode in modes.items()},
        actor=actor,
    )


@transaction.atomic
def set_quiet_hours(starts_at: time, ends_at: time, weekdays: Sequence[int], *, actor: Actor) -> QuietHours:
    """Choose when to be left alone. Urgent messages come all the same."""
    if not set(weekdays) <= set(range(1, 8)):
        raise invalid_field("/weekdays", "range", _("Choose days of the week."))
    if starts_at == ends_at:
        raise invalid_field("/ends_at", "range", _("Quiet hours end at another time than they begin."))
    row, _made = QuietHours.objects.update_or_create(
        user_id=member_id(actor),
        defaults={"starts_at": starts_at, "ends_at": ends_at, "weekdays": sorted(set(weekdays))},
    )
    record("notifications.quiet_hours", target=Target("accounts.user", row.user_id), actor=actor)
    return row


@transaction.atomic
def set_digest(at: time, *, every: str = "daily", actor: Actor) -> DigestSetting:
    """Choose when the digest comes."""
    if every not in ("daily", "weekly"):
        raise invalid_field("/every", "choice", _("Choose one of the list."))
    row, _made = DigestSetting.objects.update_or_create(user_id=member_id(actor), defaults={"at": at, "every": every})
    record("notifications.digest", target=Target("accounts.user", row.user_id), actor=actor)
    return row
