"""People who sign in, what they are where, and the secrets by which they are known.

None of these tables but PermissionSet has a school wall: they are read before the school is known, and
only ever by user, by secret or by the school in question.
"""

from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from lyceum.core import clock
from lyceum.core.ids import new_id
from lyceum.core.permissions import Role
from lyceum.core.schools import SchoolOwned
from lyceum.core.text import fold


class Stamped(models.Model):
    """An id and the two times that every row has."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class User(AbstractBaseUser, Stamped):
    """One human, across all schools of the installation."""

    class State(models.TextChoices):
        ACTIVE = "active"
        DISABLED = "disabled"
        ERASED = "erased"

    last_login = None
    full_name = models.CharField(max_length=200)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    preferred_name = models.CharField(max_length=100, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    locale = models.CharField(max_length=12, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(
        max_length=8, default="system", choices=[(name, name) for name in ("system", "light", "dark", "contrast")]
    )
    single_keys = models.BooleanField(default=True, db_default=True)
    """Whether one key alone, as `/` or `?`, does something on a page."""
    password_changed_at = models.DateTimeField(null=True)
    must_change = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    last_seen_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django declares a plain attribute
        return self.state == self.State.ACTIVE


class EmailAddress(Stamped):
    """An address somebody gave; verified ones are unique in the installation."""

    user = models.ForeignKey(User, models.CASCADE, related_name="emails")
    address = models.EmailField()
    """Folded: lower case."""
    verified_at = models.DateTimeField(null=True)
    primary = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(verified_at__isnull=False), name="verified_address_once"
            ),
            models.UniqueConstraint(fields=["user"], condition=Q(primary=True), name="one_primary_address"),
        ]
        indexes = [models.Index(fields=["address"], name="email_by_address")]

    def __str__(self) -> str:
        return self.address


class SchoolLogin(Stamped):
    """A user name inside one school, for those who have no e-mail address."""

    school = models.ForeignKey("tenancy.School", models.CASCADE, related_name="+")
    username = models.CharField(max_length=64)
    username_folded = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="logins")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "username_folded"], name="login_once")]

    def __str__(self) -> str:
        return self.username

    def save(self, *args: object, **kwargs: object) -> None:
        self.username_folded = fold(self.username)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed through unchanged


class PermissionSet(SchoolOwned):
    """A named bundle of permissions that managers of a school are given."""

    name = models.CharField(max_length=80)
    permissions = ArrayField(models.CharField(max_length=40), default=list)
    built_in = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="permission_set_once")]

    def __str__(self) -> str:
        return self.name


class Membership(Stamped):
    """What a human is, where, from when to when. A return is a new row."""

    class State(models.TextChoices):
        INVITED = "invited"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        ENDED = "ended"

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    school = models.ForeignKey("tenancy.School", models.CASCADE, null=True, related_name="+")
    group = models.ForeignKey("tenancy.Group", models.CASCADE, null=True, related_name="+")
    """Neither school nor group: the platform."""
    role = models.CharField(max_length=16, choices=[(r.value, r.value) for r in Role])
    permission_sets = ArrayField(models.UUIDField(), default=list)
    granted = ArrayField(models.CharField(max_length=40), default=list)
    """The permissions of those sets, kept in step by the rules, so that finding out who acts is one query."""
    starts = models.DateField()
    ends = models.DateField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ACTIVE)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="membership_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Coalesce("school_id", Value(0)), RangeOperators.EQUAL),
                    (
                        Func(F("starts"), F("ends"), Value("[]"), function="DATERANGE", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(group__isnull=True) & ~Q(state="ended"),
            ),
            models.CheckConstraint(condition=Q(school__isnull=True) | Q(group__isnull=True), name="one_scope"),
        ]
        indexes = [models.Index(fields=["school", "role"], name="membership_by_school")]

    def __str__(self) -> str:
        return self.role

    def is_current(self, day: date) -> bool:
        """Whether it gives anything on that day."""
        return self.state == self.State.ACTIVE and self.starts <= day and (self.ends is None or day <= self.ends)


class SignInSession(Stamped):
    """Somebody signed in on a device, by browser or by token."""

    COOKIE, TOKEN = "password", "password_token"

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    school = models.ForeignKey("tenancy.School", models.CASCADE, null=True, related_name="+")
    secret_hash = models.BinaryField(unique=True)
    """SHA-256 of the cookie's value."""
    method = models.CharField(max_length=20)
    factors = ArrayField(models.CharField(max_length=12), default=list)
    device_label = models.CharField(max_length=120, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    idle_seconds = models.PositiveIntegerField()
    stepped_up_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="session_by_user")]

    def __str__(self) -> str:
        return self.device_label or self.method

    @property
    def is_by_token(self) -> bool:
        """Whether it lives by tokens that are refreshed, rather than by a cookie."""
        return self.method == self.TOKEN


class RefreshToken(Stamped):
    """One link of a family of refresh tokens: each is used once and replaced by the next."""

    session = models.ForeignKey(SignInSession, models.CASCADE, related_name="refresh_tokens")
    hash = models.BinaryField(unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)


class ApiKey(Stamped):
    """Software's own way in: named, scoped, ending."""

    class State(models.TextChoices):
        ACTIVE = "active"
        REVOKED = "revoked"

    school = models.ForeignKey("tenancy.School", models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    public_id = models.CharField(max_length=24, unique=True)
    secret_hash = models.BinaryField()
    previous_hash = models.BinaryField(null=True)
    """The secret before the last rotation: good until `previous_until`, so that software can change over."""
    previous_until = models.DateTimeField(null=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    networks = ArrayField(models.CharField(max_length=50), default=list)
    """CIDR ranges; empty for any."""
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.ACTIVE)

    class Meta:
        indexes = [models.Index(fields=["school", "-created_at"], name="key_by_school")]

    def __str__(self) -> str:
        return self.name

    @property
    def present_state(self) -> str:
        """Active, revoked, or expired by now."""
        return "expired" if self.state == "active" and self.expires_at <= clock.now() else self.state


class Invitation(Stamped):
    """A link by which somebody takes up a role in a school."""

    class State(models.TextChoices):
        SENT = "sent"
        ACCEPTED = "accepted"
        REVOKED = "revoked"

    school = models.ForeignKey("tenancy.School", models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, choices=[(r.value, r.value) for r in Role])
    permission_sets = ArrayField(models.UUIDField(), default=list)
    address = models.EmailField(blank=True)
    full_name = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    """The account made for the invited person; it has no password until the invitation is accepted."""
    person_id = models.UUIDField(null=True)
    """The person row in that school that the account will belong to."""
    secret_hash = models.BinaryField(unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.SENT)

    class Meta:
        indexes = [models.Index(fields=["school", "-created_at"], name="invitation_by_school")]

    def __str__(self) -> str:
        return self.full_name or self.address

    @property
    def present_state(self) -> str:
        """Sent, accepted, revoked, or expired by now."""
        return "expired" if self.state == "sent" and self.expires_at <= clock.now() else self.state


class SignInAttempt(models.Model):
    """Failures to sign in, counted per account and device and per address in a window of time."""

    bucket = models.CharField(max_length=80, primary_key=True)
    """`account:<hash>:<device hash or ->` or `address:<ip>`."""
    failures = models.PositiveIntegerField(default=0)
    window_from = models.DateTimeField()
    """When the first of these failures happened."""
    wait_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.bucket


class SigningKey(models.Model):
    """A key pair that signs access tokens; the newest signs, all that are published verify."""

    kid = models.CharField(max_length=40, primary_key=True)
    private_sealed = models.BinaryField()
    """The private key, AES-256-GCM under a key made from the installation's secret."""
    public_pem = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.kid
