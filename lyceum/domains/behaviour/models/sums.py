"""What happened each day, in numbers: from which dashboards are read, not from every incident."""

from django.db import models

from lyceum.core.schools import SchoolRow


class DaySum(SchoolRow):
    """How often something counted on one day, for one key of one axis.

    The database keeps these rows itself, in the transaction that changes an incident or a part (see the migration):
    whatever writes, and in whatever order, they hold what counting anew would find.
    """

    class Axis(models.TextChoices):
        STUDENT = "student"
        TYPE = "type"
        SEVERITY = "severity"
        PLACE = "place"
        PERIOD = "period"
        REPORTER = "reporter"

    on = models.DateField()
    axis = models.CharField(max_length=8, choices=Axis.choices)
    key = models.CharField(max_length=200, blank=True)
    """The id of the student, type or location; else the word itself."""
    confidential = models.BooleanField()
    praise = models.IntegerField()
    concerns = models.IntegerField()
    notes = models.IntegerField()
    """Incidents that are neither."""
    points = models.IntegerField()

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "axis", "on", "key", "confidential"], name="day_sum_once")
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.axis}"
