"""What people ask about what is kept of them, and what keeps a record from being erased."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolOwned


class SubjectRequest(SchoolOwned):
    """Somebody asks to be erased. It keeps their ids and, once it is done, nothing else of them."""

    class Kind(models.TextChoices):
        ERASE = "erase"

    class State(models.TextChoices):
        RECEIVED = "received"
        VERIFIED = "verified"
        RUNNING = "running"
        DELIVERED = "delivered"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    OPEN = (State.RECEIVED, State.VERIFIED, State.RUNNING)

    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.ERASE)
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVED)
    subject_user = models.UUIDField()
    subject_person = models.UUIDField(null=True)
    name = models.CharField(max_length=200)
    """Theirs, as it was; a pseudonym once they are erased."""
    wish = models.CharField(max_length=600, blank=True)
    """In their own words."""
    due_on = models.DateField()
    verified_by_name = models.CharField(max_length=200, blank=True)
    """Who saw to it that it is really they who ask."""
    decided_by_name = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was refused."""
    delivered_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "subject_user"],
                condition=Q(state__in=("received", "verified", "running")),
                name="subject_request_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "due_on", "id"], name="subject_request_by_due"),
            models.Index(fields=["school", "subject_person"], name="subject_request_by_person"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in self.OPEN


class LegalHold(SchoolOwned):
    """A reason in law for which nothing of somebody may be erased, for now."""

    subject_user = models.UUIDField(null=True)
    subject_person = models.UUIDField(null=True)
    name = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    made_by_name = models.CharField(max_length=200)
    until = models.DateField(null=True)
    """Its last day; null until somebody lifts it."""
    lifted_at = models.DateTimeField(null=True)
    lifted_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(subject_user__isnull=False) | Q(subject_person__isnull=False), name="legal_hold_of_somebody"
            ),
        ]
        indexes = [models.Index(fields=["school", "subject_person"], name="legal_hold_by_person")]

    def __str__(self) -> str:
        return self.name
