"""What a person is told."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolOwned
from lyceum.domains.notifications.words import Type, Urgency


class Notification(SchoolOwned):
    """One thing told to one person, once. Written in the transaction of the act that it tells of."""

    recipient = models.UUIDField()
    """The person; the user of somebody who is no person of the school."""
    user = models.ForeignKey("accounts.User", models.CASCADE, null=True, related_name="+", db_index=False)
    """Who reads it in the app; null for somebody without an account."""
    name = models.CharField(max_length=200)
    """Theirs, as it was."""
    reason = models.CharField(max_length=300, blank=True)
    """Why they are told, as it was: "mother, contact 1"."""
    type = models.CharField(max_length=12, choices=Type.choices)
    template = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    """What its placeholders say."""
    subject = models.CharField(max_length=200)
    message = models.CharField(max_length=2000)
    language = models.CharField(max_length=12, blank=True)
    urgency = models.CharField(max_length=9, choices=Urgency.choices, default=Urgency.ROUTINE)
    statutory = models.BooleanField(default=False)
    link = models.CharField(max_length=300, blank=True)
    about_student = models.UUIDField(null=True)
    source = models.CharField(max_length=80, blank=True)
    """What it came from, as in `attendance.case:<id>`: by it, it is found and taken back."""
    dedupe_key = models.CharField(max_length=120)
    expires_at = models.DateTimeField(null=True)
    is_read = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "recipient", "dedupe_key"], name="notification_once"),
            models.UniqueConstraint(
                fields=["school", "user", "dedupe_key"], condition=Q(user__isnull=False), name="notification_user_once"
            ),
            models.CheckConstraint(
                condition=Q(is_read=True, read_at__isnull=False) | Q(is_read=False, read_at__isnull=True),
                name="notification_read_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "user", "-created_at", "-id"], name="notification_of_user"),
            models.Index(
                fields=["school", "user"],
                condition=Q(is_read=False, withdrawn_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(fields=["school", "source"], name="notification_by_source"),
            models.Index(fields=["school", "about_student", "recipient"], name="notification_by_student"),
        ]

    def __str__(self) -> str:
        return self.subject
