"""Incidents: what happened, of which kind, and what each student's own part in it was."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import Class, Location
from lyceum.domains.behaviour.models.points import PointScale
from lyceum.domains.people.models import Student
from lyceum.domains.timetable.models import Lesson

SAFEGUARDING = "safeguarding"
"""The category whose incidents nobody but reviewers and safeguarding sees before they are reviewed."""
GRAVEST = 4


class Polarity(models.TextChoices):
    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"


class IncidentType(SchoolOwned):
    """A kind of thing that students do. One that was used is never deleted or turned around: it retires."""

    class TellGuardians(models.TextChoices):
        NEVER = "never"
        AFTER_REVIEW = "after_review"
        ALWAYS = "always"

    class FollowUp(models.TextChoices):
        NONE = "none"
        DETENTION = "detention"
        ACTION = "action"

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    family_name = models.CharField(max_length=120)
    """What families read."""
    polarity = models.CharField(max_length=8, choices=Polarity.choices)
    category = models.CharField(max_length=60, blank=True)
    severity = models.PositiveSmallIntegerField(default=1)
    points = models.SmallIntegerField()
    scale = SchoolForeignKey(PointScale, models.PROTECT, related_name="types")
    needs_review = models.BooleanField(default=False)
    tell_guardians = models.CharField(max_length=12, choices=TellGuardians.choices, default=TellGuardians.AFTER_REVIEW)
    follow_up = models.CharField(max_length=9, choices=FollowUp.choices, default=FollowUp.NONE)
    follow_up_detention = models.UUIDField(null=True)
    """The id of a detention type."""
    follow_up_action = models.CharField(max_length=20, blank=True)
    visible_to_student = models.BooleanField(default=True)
    grades = ArrayField(models.UUIDField(), default=list, blank=True)
    """Ids of the grades it is for; empty for all."""
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="incident_type_code_once"),
            models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=4), name="incident_type_severity"),
            models.CheckConstraint(condition=Q(points__gte=-100, points__lte=100), name="incident_type_points"),
            models.CheckConstraint(
                condition=Q(polarity="negative", points__lte=0)
                | Q(polarity="positive", points__gte=0)
                | Q(polarity="neutral", points=0),
                name="incident_type_points_sign",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Incident(SchoolOwned):
    """One event. It may have many students, each with a part of their own."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        APPROVED = "approved"
        REJECTED = "rejected"
        CLOSED = "closed"
        WITHDRAWN = "withdrawn"

    class Source(models.TextChoices):
        STAFF = "staff"
        IMPORT = "import"
        KEY = "key"

    type = SchoolForeignKey(IncidentType, models.PROTECT, related_name="incidents")
    severity = models.PositiveSmallIntegerField()
    occurred_at = models.DateTimeField()
    on = models.DateField()
    """The school day it happened on, in the school's time zone."""
    location = SchoolForeignKey(Location, models.SET_NULL, null=True, related_name="incidents")
    place = models.CharField(max_length=80, blank=True)
    """Where there is no room for it on the school's list."""
    lesson = SchoolForeignKey(Lesson, models.SET_NULL, null=True, related_name="incidents")
    period = models.CharField(max_length=20, blank=True)
    school_class = SchoolForeignKey(Class, models.PROTECT, null=True, related_name="incidents", db_column="class_id")
    narrative = models.TextField(max_length=10_000, blank=True)
    """For staff alone."""
    summary = models.CharField(max_length=1_000, blank=True)
    """For families: names nobody else."""
    reported_by = models.UUIDField(null=True)
    """The user, or the API key."""
    reported_by_name = models.CharField(max_length=200, blank=True)
    confidential = models.BooleanField(default=False)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.STAFF)
    external_id = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    """Why it was rejected or withdrawn."""
    version = models.PositiveIntegerField(default=1)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "source", "external_id"],
                condition=~Q(external_id=""),
                name="incident_external_id_once",
            ),
            models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=4), name="incident_severity"),
        ]
        indexes = [
            models.Index(fields=["school", "-occurred_at", "id"], name="incident_by_time"),
            models.Index(fields=["school", "state", "on"], name="incident_by_state"),
            models.Index(fields=["school", "reported_by", "on"], name="incident_by_reporter"),
        ]

    def __str__(self) -> str:
        return f"{self.on}"

    @property
    def counts(self) -> bool:
        """Whether its points count and families may know of it."""
        return self.state in (self.State.APPROVED, self.State.CLOSED)

    @property
    def is_protected(self) -> bool:
        """Whether only some of the school's own people may ever know of it."""
        return self.confidential or self.type.category == SAFEGUARDING

    @property
    def is_guarded(self) -> bool:
        """Whether nobody but reviewers, reporter and safeguarding sees it before it is reviewed."""
        return self.is_protected or self.severity == GRAVEST


class Participant(SchoolOwned):
    """One student's own part in an incident."""

    class Role(models.TextChoices):
        INVOLVED = "involved"
        INSTIGATOR = "instigator"
        TARGET = "target"
        WITNESS = "witness"

    incident = SchoolForeignKey(Incident, models.CASCADE, related_name="participants")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="participations")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.INVOLVED)
    points = models.SmallIntegerField(default=0)
    severity = models.PositiveSmallIntegerField(null=True)
    """The student's own, where it differs from the incident's."""
    outcome = models.CharField(max_length=500, blank=True)
    """What follows, as the family reads it."""
    statement = models.TextField(max_length=4_000, blank=True)
    """What the student says of it; for staff."""
    contested_at = models.DateTimeField(null=True)
    contested_by = models.UUIDField(null=True)
    contested_by_name = models.CharField(max_length=200, blank=True)
    contest = models.CharField(max_length=2_000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    answered_by_name = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=2_000, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "incident", "student"], name="participant_once"),
            models.CheckConstraint(
                condition=Q(severity__isnull=True) | Q(severity__gte=1, severity__lte=4), name="participant_severity"
            ),
            models.CheckConstraint(condition=Q(points__gte=-100, points__lte=100), name="participant_points"),
            models.CheckConstraint(
                condition=Q(role__in=("involved", "instigator")) | Q(points=0), name="target_has_no_points"
            ),
        ]
        indexes = [models.Index(fields=["school", "student"], name="participant_by_student")]

    def __str__(self) -> str:
        return str(self.role)

    @property
    def did_it(self) -> bool:
        """Whether the student is one of those who did it, not one to whom it was done or who saw it."""
        return self.role in (self.Role.INVOLVED, self.Role.INSTIGATOR)
