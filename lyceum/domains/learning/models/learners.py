"""Who may learn, who does, and how far they are."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.learning.models.content import CourseLesson
from lyceum.domains.learning.models.courses import Course
from lyceum.domains.learning.models.schedules import LearningSchedule
from lyceum.domains.people.models import Student


class LearnerAccess(SchoolOwned):
    """A student is approved: for one course with its subcourses, or for all."""

    class Source(models.TextChoices):
        APPLICATION = "application"
        ROLL = "roll"
        GRANTED = "granted"

    student = SchoolForeignKey(Student, models.CASCADE, related_name="learner_accesses")
    course = SchoolForeignKey(Course, models.CASCADE, null=True, related_name="learner_accesses")
    """Null: every course."""
    source = models.CharField(max_length=11, choices=Source.choices)
    source_id = models.UUIDField(null=True)
    granted_at = models.DateTimeField()
    """May lie ahead: it counts from then on."""
    granted_by = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "student", "course", "source", "source_id"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="learner_access_once",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student", "course"], name="learner_access_by_student"),
            models.Index(fields=["school", "course"], name="learner_access_by_course"),
        ]


class CourseEnrolment(SchoolOwned):
    """A student's place in a run; joining again after leaving is a second row."""

    class Status(models.TextChoices):
        WAITLISTED = "waitlisted"
        PENDING_PAYMENT = "pending_payment"
        ACTIVE = "active"
        COMPLETED = "completed"
        NOT_COMPLETED = "not_completed"
        WITHDRAWN = "withdrawn"
        LAPSED = "lapsed"

    student = SchoolForeignKey(Student, models.CASCADE, related_name="course_enrolments")
    schedule = SchoolForeignKey(LearningSchedule, models.PROTECT, related_name="enrolments")
    status = models.CharField(max_length=15, choices=Status.choices)
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True)
    held_until = models.DateTimeField(null=True)
    """Until when an unpaid place is held."""
    enrolled_by = models.UUIDField(null=True)
    over_capacity_reason = models.CharField(max_length=500, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    """When the instructor confirmed completion, where the course asks for it."""
    confirmed_by = models.UUIDField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "student", "schedule"],
                condition=~Q(status__in=("withdrawn", "lapsed")),
                name="course_enrolment_once",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "schedule", "status", "enrolled_at", "id"], name="course_enrolment_by_run"),
            models.Index(fields=["school", "student", "status"], name="course_enrolment_by_student"),
        ]


class LearnerNames(SchoolOwned):
    """What a learner is called at GitHub and Discord, as they say themselves."""

    student = SchoolForeignKey(Student, models.CASCADE, related_name="learner_names")
    github_username = models.CharField(max_length=39, blank=True)
    discord_handle = models.CharField(max_length=37, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "student"], name="learner_names_once")]


class LessonProgress(SchoolOwned):
    """How far a learner is with one lesson."""

    enrolment = SchoolForeignKey(CourseEnrolment, models.CASCADE, related_name="progress")
    lesson = SchoolForeignKey(CourseLesson, models.PROTECT, related_name="progress")
    first_opened_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    completed_by = models.UUIDField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "enrolment", "lesson"], name="lesson_progress_once")]
        indexes = [models.Index(fields=["school", "lesson"], name="lesson_progress_by_lesson")]


class Completion(SchoolOwned):
    """A student completed a course. Frozen: later changes of the course do not touch it."""

    student = SchoolForeignKey(Student, models.PROTECT, related_name="completions")
    course = SchoolForeignKey(Course, models.PROTECT, related_name="completions")
    enrolment = SchoolForeignKey(CourseEnrolment, models.PROTECT, null=True, related_name="completions")
    """Null where all required subcourses make up the course."""
    completed_at = models.DateTimeField()
    snapshot = models.JSONField()
    """Names, the policy, the lessons counted and grades, as they were."""
    reversed_at = models.DateTimeField(null=True)
    reversed_by = models.UUIDField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "enrolment"],
                condition=Q(reversed_at__isnull=True, enrolment__isnull=False),
                name="completion_once_per_enrolment",
            ),
            models.UniqueConstraint(
                fields=["school", "student", "course"],
                condition=Q(reversed_at__isnull=True, enrolment__isnull=True),
                name="completion_once_per_parent",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student", "course"], name="completion_by_student"),
            models.Index(fields=["school", "course", "completed_at"], name="completion_by_course"),
            models.Index(fields=["school", "enrolment"], name="completion_by_enrolment"),
        ]
