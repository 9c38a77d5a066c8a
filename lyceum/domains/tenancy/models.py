"""Groups and the schools they own. These tables have no school wall: they are what the wall is made of."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models

from lyceum.core.ids import new_id
from lyceum.core.schools import SchoolOwned


class Group(models.Model):
    """A district, trust or institution that owns schools; at most three levels deep."""

    class Kind(models.TextChoices):
        DISTRICT = "district"
        TRUST = "trust"
        INSTITUTION = "institution"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    status = models.CharField(max_length=8, default="active", choices=[("active", "active"), ("closed", "closed")])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    """The tenant. Its id is small and never leaves the installation; its slug is its name in addresses."""

    class Kind(models.TextChoices):
        SCHOOL = "school"
        COLLEGE = "college"
        INSTITUTION = "institution"

    class Status(models.TextChoices):
        PROVISIONING = "provisioning"
        ACTIVE = "active"
        RESTRICTED = "restricted"
        SUSPENDED = "suspended"
        CLOSING = "closing"
        DELETED = "deleted"

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=200)
    legal_name = models.CharField(max_length=200, blank=True)
    slug = models.CharField(max_length=40, unique=True, validators=[RegexValidator(r"^[a-z0-9-]{3,40}$")])
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="schools")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SCHOOL)
    country = models.CharField(max_length=2, default="GB")
    """ISO 3166-1 alpha-2."""
    time_zone = models.CharField(max_length=64, default="UTC")
    """IANA name."""
    locales = ArrayField(models.CharField(max_length=12), default=list)
    """The first is the school's own."""
    currency = models.CharField(max_length=3, default="GBP")
    first_weekday = models.PositiveSmallIntegerField(default=1)
    address = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    website = models.URLField(blank=True)
    head_name = models.CharField(max_length=200, blank=True)
    official_ids = models.JSONField(default=dict, blank=True)
    """`{authority: code}`, as in `{"dfe": "10001"}`."""
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PROVISIONING)
    status_reason = models.CharField(max_length=300, blank=True)
    is_demo = models.BooleanField(default=False)
    status_before = models.CharField(max_length=12, blank=True, db_default="")
    """What it was before it began to close, and is again once it is restored."""
    purge_at = models.DateTimeField(null=True)
    """From then on a closing school is erased, and cannot be restored."""
    erased_at = models.DateTimeField(null=True)
    """When the last of a deleted school was gone."""
    erased_rows = models.JSONField(default=dict, db_default={})
    """`{table: rows}` that were erased; kept up while it goes on, so that a cut costs no count."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class SchoolHost(models.Model):
    """A host name that leads to a school once its DNS record has been seen."""

    school = models.ForeignKey(School, models.CASCADE, related_name="hosts")
    host = models.CharField(max_length=253, unique=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.host


class SchoolSettings(SchoolOwned):
    """One version of one section of a school's settings; the newest version is in force."""

    section = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    changed_by = models.UUIDField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "section", "version"], name="settings_version_once"),
        ]


class SchoolClosure(SchoolOwned):
    """One school admin asks to close the school, and another has three days to confirm it."""

    class State(models.TextChoices):
        ASKED = "asked"
        CONFIRMED = "confirmed"
        WITHDRAWN = "withdrawn"
        LAPSED = "lapsed"

    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)
    confirm_by = models.DateTimeField()
    answered_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school"], condition=models.Q(state="asked"), name="closure_asked_once"),
        ]
