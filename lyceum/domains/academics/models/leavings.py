"""What a student's leaving ended, as it was before: what taking it back goes by."""

from django.db import models

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.people.models import Student


class Leaving(SchoolOwned):
    """One act of leaving, with the rows that it changed or took away."""

    student = SchoolForeignKey(Student, models.CASCADE, related_name="leavings")
    last_day = models.DateField()
    exit = models.CharField(max_length=20)
    rows = models.JSONField(default=list)
    """`[{kind, id, before, after}]`: every column; `after` is null where the row went."""
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "student", "-made_at"], name="leaving_by_student")]

    def __str__(self) -> str:
        return f"{self.last_day}"
