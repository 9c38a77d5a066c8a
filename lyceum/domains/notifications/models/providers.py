"""Who carries messages."""

from django.db import models

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.notifications.words import Channel


class Provider(SchoolOwned):
    """A school's own way to send by a channel. Without one the installation's is used, or the outbox page."""

    class State(models.TextChoices):
        ON = "on"
        PAUSED = "paused"
        BROKEN = "broken"

    kind = models.CharField(max_length=10)
    """smtp, mailjet, sendgrid, mailgun, ses, twilio, vonage or sns."""
    channel = models.CharField(max_length=6, choices=Channel.choices)
    sender = models.CharField(max_length=200)
    """The address or number that messages come from."""
    settings = models.JSONField(default=dict)
    """What is no secret: host, port, region, account."""
    secrets = models.BinaryField(default=bytes)
    """Sealed, and never shown again."""
    rank = models.PositiveSmallIntegerField(default=1)
    monthly_cap = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.ON)
    last_answer = models.CharField(max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    """In a row."""
    closed_until = models.DateTimeField(null=True)
    """After too many failures: the next by rank takes over until then."""
    hook_token = models.CharField(max_length=64)
    """The secret part of the address at which it reports."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "channel", "rank"], name="provider_rank_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.sender}"


class ProviderEvent(SchoolRow):
    """Something a provider reported about a message, once."""

    provider = SchoolForeignKey(Provider, models.CASCADE, related_name="events")
    event = models.CharField(max_length=200)
    received_at = models.DateTimeField()
    payload = models.JSONField(default=dict)

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "provider", "event"], name="provider_event_once")]
