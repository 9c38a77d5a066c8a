"""Points: scales, and entries that are only ever added."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.people.models import Student


class PointScale(SchoolOwned):
    """A kind of points. Scales are never added to each other."""

    name = models.CharField(max_length=60)
    year_reset = models.BooleanField(default=True)
    """Whether the balance begins anew with each school year; what was before is kept."""
    counts_to_escalation = models.BooleanField(default=True)
    house_totals = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    """The first is the school's usual scale."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="point_scale_name_once")]

    def __str__(self) -> str:
        return self.name


class PointEntry(SchoolRow):
    """Points for one student on one scale. The database refuses to change or delete a row."""

    class Reason(models.TextChoices):
        INCIDENT = "incident"
        MANUAL = "manual"
        OPENING_BALANCE = "opening_balance"
        REVERSAL = "reversal"

    student = SchoolForeignKey(Student, models.PROTECT, related_name="point_entries")
    scale = SchoolForeignKey(PointScale, models.PROTECT, related_name="entries")
    points = models.SmallIntegerField()
    reason = models.CharField(max_length=15, choices=Reason.choices)
    participant = SchoolForeignKey("behaviour.Participant", models.PROTECT, null=True, related_name="point_entries")
    reverses = SchoolForeignKey("self", models.PROTECT, null=True, related_name="reversals")
    year = SchoolForeignKey(AcademicYear, models.PROTECT, null=True, related_name="+")
    on = models.DateField()
    """The school day it counts on: that of the incident, not that of its approval."""
    note = models.CharField(max_length=300, blank=True)
    external_id = models.CharField(max_length=80, blank=True)
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta(SchoolRow.Meta):
        verbose_name_plural = "point entries"
        constraints = [
            models.UniqueConstraint(
                fields=["school", "reverses"], condition=Q(reverses__isnull=False), name="reversed_once"
            ),
            models.UniqueConstraint(
                fields=["school", "external_id"], condition=~Q(external_id=""), name="point_entry_external_id_once"
            ),
            models.CheckConstraint(condition=Q(points__gte=-1000, points__lte=1000), name="point_entry_range"),
            models.CheckConstraint(
                condition=Q(reason="reversal", reverses__isnull=False)
                | ~Q(reason="reversal") & Q(reverses__isnull=True),
                name="reversal_reverses",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student", "scale", "on"], name="points_by_student"),
            models.Index(fields=["school", "participant"], name="points_by_participant"),
            models.Index(fields=["school", "on"], name="points_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d}"
