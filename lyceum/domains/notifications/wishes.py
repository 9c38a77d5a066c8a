"""Reading what people want."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from lyceum.domains.notifications.choice import Wishes
from lyceum.domains.notifications.models import DigestSetting, Preference, QuietHours


def read_wishes(usual: Mapping[UUID, Wishes]) -> dict[UUID, Wishes]:
    """What each of some users wants, on top of what is usual for them. Three statements for any number."""
    modes: dict[UUID, dict[tuple[str, str], str]] = {}
    for row in Preference.objects.filter(user__in=usual):
        modes.setdefault(row.user_id, {})[row.type, row.channel] = row.mode
    found = {user: replace(wishes, modes=modes.get(user, {})) for user, wishes in usual.items()}
    for quiet in QuietHours.objects.filter(user__in=usual):
        found[quiet.user_id] = replace(
            found[quiet.user_id],
            quiet_from=quiet.starts_at,
            quiet_to=quiet.ends_at,
            quiet_days=tuple(quiet.weekdays),
        )
    for digest in DigestSetting.objects.filter(user__in=usual):
        found[digest.user_id] = replace(
            found[digest.user_id], digest_at=digest.at, digest_weekly=digest.every == "weekly"
        )
    return found
