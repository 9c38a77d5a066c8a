"""Runs of the engine: one at work on a version, watched, stopped, resumed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.timetable.models.versions import Version


class Run(SchoolOwned):
    """The engine at work: it fills or improves a draft until its time is up, it is done or somebody stops it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        INFEASIBLE = "infeasible", _("not possible")
        CANCELLED = "cancelled", _("stopped")
        FAILED = "failed", _("failed")

    class Kind(models.TextChoices):
        SOLVE = "solve"
        REPAIR = "repair"
        EXPLAIN = "explain"

    year = SchoolForeignKey(AcademicYear, models.CASCADE, related_name="timetable_runs")
    version = SchoolForeignKey(Version, models.SET_NULL, null=True, related_name="runs")
    """What it starts from: lessons outside its scope and locked ones stay as they are there."""
    result = SchoolForeignKey(Version, models.SET_NULL, null=True, related_name="made_by_runs")
    """The draft that holds its best."""
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.SOLVE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    scope = models.JSONField(default=dict)
    """`{grades, teachers, classes, requirements: [ids]}`; empty: everything."""
    options = models.JSONField(default=dict)
    """`{max_per_day, max_per_week, workers}`."""
    seed = models.PositiveIntegerField(default=0)
    seconds = models.PositiveIntegerField(default=60)
    progress = models.JSONField(default=dict)
    """`{seconds, placed, lessons, cost, bound}` of the best so far."""
    best = models.JSONField(default=dict)
    """The best so far: `{id of a planned lesson: [day, period, id of the room]}`."""
    reasons = models.JSONField(default=list)
    """Why lessons are not placed, or nothing is possible: as data, said in words when they are read."""
    log = models.TextField(blank=True)
    started_by = models.UUIDField(null=True)
    started_by_name = models.CharField(max_length=200, blank=True)
    job = SchoolForeignKey("journal.Job", models.SET_NULL, null=True, related_name="+")
    began_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    """When its worker last wrote."""
    ended_at = models.DateTimeField(null=True)
    spent = models.PositiveIntegerField(default=0)
    """Seconds of work before its worker was last lost."""
    cancel_asked = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "version"], condition=Q(state__in=("queued", "running")), name="one_run_of_a_version"
            ),
            models.CheckConstraint(condition=Q(seconds__gte=1, seconds__lte=86_400), name="run_seconds"),
        ]
        indexes = [models.Index(fields=["school", "-created_at"], name="timetable_runs_newest")]

    def __str__(self) -> str:
        return str(self.state)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in (self.State.QUEUED, self.State.RUNNING)
