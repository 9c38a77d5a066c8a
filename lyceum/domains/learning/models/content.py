"""What a run consists of: modules, lessons, and materials for approved students."""

from django.db import models
from django.db.models import Deferrable, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.learning.models.courses import Course
from lyceum.domains.learning.models.schedules import LearningSchedule


class Module(SchoolOwned):
    """A part of a run."""

    schedule = SchoolForeignKey(LearningSchedule, models.CASCADE, related_name="modules")
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=500, blank=True)
    order = models.PositiveSmallIntegerField()
    is_required = models.BooleanField(default=True)
    opens_at = models.DateTimeField(null=True)
    is_archived = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "schedule", "order"], name="module_order_once", deferrable=Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CourseLesson(SchoolOwned):
    """One lesson of a module."""

    class Access(models.TextChoices):
        OPEN = "open"
        ENROLLED = "enrolled"

    class CompletesOn(models.TextChoices):
        OPENED = "opened"
        MARKED_DONE = "marked_done"
        ASSIGNMENT = "assignment"

    module = SchoolForeignKey(Module, models.CASCADE, related_name="lessons")
    title = models.CharField(max_length=200)
    content = models.TextField(max_length=100_000, blank=True)
    """As it is written, in Markdown."""
    content_html = models.TextField(blank=True)
    """As it is shown: sanitised."""
    order = models.PositiveSmallIntegerField()
    duration_minutes = models.PositiveSmallIntegerField(null=True)
    is_required = models.BooleanField(default=True)
    access = models.CharField(max_length=8, choices=Access.choices, default=Access.OPEN)
    completes_on = models.CharField(max_length=11, choices=CompletesOn.choices, default=CompletesOn.MARKED_DONE)
    assignment = SchoolForeignKey("learning.Assignment", models.PROTECT, null=True, related_name="completes_lessons")
    is_archived = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "module", "order"], name="course_lesson_order_once", deferrable=Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=Q(completes_on="assignment", assignment__isnull=False)
                | ~Q(completes_on="assignment") & Q(assignment__isnull=True),
                name="course_lesson_assignment",
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes__isnull=True) | Q(duration_minutes__gt=0), name="course_lesson_duration"
            ),
        ]
        indexes = [models.Index(fields=["school", "assignment"], name="course_lesson_by_assignment")]

    def __str__(self) -> str:
        return self.title


class Material(SchoolOwned):
    """Something to learn with, for approved students: of a course, a run, a module or a lesson."""

    class Kind(models.TextChoices):
        GITHUB_REPOSITORY = "github_repository"
        DISCORD = "discord"
        VIDEO = "video"
        DOCUMENT = "document"
        LINK = "link"
        LTI_TOOL = "lti_tool"

    course = SchoolForeignKey(Course, models.CASCADE, null=True, related_name="materials")
    schedule = SchoolForeignKey(LearningSchedule, models.CASCADE, null=True, related_name="materials")
    module = SchoolForeignKey(Module, models.CASCADE, null=True, related_name="materials")
    lesson = SchoolForeignKey(CourseLesson, models.CASCADE, null=True, related_name="materials")
    kind = models.CharField(max_length=17, choices=Kind.choices)
    title = models.CharField(max_length=200)
    description = models.CharField(max_length=1_000, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    url = models.CharField(max_length=500, blank=True)
    file = models.CharField(max_length=200, blank=True)
    """Its name in the store, in the school's folder."""
    file_name = models.CharField(max_length=120, blank=True)
    file_kind = models.CharField(max_length=80, blank=True)
    file_size = models.PositiveIntegerField(null=True)
    visible_from = models.DateTimeField(null=True)
    visible_until = models.DateTimeField(null=True)
    is_archived = models.BooleanField(default=False)
    dead_since = models.DateTimeField(null=True)
    """Since when its link leads nowhere."""
    added_by = models.UUIDField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(course__isnull=False, schedule__isnull=True, module__isnull=True, lesson__isnull=True)
                | Q(course__isnull=True, schedule__isnull=False, module__isnull=True, lesson__isnull=True)
                | Q(course__isnull=True, schedule__isnull=True, module__isnull=False, lesson__isnull=True)
                | Q(course__isnull=True, schedule__isnull=True, module__isnull=True, lesson__isnull=False),
                name="material_of_one",
            ),
            models.CheckConstraint(
                condition=Q(kind="document") & ~Q(file="") | Q(kind="lti_tool") | ~Q(kind="document") & ~Q(url=""),
                name="material_has_what_its_kind_needs",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "course"], name="material_by_course"),
            models.Index(fields=["school", "schedule"], name="material_by_schedule"),
            models.Index(fields=["school", "module"], name="material_by_module"),
            models.Index(fields=["school", "lesson"], name="material_by_lesson"),
        ]

    def __str__(self) -> str:
        return self.title


class MaterialOpening(SchoolOwned):
    """When a learner opened a material first."""

    material = SchoolForeignKey(Material, models.CASCADE, related_name="openings")
    student = SchoolForeignKey("people.Student", models.CASCADE, related_name="material_openings")
    opened_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    """When somebody took the learner out of where the material leads: GitHub and Discord do not do it by themselves."""
    removed_by = models.UUIDField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "material", "student"], name="material_opening_once")]
        indexes = [models.Index(fields=["school", "student"], name="material_opening_by_student")]
