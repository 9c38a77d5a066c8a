"""School years whose registers are closed, and the official copy that was made of them."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models import AcademicYear, Class


class YearClosing(SchoolOwned):
    """The registers of a year are frozen, until somebody opens them again with a reason."""

    year = SchoolForeignKey(AcademicYear, models.PROTECT, related_name="closings")
    closed_at = models.DateTimeField()
    closed_by_name = models.CharField(max_length=200)
    keep_until = models.DateField()
    """Kept for years from the last entry."""
    copied_at = models.DateTimeField(null=True)
    """When the last official copy was made."""
    reopened_at = models.DateTimeField(null=True)
    reopened_by_name = models.CharField(max_length=200, blank=True)
    reopen_reason = models.CharField(max_length=500, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "year"], condition=Q(reopened_at__isnull=True), name="year_closed_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)


class OfficialCopy(SchoolRow):
    """The registers of one class in one month as they stood when the year was closed. Rows are only ever added."""

    closing = SchoolForeignKey(YearClosing, models.PROTECT, related_name="copies")
    school_class = SchoolForeignKey(Class, models.PROTECT, related_name="+", db_column="class_id")
    class_name = models.CharField(max_length=120)
    month = models.DateField()
    """Its first day."""
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the content, printed on every page."""
    made_at = models.DateTimeField()

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "closing", "school_class", "month"], name="official_copy_once"),
        ]

    def __str__(self) -> str:
        return f"{self.class_name} {self.month:%Y-%m}"
