"""What devices without network sent of detention registers, and what waits for a decision."""

from django.db import models

from lyceum.core.devices import BatchRow, ConflictRow
from lyceum.core.schools import SchoolForeignKey
from lyceum.domains.behaviour.models.detentions import MARKS, Detention


class DetentionBatch(BatchRow):
    """Marks of slot registers that a device without network sent once it had one."""

    class Meta(BatchRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "device", "key"], name="detention_batch_once")]


class DetentionConflict(ConflictRow):
    """A mark of a slot's register from a device, beside the one on the server."""

    batch = SchoolForeignKey(DetentionBatch, models.PROTECT, related_name="conflicts")
    detention = SchoolForeignKey(Detention, models.PROTECT, related_name="conflicts")
    mark = models.CharField(max_length=17, choices=[(each, each) for each in MARKS])
    minutes = models.PositiveSmallIntegerField(null=True)
    server_mark = models.CharField(max_length=17, blank=True)
    """Empty: no mark."""
    server_minutes = models.PositiveSmallIntegerField(null=True)

    class Meta(ConflictRow.Meta):
        indexes = [
            models.Index(fields=["school", "state", "detention"], name="detention_conflict_by_state"),
            models.Index(fields=["school", "detention"], name="detention_conflict_by_row"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} or {self.server_mark or 'no mark'}"
