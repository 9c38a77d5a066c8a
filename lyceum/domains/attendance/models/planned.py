"""Absences that were asked for ahead, and for whom and when they hold."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.attendance.models.codes import Code
from lyceum.domains.people.models import Student

WHATS = ("ill", "medical", "religious", "family", "activity", "other")


class PlannedAbsence(SchoolOwned):
    """An absence that somebody asks for: approved it prefills and locks the marks of its sessions."""

    class State(models.TextChoices):
        ASKED = "asked"
        APPROVED = "approved"
        REFUSED = "refused"
        CANCELLED = "cancelled"

    class Origin(models.TextChoices):
        GUARDIAN = "guardian"
        STAFF = "staff"
        STUDENT = "student"
        TRIP = "trip"
        SUSPENSION = "suspension"
        IMPORT = "import"

    starts_on = models.DateField()
    starts_half = models.PositiveSmallIntegerField(default=0)
    """0: from the morning, or the whole day; 1: from the afternoon."""
    ends_on = models.DateField()
    ends_half = models.PositiveSmallIntegerField(default=1)
    """0: until the end of the morning; 1: of the afternoon."""
    code = SchoolForeignKey(Code, models.PROTECT, null=True, related_name="+")
    """What it is marked as; families ask without one, whoever approves chooses it."""
    what = models.CharField(max_length=10, default="other", choices=[(w, w) for w in WHATS])
    """Why in one word of a plain list, from which a code is proposed."""
    reason = models.CharField(max_length=500, blank=True)
    evidence = models.CharField(max_length=300, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    source = models.CharField(max_length=80, blank=True)
    """What it came of elsewhere, as `behaviour.action:<id>`: made once for each."""
    asked_by = models.UUIDField(null=True)
    asked_by_name = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    """What whoever decided says of it."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")) | Q(starts_on=F("ends_on"), starts_half__lte=F("ends_half")),
                name="planned_days_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(code__isnull=False), name="planned_code_when_approved"
            ),
            models.UniqueConstraint(fields=["school", "source"], condition=~Q(source=""), name="planned_source_once"),
        ]
        indexes = [models.Index(fields=["school", "state", "starts_on"], name="planned_by_state")]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


class PlannedStudent(SchoolRow):
    """One student of a planned absence, and how much of it still holds: "arrived" cuts it short."""

    planned = SchoolForeignKey(PlannedAbsence, models.CASCADE, related_name="students")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="planned_absences")
    holds = models.BooleanField(default=False)
    """Whether it prefills marks: approved, and not cut short to nothing."""
    starts_on = models.DateField()
    starts_half = models.PositiveSmallIntegerField(default=0)
    ends_on = models.DateField()
    ends_half = models.PositiveSmallIntegerField(default=1)
    arrived_on = models.DateField(null=True)
    arrived_half = models.PositiveSmallIntegerField(null=True)

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "planned", "student"], name="planned_student_once"),
        ]
        indexes = [models.Index(fields=["school", "student", "holds", "ends_on"], name="planned_by_student")]

    @property
    def is_family(self) -> bool:
        """Whether whoever reads it, in `list_planned_students`, does so as the student's family."""
        return getattr(self, "read_at_home", False)

    def covers(self, on: date, half: int) -> bool:
        """Whether a half of a day lies in what still holds."""
        return self.holds and (self.starts_on, self.starts_half) <= (on, half) <= (self.ends_on, self.ends_half)


class SessionPattern(SchoolOwned):
    """Sessions of the week in which a student is not expected here: part-time, dual registration, guest."""

    class Case(models.TextChoices):
        PART_TIME = "part_time"
        """Of compulsory age, for a while on a part-time timetable."""
        NOT_COMPULSORY = "not_compulsory"
        """Not of compulsory age."""
        DUAL = "dual"
        GUEST = "guest"

    student = SchoolForeignKey(Student, models.PROTECT, related_name="session_patterns")
    case = models.CharField(max_length=14, choices=Case.choices)
    sessions = ArrayField(models.CharField(max_length=4))
    """ISO weekday and session, as in 5PM."""
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")), name="pattern_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["school", "student", "starts_on"], name="pattern_by_student")]

    def __str__(self) -> str:
        return self.case
