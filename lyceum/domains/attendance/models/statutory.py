"""What decides a statutory mark besides registers: the office's own word, and exceptional closures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.attendance.models.codes import Code, Session
from lyceum.domains.people.models import Student


class SessionOverride(SchoolOwned):
    """The office's own word on one session of a student: it comes before everything else."""

    student = SchoolForeignKey(Student, models.PROTECT, related_name="session_overrides")
    on = models.DateField()
    session = models.CharField(max_length=3, choices=Session.choices)
    code = SchoolForeignKey(Code, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "student", "on", "session"], name="override_once")]
        indexes = [models.Index(fields=["school", "on"], name="override_by_day")]

    def __str__(self) -> str:
        return f"{self.on} {self.session}"


class Closure(SchoolOwned):
    """Days or sessions on which the school, or some grades, could not be kept: undone by one act."""

    starts_on = models.DateField()
    ends_on = models.DateField()
    sessions = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    """Empty: all of the day."""
    grades = ArrayField(models.UUIDField(), default=list, blank=True)
    """Empty: everybody."""
    code = SchoolForeignKey(Code, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    made_by_name = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="closure_days_in_order"),
        ]
        indexes = [models.Index(fields=["school", "ends_on"], name="closure_by_day")]

    def __str__(self) -> str:
        return self.reason
