"""What is known of an address, whoever uses it."""

from django.db import models

from lyceum.core.schools import SchoolOwned
from lyceum.domains.notifications.words import Channel


class Address(SchoolOwned):
    """One e-mail address or number. It has a row once there is something to say of it."""

    class State(models.TextChoices):
        OK = "ok"
        BOUNCING = "bouncing"
        SUPPRESSED = "suppressed"
        OPTED_OUT = "opted_out"

    channel = models.CharField(max_length=6, choices=Channel.choices)
    value = models.CharField(max_length=300)
    """E-mail in lower case, a number as E.164."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.OK)
    since = models.DateTimeField()
    why = models.CharField(max_length=300, blank=True)
    soft_bounces = models.JSONField(default=list)
    """When messages came back for now, the last few."""

    class Meta(SchoolOwned.Meta):
        verbose_name_plural = "addresses"
        constraints = [models.UniqueConstraint(fields=["school", "channel", "value"], name="address_once")]

    def __str__(self) -> str:
        return self.value


class InboundSms(SchoolOwned):
    """A text that came in."""

    sender = models.CharField(max_length=30)
    text = models.CharField(max_length=2000)
    provider = models.CharField(max_length=60)
    provider_message = models.CharField(max_length=200)
    handled_by = models.CharField(max_length=200, blank=True)
    """What took it, as in `attendance.case:<id>`, or who."""
    handled_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "provider", "provider_message"], name="sms_once")]
        indexes = [models.Index(fields=["school", "-created_at", "-id"], name="sms_newest_first")]

    def __str__(self) -> str:
        return self.text
