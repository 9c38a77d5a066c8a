"""Where a browser takes notifications."""

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet

from lyceum.core.schools import SchoolOwned
from lyceum.domains.accounts.models import SignInSession


class PushDevice(SchoolOwned):
    """One browser in which somebody wants to be told, also while Lyceum is not open in it."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    session = models.UUIDField(null=True)
    """The sign-in in which they asked for it: whoever signs out there, or is put out, is told nothing there."""
    endpoint = models.CharField(max_length=1000)
    """Where its maker's push service takes messages for it."""
    endpoint_hash = models.BinaryField()
    p256dh = models.BinaryField()
    auth = models.BinaryField()
    """The browser's keys: what is sent, only it can read."""
    name = models.CharField(max_length=80, blank=True)
    """As in `Firefox, Android`."""
    detail = models.BooleanField(default=False)
    """Whether a notification says what it is about, or only who sends it and of which kind it is."""
    last_ok_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "endpoint_hash"], name="push_device_once")]
        indexes = [models.Index(fields=["school", "user", "-created_at"], name="push_device_of_user")]

    def __str__(self) -> str:
        return self.name


def open_devices() -> "QuerySet[PushDevice]":
    """The devices on which nobody signed out since."""
    ended = SignInSession.objects.filter(pk=OuterRef("session"), revoked_at__isnull=False)
    return PushDevice.objects.filter(~Exists(ended))
