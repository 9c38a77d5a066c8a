"""What devices without network sent, and what waits for a decision."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lyceum.core.schools import SchoolForeignKey, SchoolRow
from lyceum.domains.attendance.models.registers import Register
from lyceum.domains.people.models import Student


class DeviceBatch(SchoolRow):
    """What a device without network sent once it had one. The same key again answers with the same rows."""

    device = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    sent_by = models.UUIDField(null=True)
    """The user, or the API key."""
    received_at = models.DateTimeField()
    device_time = models.DateTimeField()
    clock_ahead_seconds = models.IntegerField(default=0)
    """How far the device's clock was ahead of ours as it sent."""
    flags = ArrayField(models.CharField(max_length=12), default=list)
    """`clock`: the clocks differ by more than five minutes; `after_lock`: it came late but was given in time."""
    rows = models.JSONField(default=list)

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "device", "key"], name="device_batch_once")]

    def __str__(self) -> str:
        return self.key


class Conflict(SchoolRow):
    """A mark from a device that was not simply written: somebody decides between it and the server's."""

    class Kind(models.TextChoices):
        CHANGED = "changed"
        """Somebody else changed the mark meanwhile."""
        LATE = "late"
        """It came after the register locked: a proposal to the office."""
        REFUSED = "refused"
        """A rule refuses it: shown so that it is not lost."""

    class State(models.TextChoices):
        OPEN = "open"
        KEPT = "kept"
        REPLACED = "replaced"

    batch = SchoolForeignKey(DeviceBatch, models.PROTECT, related_name="conflicts")
    register = SchoolForeignKey(Register, models.PROTECT, related_name="conflicts")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    why = models.CharField(max_length=200, blank=True)
    symbol = models.CharField(max_length=4)
    minutes_late = models.PositiveSmallIntegerField(null=True)
    marked_by_name = models.CharField(max_length=200, blank=True)
    marked_at = models.DateTimeField()
    """By the device's clock, corrected."""
    server_symbol = models.CharField(max_length=4, blank=True)
    """Empty: no mark."""
    server_minutes_late = models.PositiveSmallIntegerField(null=True)
    server_by_name = models.CharField(max_length=200, blank=True)
    server_at = models.DateTimeField(null=True)
    server_version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta(SchoolRow.Meta):
        indexes = [
            models.Index(fields=["school", "state", "register"], name="conflict_by_state"),
            models.Index(fields=["school", "student"], name="conflict_by_student"),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} or {self.server_symbol or 'no mark'}"
