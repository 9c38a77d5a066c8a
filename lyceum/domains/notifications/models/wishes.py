"""What a person wants to hear, by which channel, and when not."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lyceum.core.schools import SchoolOwned
from lyceum.domains.notifications.words import Channel, Mode, Type


class Preference(SchoolOwned):
    """How somebody wants one kind of notification by one channel."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    type = models.CharField(max_length=12, choices=Type.choices)
    channel = models.CharField(max_length=6, choices=Channel.choices)
    mode = models.CharField(max_length=6, choices=Mode.choices)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "user", "type", "channel"], name="preference_once"),
            models.CheckConstraint(condition=~models.Q(channel="in_app"), name="in_app_is_never_off"),
        ]


class QuietHours(SchoolOwned):
    """When somebody wants to be left alone: what is not urgent waits until then."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    weekdays = ArrayField(models.PositiveSmallIntegerField())
    """ISO, 1 to 7: the days on which they begin."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "user"], name="quiet_hours_once")]


class DigestSetting(SchoolOwned):
    """When somebody's digest comes."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    every = models.CharField(max_length=6, default="daily", choices=[("daily", "daily"), ("weekly", "weekly")])
    at = models.TimeField()

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "user"], name="digest_once")]
