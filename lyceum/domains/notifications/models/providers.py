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
    forged = models.PositiveIntegerField(default=0)
    """How many reports came there without the carrier's signature. Nothing else is kept of them."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "channel", "rank"], name="provider_rank_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.sender}"


class Hook(models.Model):
    """From the secret in the address at which a carrier reports to the school and the carrier.

    Behind no wall: it is read before the school is known, and says nothing but where to go on.
    """

    token_hash = models.BinaryField(primary_key=True)
    school = models.ForeignKey("tenancy.School", models.CASCADE, related_name="+", db_index=False)
    provider = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return str(self.provider)


class CarriedFor(models.Model):
    """From a message of the installation's carrier, or a number it wrote to, to the school that it was for.

    Behind no wall: it is read before the school is known. It holds a keyed hash and nothing that was said.
    """

    key_hash = models.BinaryField(primary_key=True)
    school = models.ForeignKey("tenancy.School", models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.school_id)


class ProviderEvent(SchoolRow):
    """Something a provider reported about a message, once."""

    provider = SchoolForeignKey(Provider, models.CASCADE, null=True, related_name="events")
    """The school's own; none for the installation's."""
    carrier = models.CharField(max_length=10, blank=True, db_default="")
    """The kind of the installation's carrier."""
    event = models.CharField(max_length=200)
    message = models.CharField(max_length=200, blank=True)
    """The provider's name for the message."""
    received_at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    """What it says, in our words."""
    applied_at = models.DateTimeField(null=True)
    """When it reached its message; a report may be here before the message is known by its name."""

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "provider", "event"], name="provider_event_once"),
            models.UniqueConstraint(
                fields=["school", "carrier", "event"],
                condition=models.Q(provider__isnull=True),
                name="installation_event_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "provider", "message"],
                condition=models.Q(applied_at__isnull=True),
                name="provider_event_waits",
            ),
        ]
