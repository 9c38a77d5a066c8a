"""Who is invited to an event, and what they answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.calendars.models.events import Event
from lyceum.domains.people.models import Person


class EventInvitation(SchoolOwned):
    """Somebody and an event: invited by the office, or registered by themselves or by a guardian."""

    class State(models.TextChoices):
        PENDING = "pending", _("not answered yet")
        ACCEPTED = "accepted", _("takes part")
        DECLINED = "declined", _("declined")
        TENTATIVE = "tentative", _("perhaps")
        WAITLISTED = "waitlisted", _("on the waiting list")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Part(models.TextChoices):
        REQUIRED = "required", _("has to come")
        OPTIONAL = "optional", _("may come")
        SPEAKER = "speaker", _("speaks")
        HOST = "host", _("hosts")

    event = SchoolForeignKey(Event, models.CASCADE, related_name="invitations")
    person = SchoolForeignKey(Person, models.CASCADE, null=True, related_name="event_invitations")
    user = models.UUIDField(null=True)
    """The account of somebody who has no record as a person here."""
    name = models.CharField(max_length=200)
    """As it was when they were invited."""
    part = models.CharField(max_length=8, choices=Part.choices, default=Part.OPTIONAL)
    reason = models.CharField(max_length=200, blank=True)
    """Why they are invited, frozen: the class they were in."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    seats = models.PositiveSmallIntegerField(default=1)
    place = models.PositiveIntegerField(null=True)
    """The order of the waiting list: lower comes first; gaps mean nothing."""
    answered_by = models.UUIDField(null=True)
    answered_by_name = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    consent_by = models.UUIDField(null=True)
    consent_at = models.DateTimeField(null=True)
    """When a guardian said yes, where the event needs it."""
    please_confirm = models.BooleanField(default=False)
    """The event moved after they said yes."""
    confirm_by = models.DateTimeField(null=True)
    """Until when a seat that became free is held for somebody from the waiting list."""
    note = models.CharField(max_length=500, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "event", "person"], condition=Q(person__isnull=False), name="event_invitation_once"
            ),
            models.UniqueConstraint(
                fields=["school", "event", "user"], condition=Q(person__isnull=True), name="event_invitation_user_once"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, user__isnull=True) | Q(person__isnull=True, user__isnull=False),
                name="event_invitation_of_somebody",
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="event_invitation_seats"),
            models.CheckConstraint(
                condition=Q(state="waitlisted", place__isnull=False) | (~Q(state="waitlisted") & Q(place__isnull=True)),
                name="event_invitation_place",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "event", "state", "place"], name="event_invitation_by_state"),
            models.Index(fields=["school", "person", "event"], name="event_invitation_by_person"),
            models.Index(fields=["school", "user", "event"], name="event_invitation_by_user"),
            models.Index(
                fields=["school", "confirm_by"], condition=Q(confirm_by__isnull=False), name="event_invitation_held"
            ),
        ]

    def __str__(self) -> str:
        return self.name
