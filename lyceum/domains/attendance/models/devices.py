"""What devices without network sent, and what waits for a decision."""

from django.db import models

from lyceum.core.devices import BatchRow, ConflictRow
from lyceum.core.schools import SchoolForeignKey
from lyceum.domains.attendance.models.registers import Register
from lyceum.domains.people.models import Student


class DeviceBatch(BatchRow):
    """Marks of class registers that a device without network sent once it had one."""

    class Meta(BatchRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "device", "key"], name="device_batch_once")]


class Conflict(ConflictRow):
    """A mark of a class register from a device, beside the one on the server."""

    batch = SchoolForeignKey(DeviceBatch, models.PROTECT, related_name="conflicts")
    register = SchoolForeignKey(Register, models.PROTECT, related_name="conflicts")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="+")
    symbol = models.CharField(max_length=4)
    minutes_late = models.PositiveSmallIntegerField(null=True)
    server_symbol = models.CharField(max_length=4, blank=True)
    """Empty: no mark."""
    server_minutes_late = models.PositiveSmallIntegerField(null=True)

    class Meta(ConflictRow.Meta):
        indexes = [
            models.Index(fields=["school", "state", "register"], name="conflict_by_state"),
            models.Index(fields=["school", "student"], name="conflict_by_student"),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} or {self.server_symbol or 'no mark'}"
