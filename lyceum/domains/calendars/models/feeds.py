"""Addresses at which other programs read somebody's calendar."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.people.models import Student


class CalendarFeed(SchoolOwned):
    """A secret address of one person's own calendar, or of one child's. Of the secret only a hash is kept."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    student = SchoolForeignKey(Student, models.CASCADE, null=True, related_name="calendar_feeds")
    """The child whose calendar it is; null: one's own."""
    token_hash = models.BinaryField()
    revoked_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "token_hash"], name="calendar_feed_token_once")]
        indexes = [
            models.Index(
                fields=["school", "user", "created_at"],
                condition=Q(revoked_at__isnull=True),
                name="calendar_feed_of_user",
            ),
            models.Index(fields=["school", "student"], name="calendar_feed_of_student"),
        ]
