"""Absence that somebody should look into, with the figures as they were when it was raised."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.people.models import Student


class Concern(SchoolOwned):
    """One pattern of absence of one student, raised by the system and taken up by a person."""

    class Kind(models.TextChoices):
        PERSISTENT = "persistent"
        SEVERE = "severe"
        UNAUTHORISED = "unauthorised"
        CONSECUTIVE = "consecutive"
        LATE = "late"
        LEFT_LESSON = "left_lesson"

    class State(models.TextChoices):
        RAISED = "raised"
        IN_HAND = "in_hand"
        CLOSED = "closed"

    student = SchoolForeignKey(Student, models.PROTECT, related_name="concerns")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.RAISED)
    raised_at = models.DateTimeField()
    first_on = models.DateField()
    """The days from which to which the evidence reaches."""
    last_on = models.DateField()
    evidence = models.JSONField()
    """The figures, the thresholds and each session behind them, as they were when it was raised."""
    note = models.CharField(max_length=500, blank=True)
    taken_by_name = models.CharField(max_length=200, blank=True)
    closed_by_name = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "student", "kind"], condition=~Q(state="closed"), name="one_open_concern"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "state", "kind"], name="concern_by_state"),
            models.Index(fields=["school", "student", "kind", "last_on"], name="concern_by_student"),
        ]

    def __str__(self) -> str:
        return self.kind
