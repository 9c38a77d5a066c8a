"""What strangers write: reviews, and messages to the office."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.learning.models import Course


class Review(SchoolOwned):
    """What somebody thinks of the school or of a course. Nothing of it shows before somebody has looked at it."""

    class State(models.TextChoices):
        PENDING = "pending"
        PUBLISHED = "published"
        REJECTED = "rejected"
        HIDDEN = "hidden"
        WITHDRAWN = "withdrawn"

    class Reason(models.TextChoices):
        SPAM = "spam"
        ABUSE = "abuse"
        PERSONAL = "personal_data"
        OFF_TOPIC = "off_topic"
        CONFLICT = "conflict_of_interest"
        DUPLICATE = "duplicate"

    author_name = models.CharField(max_length=120)
    author_email = models.EmailField()
    """Shown to nobody."""
    author_key = models.CharField(max_length=64)
    """The address in the one form in which two are the same author."""
    user = models.UUIDField(null=True)
    course = SchoolForeignKey(Course, models.CASCADE, null=True, related_name="+")
    rating = models.PositiveSmallIntegerField()
    body = models.TextField(max_length=2_000)
    original = models.TextField(blank=True)
    """As the author wrote it, where the school took personal data out of it."""
    language = models.CharField(max_length=12, blank=True)
    is_verified = models.BooleanField(default=False)
    """Whether the author completed the course."""
    reply = models.CharField(max_length=2_000, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    reason_code = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True)
    spam_score = models.PositiveSmallIntegerField(default=0)
    sender = models.CharField(max_length=32, blank=True)
    """What stands for the address it came from, so that many from one are noticed."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating"),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason_code=""), name="review_rejected_with_reason"
            ),
            models.UniqueConstraint(
                fields=["school", "author_key", "course"],
                condition=~Q(state__in=("withdrawn", "rejected")),
                nulls_distinct=False,
                name="review_once",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "state", "-created_at", "-id"], name="review_by_state"),
            models.Index(fields=["school", "course", "state"], name="review_by_course"),
            models.Index(fields=["school", "sender", "created_at"], name="review_by_sender"),
        ]

    def __str__(self) -> str:
        return self.author_name

    @property
    def is_shortened(self) -> bool:
        """Whether the school took words out of it."""
        return bool(self.original)


class ContactMessage(SchoolOwned):
    """What somebody wrote to the school. It is true once it is stored, whatever becomes of the mail."""

    class State(models.TextChoices):
        NEW = "new"
        OPEN = "open"
        ANSWERED = "answered"
        CLOSED = "closed"
        SPAM = "spam"

    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=160)
    body = models.TextField(max_length=5_000)
    page = models.CharField(max_length=200, blank=True)
    """From which page it came."""
    language = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    assigned_to = models.UUIDField(null=True)
    assigned_name = models.CharField(max_length=200, blank=True)
    spam_score = models.PositiveSmallIntegerField(default=0)
    spam_reasons = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    consent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    sender = models.CharField(max_length=32, blank=True)

    class Meta(SchoolOwned.Meta):
        indexes = [
            models.Index(fields=["school", "state", "-created_at", "-id"], name="contact_by_state"),
            models.Index(fields=["school", "-created_at", "-id"], name="contact_newest_first"),
            models.Index(fields=["school", "sender", "created_at"], name="contact_by_sender"),
            models.Index(fields=["school", "email", "created_at"], name="contact_by_email"),
        ]

    def __str__(self) -> str:
        return self.subject


class ContactReply(SchoolRow):
    """An answer of the office."""

    message = SchoolForeignKey(ContactMessage, models.CASCADE, related_name="replies")
    body = models.TextField(max_length=5_000)
    written_at = models.DateTimeField()
    written_by = models.UUIDField(null=True)
    written_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolRow.Meta):
        indexes = [models.Index(fields=["school", "message", "written_at"], name="contact_reply_in_order")]


class UsedToken(SchoolRow):
    """The token of a form that was sent: it is good once."""

    nonce = models.CharField(max_length=32)
    used_at = models.DateTimeField()

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "nonce"], name="form_token_once")]
        indexes = [models.Index(fields=["school", "used_at"], name="form_token_oldest_first")]
