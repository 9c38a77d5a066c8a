"""The pass of somebody without an account who covers lessons for a day."""

from django.db import models

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.timetable.models import Cover


class CoverPass(SchoolOwned):
    """A printed link with a PIN: it opens that day's covered lessons, and nothing else."""

    holder_name = models.CharField(max_length=120)
    on = models.DateField()
    secret_hash = models.BinaryField()
    pin_hash = models.BinaryField()
    """Of the secret and the PIN together: whoever reads the database can try no PINs."""
    made_by_name = models.CharField(max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        verbose_name_plural = "cover passes"
        constraints = [models.UniqueConstraint(fields=["school", "secret_hash"], name="cover_pass_secret_once")]
        indexes = [models.Index(fields=["school", "on"], name="cover_pass_by_day")]

    def __str__(self) -> str:
        return self.holder_name


class CoverPassLesson(SchoolRow):
    """A lesson of a pass, for as long as its cover stands."""

    cover_pass = SchoolForeignKey(CoverPass, models.PROTECT, related_name="lessons")
    cover = SchoolForeignKey(Cover, models.PROTECT, related_name="passes")

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "cover"], name="cover_pass_lesson_once")]
        indexes = [models.Index(fields=["school", "cover_pass"], name="cover_pass_lessons")]
