"""What somebody does after an incident or a stage: a talk, a meeting, a suspension."""

from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.behaviour.models.incidents import Participant
from lyceum.domains.behaviour.models.stages import EscalationCase
from lyceum.domains.people.models import Staff, Student


class Action(SchoolOwned):
    """One thing that follows, for one student."""

    class Kind(models.TextChoices):
        TALK = "talk"
        PARENT_MEETING = "parent_meeting"
        RESTORATIVE = "restorative"
        LOSS_OF_BREAK = "loss_of_break"
        ON_REPORT = "on_report"
        LETTER = "letter"
        INTERNAL_EXCLUSION = "internal_exclusion"
        SUSPENSION = "suspension"
        PRAISE_CARD = "praise_card"
        OTHER = "other"

    class State(models.TextChoices):
        PLANNED = "planned"
        DONE = "done"
        CANCELLED = "cancelled"

    class Difference(models.TextChoices):
        RETURNED_EARLY = "returned_early"
        LEFT = "left"
        YEAR_ENDED = "year_ended"
        ORDER = "order"
        OTHER = "other"

    student = SchoolForeignKey(Student, models.PROTECT, related_name="behaviour_actions")
    participant = SchoolForeignKey(Participant, models.PROTECT, null=True, related_name="actions")
    case = SchoolForeignKey(EscalationCase, models.PROTECT, null=True, related_name="actions")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    planned_days = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    real_days = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    difference = models.CharField(max_length=14, choices=Difference.choices, blank=True)
    """Why the real length is not the planned one."""
    owner = SchoolForeignKey(Staff, models.PROTECT, null=True, related_name="behaviour_actions")
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    set_by = models.UUIDField(null=True)
    set_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")), name="action_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(planned_days__isnull=True) | Q(planned_days__gt=0), name="action_planned_days"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student", "starts_on"], name="action_by_student"),
            models.Index(fields=["school", "state", "starts_on"], name="action_by_state"),
        ]

    def __str__(self) -> str:
        return str(self.kind)
