"""The only thing that behaviour knows of attendance."""

from django.db import models

from lyceum.core.schools import SchoolForeignKey, SchoolRow
from lyceum.domains.people.models import Student


class StudentDay(SchoolRow):
    """Whether a student is away on a day, and whether that was allowed: from facts of attendance."""

    student = SchoolForeignKey(Student, models.CASCADE, related_name="behaviour_days")
    on = models.DateField()
    off_site = models.BooleanField()
    authorised = models.BooleanField(null=True)
    """None where the student is on site."""
    why = models.CharField(max_length=20, blank=True)
    """The kind of reason, as in `planned` or `marked`; never the reason itself."""
    recorded_at = models.DateTimeField()

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "student", "on"], name="student_day_once")]
        indexes = [models.Index(fields=["school", "on"], name="student_day_by_day")]

    def __str__(self) -> str:
        return f"{self.on}"
