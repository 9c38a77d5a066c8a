"""What a family is told about their own child: the text as it was sent, and to whom and why."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.behaviour.models.incidents import Participant
from lyceum.domains.behaviour.models.stages import EscalationCase
from lyceum.domains.people.models import Student


class Notice(SchoolOwned):
    """One message about one child. An edited notice is a new one; the first stays."""

    class State(models.TextChoices):
        HELD = "held"
        APPROVED = "approved"
        RECALLABLE = "recallable"
        SENT = "sent"
        WITHDRAWN = "withdrawn"

    student = SchoolForeignKey(Student, models.PROTECT, related_name="behaviour_notices")
    participant = SchoolForeignKey(Participant, models.PROTECT, null=True, related_name="notices")
    case = SchoolForeignKey(EscalationCase, models.PROTECT, null=True, related_name="notices")
    detention = models.UUIDField(null=True)
    """The id of the detention it is about."""
    replaces = SchoolForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    text = models.CharField(max_length=2_000)
    language = models.CharField(max_length=12, blank=True)
    recipients = models.JSONField(default=list)
    """`[{"person", "name", "user", "reason", "told"}]`: who gets it and who does not, with the reason, as it was."""
    urgent = models.BooleanField(default=False)
    asks_acknowledgement = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=200, blank=True)
    approved_by = models.UUIDField(null=True)
    approved_by_name = models.CharField(max_length=200, blank=True)
    recallable_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.UUIDField(null=True)
    acknowledged_by_name = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    nobody_reached = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        indexes = [
            models.Index(fields=["school", "student", "created_at"], name="notice_by_student"),
            models.Index(fields=["school", "participant"], name="notice_by_participant"),
            models.Index(
                fields=["school", "state", "recallable_until"],
                condition=Q(state__in=("held", "approved", "recallable")),
                name="notice_waiting",
            ),
        ]

    def __str__(self) -> str:
        return str(self.state)
