"""History, audit trail, outbox, jobs and the answers given: what the system remembers about acts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lyceum.core.ids import new_id
from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow


class Trail(models.Model):
    """What every trail says about an act. Rows are only ever added."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=8)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_roles = ArrayField(models.CharField(max_length=16), default=list)
    via = models.CharField(max_length=8)
    on_behalf_of = models.UUIDField(null=True)
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=40, blank=True)
    target_name = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=dict)
    """`{field: [old, new]}`; secrets are shown as "changed"."""
    reason = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=8, default="done")
    ip = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.action} {self.target_name}".strip()


class AuditEntry(Trail, SchoolRow):
    """One act in a school: done, or refused where the refusal matters."""

    class Meta(SchoolRow.Meta):
        indexes = [
            models.Index(fields=["school", "-at"], name="audit_by_time"),
            models.Index(fields=["school", "target_type", "target_id", "-at"], name="audit_by_target"),
        ]


class OperatorEntry(Trail):
    """One act on the installation itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    school_id = models.IntegerField(null=True)
    """The school it was about, as a number: the entry outlives the school."""


class AccessEntry(SchoolRow):
    """One reading of what is said of somebody: who read, where, which group of fields, and what allowed it."""

    at = models.DateTimeField()
    viewer_kind = models.CharField(max_length=8)
    viewer_id = models.UUIDField(null=True)
    viewer_name = models.CharField(max_length=200)
    viewer_roles = ArrayField(models.CharField(max_length=16), default=list)
    via = models.CharField(max_length=8)
    surface = models.CharField(max_length=10)
    """`profile`, `list`, `register`, `export`, `message` or `api`."""
    relation = models.CharField(max_length=20)
    """What allowed it: `school`, `class`, `reported`, `child`, `own`."""
    fields = models.CharField(max_length=60)
    """Which group, as in `behaviour.narrative`."""
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=40, blank=True)
    is_safeguarding = models.BooleanField(default=False)
    """Left out of what families see, never out of the record."""
    ip = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta(SchoolRow.Meta):
        verbose_name_plural = "access entries"
        indexes = [models.Index(fields=["school", "-at", "id"], name="access_by_time")]

    def __str__(self) -> str:
        return f"{self.viewer_name} {self.fields}"


class AccessSubject(SchoolRow):
    """Somebody of whom was read. A row for each, so that an index finds who read of one child behind the walls."""

    entry = SchoolForeignKey(AccessEntry, models.CASCADE, related_name="subjects")
    subject = models.UUIDField()
    """The id of a student."""
    at = models.DateTimeField()
    """When, as the entry says it."""

    class Meta(SchoolRow.Meta):
        indexes = [
            models.Index(fields=["school", "subject", "-at", "id"], name="access_by_subject"),
            models.Index(fields=["school", "-at", "id"], name="access_subjects_by_time"),
            models.Index(fields=["school", "entry"], name="access_subjects_by_entry"),
        ]

    def __str__(self) -> str:
        return str(self.subject)


class Fact(SchoolRow):
    """The outbox: something that happened, in ids and codes, written in the transaction that did it."""

    type = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    subject = models.CharField(max_length=100, blank=True)
    payload = models.JSONField(default=dict)
    actor_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    """The database's clock when it was recorded, not when its transaction began."""
    leaves = models.BooleanField(default=False, db_default=False)
    """Whether it may be told outside. Only such facts have a number, so that nobody counts the others by its gaps."""
    seq = models.BigIntegerField(null=True)
    """Stamped after commit; nothing else of a fact is ever updated."""

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "seq"], name="fact_seq_once")]
        indexes = [
            models.Index(fields=["school", "at", "id"], name="fact_in_order"),
            models.Index(
                fields=["school", "at", "id"], name="fact_without_number", condition=Q(leaves=True, seq__isnull=True)
            ),
        ]


class WebhookEndpoint(SchoolOwned):
    """An address of other software that is told what happens in the school."""

    class Kind(models.TextChoices):
        HMAC = "hmac"
        ED25519 = "ed25519"

    class State(models.TextChoices):
        ON = "on"
        FAILING = "failing"
        OFF = "off"

    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    types = ArrayField(models.CharField(max_length=80))
    """Types of facts, beginnings of types as in `attendance.*`, or `*` for all."""
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.HMAC)
    secret = models.BinaryField()
    """Sealed: 32 bytes."""
    previous_secret = models.BinaryField(null=True)
    """Sealed; signs as well until `previous_until`."""
    previous_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.ON)
    off_reason = models.CharField(max_length=12, blank=True)
    last_seq = models.BigIntegerField(default=0)
    """The number of the last fact that became a delivery, or was passed over because nobody wants its type."""
    last_success_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    """When the first attempt failed after the last that did not."""
    quiet_until = models.DateTimeField(null=True)
    """It asked to be left alone until then, or did not answer a moment ago."""

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "created_at", "id"], name="webhook_oldest_first")]

    def __str__(self) -> str:
        return self.description or self.url[:200]

    @property
    def is_slow(self) -> bool:
        """Whether it failed the last time, or has never yet taken anything."""
        return self.state == self.State.FAILING or self.last_success_at is None

    @property
    def is_off(self) -> bool:
        """Whether nothing is sent to it."""
        return self.state == self.State.OFF


class WebhookDelivery(SchoolRow):
    """One attempt to tell an endpoint of a fact: one that was made, or one that is due."""

    endpoint = SchoolForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    fact = SchoolForeignKey(Fact, models.PROTECT, related_name="+")
    attempt = models.PositiveIntegerField()
    """Which of this fact to this endpoint, from 1 on."""
    failures = models.PositiveSmallIntegerField(default=0)
    """How many failed before it since the fact was sent, or sent again."""
    next_at = models.DateTimeField(null=True)
    """When it is due; null once it was made."""
    at = models.DateTimeField(null=True)
    """When it was made."""
    status = models.PositiveSmallIntegerField(null=True)
    """The HTTP status of the answer."""
    milliseconds = models.PositiveIntegerField(null=True)
    answer = models.TextField(blank=True)
    """The first KB of it."""
    error = models.CharField(max_length=12, blank=True)
    """Why there was no answer, as a code."""

    class Meta(SchoolRow.Meta):
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["school", "endpoint", "fact", "attempt"], name="webhook_attempt_once"),
            models.UniqueConstraint(
                fields=["school", "endpoint", "fact"], name="webhook_due_once", condition=Q(next_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "endpoint", "next_at"], name="webhook_due", condition=Q(next_at__isnull=False)
            ),
            models.Index(fields=["school", "endpoint", "-id"], name="webhook_newest_first"),
            models.Index(fields=["school", "fact"], name="webhook_by_fact"),
            models.Index(fields=["school", "at"], name="webhook_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.fact_id} {self.attempt}"

    @property
    def outcome(self) -> str:
        """`waiting`, `delivered` or `failed`."""
        if self.at is None:
            return "waiting"
        return "delivered" if self.status is not None and 200 <= self.status < 300 else "failed"


class Job(SchoolOwned):
    """A piece of long work that a person can watch and cancel."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"
        DEAD = "dead"

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    """0 to 100."""
    message = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_by = models.UUIDField(null=True)
    result = models.JSONField(null=True)
    cancel_asked = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "-created_at"], name="job_newest_first")]


class IdempotencyRecord(models.Model):
    """The answer given to a write, so that asking again gives the same answer and no second effect.

    An answer given before any school was known (making a school) has none; its row-level policy compares
    "no school" with "no school".
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    school_id = models.IntegerField(null=True)
    actor = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    operation = models.CharField(max_length=300)
    """Method and path."""
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of the body, in hex."""
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    """Sealed: an answer may hold a secret that is kept nowhere else but as a hash."""
    content_type = models.CharField(max_length=100)
    location = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_id", "actor", "key", "operation"], name="answer_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
