"""Certificates, and the keys they are signed with."""

from django.db import models
from django.db.models import Q

from lyceum.core import clock
from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.learning.models.learners import Completion


class IssuerKey(SchoolOwned):
    """A key that a school signs with. Retired ones stay published: old certificates must verify for ever."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        RETIRED = "retired"
        COMPROMISED = "compromised"

    kid = models.CharField(max_length=64)
    public_jwk = models.JSONField()
    private_key = models.TextField()
    """Encrypted with the installation's secret."""
    issuer = models.CharField(max_length=32)
    """The name of the issuer in its address; the same for all keys made at one address."""
    base_url = models.CharField(max_length=200)
    """Where key, issuer and status list answer, fixed when the key was made: another address begins another key."""
    status_list = models.PositiveIntegerField()
    """The number of the key's own status list, which it signs for as long as it is trusted."""
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.ACTIVE)
    retired_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "kid"], name="issuer_key_kid_once"),
            models.UniqueConstraint(fields=["school", "status_list"], name="issuer_key_status_list_once"),
            models.UniqueConstraint(fields=["school"], condition=Q(status="active"), name="issuer_key_one_active"),
        ]

    def __str__(self) -> str:
        return self.kid


class Certificate(SchoolOwned):
    """A signed statement that somebody completed a course, which a stranger can check."""

    class Status(models.TextChoices):
        ISSUED = "issued"
        REVOKED = "revoked"
        SUPERSEDED = "superseded"

    completion = SchoolForeignKey(Completion, models.PROTECT, related_name="certificates")
    code = models.CharField(max_length=26)
    """128 random bits in base32, unique in the installation (`PublishedCertificate`)."""
    serial = models.PositiveIntegerField()
    """Gapless within the school."""
    recipient_name = models.CharField(max_length=200)
    course_name = models.CharField(max_length=160)
    issuer_name = models.CharField(max_length=200)
    issuer_url = models.CharField(max_length=300)
    """Where the issuer, its keys and status lists answer, fixed at issue."""
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    credential = models.TextField()
    """A compact JWS: an Open Badges 3.0 credential."""
    key = SchoolForeignKey(IssuerKey, models.PROTECT, related_name="certificates")
    pdf = models.CharField(max_length=200, blank=True)
    badge = models.CharField(max_length=200, blank=True)
    """Names in the store."""
    name_is_public = models.BooleanField(default=False)
    email_is_hashed = models.BooleanField(default=False)
    """Whether the credential holds a salted hash of its owner's e-mail address."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ISSUED)
    status_list = models.PositiveIntegerField(default=0)
    status_index = models.PositiveIntegerField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    superseded_by = SchoolForeignKey("self", models.SET_NULL, null=True, related_name="supersedes")

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="certificate_code_once"),
            models.UniqueConstraint(fields=["school", "serial"], name="certificate_serial_once"),
            models.UniqueConstraint(
                fields=["school", "status_list", "status_index"], name="certificate_status_index_once"
            ),
            models.UniqueConstraint(
                fields=["school", "completion"], condition=Q(status="issued"), name="certificate_one_issued"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "completion"], name="certificate_by_completion"),
            models.Index(fields=["school", "key"], name="certificate_by_key"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.valid_until is not None and self.valid_until <= clock.now()


class PublishedCertificate(models.Model):
    """Finds the school of what a stranger holds: the code of a certificate, the id of a key, an issuer or a list."""

    reference = models.CharField(max_length=64, primary_key=True)
    school = models.ForeignKey("tenancy.School", models.CASCADE, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["school"], name="published_by_school")]

    def __str__(self) -> str:
        return self.reference
