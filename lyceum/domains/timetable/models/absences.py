"""Staff who are away, and who stood in how often."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.people.models import Staff


class StaffAbsence(SchoolOwned):
    """A member of staff is away, from a day and period to another, both included."""

    class Kind(models.TextChoices):
        ILLNESS = "illness", _("illness")
        TRAINING = "training", _("training")
        TRIP = "trip", _("trip")
        FAMILY = "family", _("family")
        LEAVE = "leave", _("leave")
        OTHER = "other", _("other")

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")

    staff = SchoolForeignKey(Staff, models.PROTECT, related_name="absences")
    starts_on = models.DateField()
    starts_period = models.PositiveSmallIntegerField(null=True)
    """The number of the first period away on the first day; None: from its beginning."""
    ends_on = models.DateField()
    ends_period = models.PositiveSmallIntegerField(null=True)
    """The number of the last period away on the last day; None: until its end."""
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.OTHER)
    state = models.CharField(max_length=9, choices=State.choices, default=State.CONFIRMED)
    note = models.CharField(max_length=300, blank=True)
    asked_by = models.UUIDField(null=True)
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on"))
                | Q(starts_on=F("ends_on"), starts_period__isnull=True)
                | Q(starts_on=F("ends_on"), ends_period__isnull=True)
                | Q(starts_on=F("ends_on"), starts_period__lte=F("ends_period")),
                name="staff_absence_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "starts_on"], name="staff_absences_by_day"),
            models.Index(fields=["school", "staff", "starts_on"], name="staff_absences_by_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.starts_on}–{self.ends_on}"


class CoverTally(SchoolRow):
    """How often somebody stood in for others in a year, and others for them."""

    staff = SchoolForeignKey(Staff, models.CASCADE, related_name="cover_tallies")
    year = SchoolForeignKey(AcademicYear, models.CASCADE, related_name="cover_tallies")
    given = models.PositiveSmallIntegerField(default=0)
    received = models.PositiveSmallIntegerField(default=0)
    limit = models.PositiveSmallIntegerField(null=True)
    """Covers a year that may be asked of them; None: no limit."""

    class Meta(SchoolRow.Meta):
        verbose_name_plural = "cover tallies"
        constraints = [models.UniqueConstraint(fields=["school", "staff", "year"], name="cover_tally_once")]
