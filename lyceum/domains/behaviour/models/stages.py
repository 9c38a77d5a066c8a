"""Stages: what many small things add up to, and who decided what follows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lyceum.core.ids import new_id
from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.behaviour.models.points import PointScale
from lyceum.domains.people.models import Student


class EscalationPolicy(SchoolOwned):
    """Thresholds from a date on. A change is a new version of the same series."""

    class Window(models.TextChoices):
        WEEKS = "weeks"
        TERM = "term"
        YEAR = "year"

    series = models.UUIDField(default=new_id)
    """The same for all versions of one policy."""
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=120)
    starts_on = models.DateField()
    scale = SchoolForeignKey(PointScale, models.PROTECT, null=True, related_name="policies")
    """What is counted: the entries of a scale; or else incidents of the types."""
    types = ArrayField(models.UUIDField(), default=list, blank=True)
    grades = ArrayField(models.UUIDField(), default=list, blank=True)
    window = models.CharField(max_length=5, choices=Window.choices, default=Window.WEEKS)
    weeks = models.PositiveSmallIntegerField(default=6)
    """School weeks: those in which school was kept on a day at least."""
    stages = models.JSONField()
    """`[{"n", "threshold", "measure": "points"|"count", "action", "approvers", "letter"}]`, rising."""
    retired = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        verbose_name_plural = "escalation policies"
        constraints = [
            models.UniqueConstraint(fields=["school", "series", "version"], name="policy_version_once"),
            models.CheckConstraint(condition=Q(weeks__gte=1, weeks__lte=60), name="policy_weeks_range"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


class EscalationCase(SchoolOwned):
    """A student who came to a stage, on evidence that does not change any more."""

    class State(models.TextChoices):
        WARNED = "warned"
        REACHED = "reached"
        APPROVED = "approved"
        DONE = "done"
        DISMISSED = "dismissed"
        LAPSED = "lapsed"

    student = SchoolForeignKey(Student, models.PROTECT, related_name="escalation_cases")
    policy = SchoolForeignKey(EscalationPolicy, models.PROTECT, related_name="cases")
    series = models.UUIDField()
    stage = models.PositiveSmallIntegerField()
    warned_stage = models.PositiveSmallIntegerField(null=True)
    """The stage that is one below being reached, besides the one that is."""
    evidence = ArrayField(models.UUIDField(), default=list)
    """Ids of the entries that were counted."""
    total = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices)
    first_day = models.DateField()
    """Of the window that was counted."""
    reached_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    below_since = models.DateTimeField(null=True)
    """Since when the sum is below the threshold again, though it was approved."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "student", "series"],
                condition=Q(state__in=("warned", "reached")),
                name="one_open_escalation",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "state", "created_at"], name="escalation_by_state"),
            models.Index(fields=["school", "student"], name="escalation_by_student"),
        ]

    def __str__(self) -> str:
        return f"{self.stage}"
