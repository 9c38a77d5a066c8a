"""How a notification travels."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.notifications.models.notifications import Notification
from lyceum.domains.notifications.words import Channel


class Delivery(SchoolOwned):
    """One notification on its way to one address."""

    class State(models.TextChoices):
        HELD = "held"
        """For a digest, or until quiet hours end."""
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        READ = "read"
        FAILED = "failed"
        BOUNCED = "bounced"
        EXPIRED = "expired"
        SUPPRESSED = "suppressed"
        """The address takes nothing, or its owner does not want it."""
        WITHDRAWN = "withdrawn"

    notification = SchoolForeignKey(Notification, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=6, choices=Channel.choices)
    address = models.CharField(max_length=300)
    """As it was."""
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    """As it is sent: what somebody was told is what is kept."""
    link = models.CharField(max_length=400, blank=True)
    """Where it leads; outside Lyceum perhaps to a page that needs no account."""
    state = models.CharField(max_length=10, choices=State.choices)
    rank = models.PositiveSmallIntegerField(default=2)
    """Urgent first: 0; important 1, routine 2."""
    in_digest = models.BooleanField(default=False)
    in_reserve = models.BooleanField(default=False, db_default=False)
    """The next channel of something urgent: it goes where nobody has read it by then, or the way before it failed."""
    not_before = models.DateTimeField()
    """When it may go: now, or when quiet hours or the wait after a failure end."""
    taken_at = models.DateTimeField(null=True)
    """When a worker took it; one that fell silent gives it back."""
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    provider = models.CharField(max_length=60, blank=True)
    """Who took it; before, who alone is to carry it, as a test of one carrier."""
    provider_message = models.CharField(max_length=200, blank=True)
    """Its name for the message."""
    segments = models.PositiveSmallIntegerField(default=0)
    """How many texts it is, counted as it is written; by it a school's month is summed up."""
    error = models.CharField(max_length=300, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "notification", "channel", "address"], name="delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["school", "rank", "not_before"],
                condition=Q(state__in=("held", "queued", "sending")),
                name="delivery_to_do",
            ),
            models.Index(fields=["school", "-created_at", "-id"], name="delivery_newest_first"),
            models.Index(fields=["school", "provider_message"], name="delivery_by_message"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}"


class DeliveryAttempt(SchoolRow):
    """One try, and what the provider said."""

    delivery = SchoolForeignKey(Delivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    provider = models.CharField(max_length=60)
    code = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta(SchoolRow.Meta):
        indexes = [models.Index(fields=["school", "delivery", "at"], name="attempt_by_delivery")]
