"""Versions of a year's timetable and the lessons planned in them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models import AcademicYear, Class, Location, Subject
from lyceum.domains.people.models import Staff, days
from lyceum.domains.timetable.models.imports import ImportedProblem
from lyceum.domains.timetable.models.requirements import MOST_LENGTH, Group, Requirement


class Version(SchoolOwned):
    """One timetable of a year: worked on, then published from a day on, then superseded by the next."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        SUPERSEDED = "superseded", _("superseded")

    class Source(models.TextChoices):
        HAND = "hand"
        RUN = "run"
        IMPORT = "import"

    year = SchoolForeignKey(AcademicYear, models.CASCADE, related_name="timetable_versions")
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    effective_from = models.DateField(null=True)
    effective_to = models.DateField(null=True)
    parent = SchoolForeignKey("timetable.Version", models.SET_NULL, null=True, related_name="drafts")
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.HAND)
    imported = SchoolForeignKey(ImportedProblem, models.PROTECT, null=True, related_name="versions")
    """The file whose rules hold for it."""
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=200, blank=True)
    score = models.FloatField(null=True)
    """What its broken preferences cost, as last reckoned; 0 is perfect."""
    revision = models.PositiveIntegerField(default=1)
    """Rises with every change of its lessons: tells who changed it meanwhile."""
    published_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "year", "name"], name="version_name_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(effective_from__isnull=False), name="version_published_from"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_from__lte=F("effective_to")),
                name="version_days_in_order",
            ),
            ExclusionConstraint(
                name="one_published_version",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    (days("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="published"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        """Whether it may be worked on."""
        return self.state == self.State.DRAFT


class PlannedLesson(SchoolOwned):
    """A lesson of a version, on a day and in a period of the cycle; or not placed yet."""

    version = SchoolForeignKey(Version, models.CASCADE, related_name="lessons")
    requirement = SchoolForeignKey(Requirement, models.SET_NULL, null=True, related_name="lessons")
    subject = SchoolForeignKey(Subject, models.PROTECT, null=True, related_name="planned_lessons")
    name = models.CharField(max_length=120, blank=True)
    """Where the subject alone does not say it."""
    length = models.PositiveSmallIntegerField(default=1)
    """In periods."""
    day = models.PositiveSmallIntegerField(null=True)
    """Of the cycle, from 1."""
    period = models.PositiveSmallIntegerField(null=True)
    """The number of its first period in that day's bell schedule."""
    room = SchoolForeignKey(Location, models.SET_NULL, null=True, related_name="planned_lessons")
    time_locked = models.BooleanField(default=False)
    room_locked = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    """Why it is not placed, as data: `[{code, ...}]`."""
    reference = models.CharField(max_length=120, blank=True)
    """Its name in the file it came from."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(day__isnull=True, period__isnull=True) | Q(day__isnull=False, period__isnull=False),
                name="planned_day_and_period",
            ),
            models.CheckConstraint(condition=Q(day__isnull=True) | Q(day__gte=1, day__lte=14), name="planned_day"),
            models.CheckConstraint(condition=Q(length__gte=1, length__lte=MOST_LENGTH), name="planned_length"),
        ]
        indexes = [
            models.Index(fields=["school", "version", "day", "period"], name="planned_by_version"),
            models.Index(fields=["school", "requirement"], name="planned_by_requirement"),
        ]

    def __str__(self) -> str:
        return self.name or (str(self.subject) if self.subject else "")

    @property
    def is_placed(self) -> bool:
        """Whether it has its time."""
        return self.day is not None


class PlannedClass(SchoolRow):
    """Who comes to a planned lesson: a class, or a group of it."""

    lesson = SchoolForeignKey(PlannedLesson, models.CASCADE, related_name="classes")
    school_class = SchoolForeignKey(Class, models.PROTECT, related_name="planned_lessons", db_column="class_id")
    group = SchoolForeignKey(Group, models.PROTECT, null=True, related_name="planned_lessons")

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "lesson", "school_class", "group"], nulls_distinct=False, name="planned_class_once"
            ),
        ]
        indexes = [models.Index(fields=["school", "school_class"], name="planned_by_class")]


class PlannedTeacher(SchoolRow):
    """Who takes a planned lesson."""

    lesson = SchoolForeignKey(PlannedLesson, models.CASCADE, related_name="teachers")
    staff = SchoolForeignKey(Staff, models.PROTECT, related_name="planned_lessons")

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "lesson", "staff"], name="planned_teacher_once")]
        indexes = [models.Index(fields=["school", "staff"], name="planned_by_teacher")]


class Occupancy(SchoolRow):
    """A teacher, room, class or student in one period of a published version. Triggers of the database write it."""

    class Kind(models.TextChoices):
        TEACHER = "teacher"
        ROOM = "room"
        CLASS = "class"
        STUDENT = "student"

    version = SchoolForeignKey(Version, models.CASCADE, related_name="occupancy")
    lesson = SchoolForeignKey(PlannedLesson, models.CASCADE, related_name="occupancy")
    day = models.PositiveSmallIntegerField()
    period = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=7, choices=Kind.choices)
    resource = models.UUIDField()
    """The id of the teacher, room, class or student."""

    class Meta(SchoolRow.Meta):
        verbose_name_plural = "occupancies"
        constraints = [
            models.UniqueConstraint(
                fields=["school", "version", "day", "period", "kind", "resource"], name="timetable_clash"
            ),
        ]
        indexes = [models.Index(fields=["school", "lesson"], name="occupancy_by_lesson")]


class VersionChange(SchoolRow):
    """One act on a draft, with what it replaced: what undoing goes by and comparing tells."""

    version = SchoolForeignKey(Version, models.CASCADE, related_name="changes")
    revision = models.PositiveIntegerField()
    """The version's, after the act."""
    act = models.CharField(max_length=20)
    before = models.JSONField(default=dict)
    """`{id of a lesson: [day, period, id of the room, time locked, room locked]}`."""
    after = models.JSONField(default=dict)
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    undone = models.BooleanField(default=False)

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "version", "revision"], name="version_change_once")]
