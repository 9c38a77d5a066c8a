"""Work that is set, and what learners hand in."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import Class, Subject
from lyceum.domains.learning.models.schedules import LearningSchedule
from lyceum.domains.people.models import Staff, Student

MOST_FILES = 5


class Assignment(SchoolOwned):
    """Work for classes, or for one run."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        CLOSED = "closed"
        ARCHIVED = "archived"

    class Grading(models.TextChoices):
        POINTS = "points"
        PASS_FAIL = "pass_fail"  # noqa: S105 - a way of grading
        NONE = "none"

    class Release(models.TextChoices):
        AT_ONCE = "at_once"
        HELD = "held"

    title = models.CharField(max_length=200)
    description = models.TextField(max_length=50_000)
    """As it is written, in Markdown."""
    description_html = models.TextField(blank=True)
    """As it is shown: sanitised."""
    teacher = SchoolForeignKey(Staff, models.PROTECT, null=True, related_name="assignments")
    """Who set it; null where an admin who is no member of staff did."""
    schedule = SchoolForeignKey(LearningSchedule, models.PROTECT, null=True, related_name="assignments")
    """Null: it is for classes."""
    for_classes = models.BooleanField()
    subject = SchoolForeignKey(Subject, models.SET_NULL, null=True, related_name="assignments")
    is_required = models.BooleanField(default=True)
    """Whether the run's completion needs it accepted."""
    due_at = models.DateTimeField()
    publish_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    grading = models.CharField(max_length=9, choices=Grading.choices, default=Grading.POINTS)
    rubric = models.JSONField(default=list, blank=True)
    """`[{title, points}]`; empty: none."""
    max_attempts = models.PositiveSmallIntegerField(null=True)
    release = models.CharField(max_length=7, choices=Release.choices, default=Release.AT_ONCE)
    released_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    published_at = models.DateTimeField(null=True)
    created_by = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(for_classes=True, schedule__isnull=True) | Q(for_classes=False, schedule__isnull=False),
                name="assignment_for_classes_or_run",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gte=F("due_at")), name="assignment_closes_after_due"
            ),
            models.CheckConstraint(
                condition=Q(max_attempts__isnull=True) | Q(max_attempts__gt=0), name="assignment_attempts"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "status", "due_at", "id"], name="assignment_by_due"),
            models.Index(fields=["school", "schedule"], name="assignment_by_run"),
            models.Index(fields=["school", "teacher", "status"], name="assignment_by_teacher"),
            models.Index(fields=["school", "subject"], name="assignment_by_subject"),
        ]

    def __str__(self) -> str:
        return self.title


class AssignmentClass(SchoolOwned):
    """A class that an assignment is for."""

    assignment = SchoolForeignKey(Assignment, models.CASCADE, related_name="classes")
    school_class = SchoolForeignKey(Class, models.PROTECT, related_name="assignments", db_column="class_id")

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "assignment", "school_class"], name="assignment_class_once")
        ]
        indexes = [models.Index(fields=["school", "school_class"], name="assignment_by_class")]


class KeptFile(SchoolOwned):
    """A file beside a piece of work."""

    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    """What it really is, as a media type."""
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    """SHA-256 of what is kept, in hex."""
    stored = models.CharField(max_length=200)
    """Its name in the store, in the school's folder."""
    added_by = models.UUIDField(null=True)

    class Meta(SchoolOwned.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name


class AssignmentAttachment(KeptFile):
    """A file that belongs to an assignment."""

    assignment = SchoolForeignKey(Assignment, models.CASCADE, related_name="attachments")

    class Meta(KeptFile.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "assignment", "position"], name="attachment_position_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_FILES), name="attachment_five_at_most"
            ),
        ]


class Submission(SchoolOwned):
    """One learner's work for an assignment."""

    class Status(models.TextChoices):
        PENDING = "pending"
        SUBMITTED = "submitted"
        GRADED = "graded"
        REASSIGNED = "reassigned"

    assignment = SchoolForeignKey(Assignment, models.CASCADE, related_name="submissions")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="submissions")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    due_at_override = models.DateTimeField(null=True)
    is_excused = models.BooleanField(default=False)
    is_late = models.BooleanField(default=False)
    grade = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    feedback = models.TextField(max_length=10_000, blank=True)
    is_accepted = models.BooleanField(default=False)
    resubmit_by = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    """Of the newest attempt."""
    graded_at = models.DateTimeField(null=True)
    graded_by = models.UUIDField(null=True)
    released_at = models.DateTimeField(null=True)
    received_on_paper = models.BooleanField(default=False)
    is_void = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "assignment", "student"], name="submission_once"),
            models.CheckConstraint(
                condition=Q(grade__isnull=True) | Q(grade__gte=0, grade__lte=100), name="submission_grade"
            ),
            models.CheckConstraint(
                condition=Q(status="graded") | Q(grade__isnull=True, is_accepted=False),
                name="submission_accepted_or_grade_is_graded",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student", "status"], name="submission_by_student"),
            models.Index(fields=["school", "assignment", "status"], name="submission_by_status"),
        ]


class SubmissionAttempt(SchoolOwned):
    """One time that work was handed in; its text and files never change afterwards. The draft is not submitted yet."""

    submission = SchoolForeignKey(Submission, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=50_000, blank=True)
    submitted_at = models.DateTimeField(null=True)
    is_late = models.BooleanField(default=False)
    late_minutes = models.PositiveIntegerField(default=0)
    grade = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    feedback = models.TextField(max_length=10_000, blank=True)
    rubric_points = ArrayField(models.DecimalField(max_digits=5, decimal_places=2), default=list, blank=True)
    graded_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "submission", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["school", "submission"], condition=Q(submitted_at__isnull=True), name="attempt_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(grade__isnull=True) | Q(grade__gte=0, grade__lte=100), name="attempt_grade"
            ),
        ]


class AttemptFile(KeptFile):
    """A file that a learner hands in."""

    attempt = SchoolForeignKey(SubmissionAttempt, models.CASCADE, related_name="files")

    class Meta(KeptFile.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "attempt", "position"], name="attempt_file_position_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_FILES), name="attempt_file_five_at_most"
            ),
        ]
