"""The catalogue: categories, courses and their tree."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned


class CourseCategory(SchoolOwned):
    """A shelf of the catalogue."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, allow_unicode=True, db_index=False)
    order = models.PositiveSmallIntegerField(default=0)
    is_archived = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "slug"], name="course_category_slug_once")]

    def __str__(self) -> str:
        return self.name


class Course(SchoolOwned):
    """What can be learnt here. It may be a part of another course, at most three levels deep."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    name = models.CharField(max_length=160)
    slug = models.SlugField(max_length=160, allow_unicode=True, db_index=False)
    code = models.CharField(max_length=20, blank=True)
    category = SchoolForeignKey(CourseCategory, models.PROTECT, null=True, related_name="courses")
    """Required once it is published."""
    parent = SchoolForeignKey("self", models.PROTECT, null=True, related_name="subcourses")
    is_required_in_parent = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)
    summary = models.CharField(max_length=300, blank=True)
    description = models.TextField(max_length=50_000, blank=True)
    """As it is written, in Markdown."""
    description_html = models.TextField(blank=True)
    """As it is shown: sanitised."""
    language = models.CharField(max_length=12, blank=True)
    """BCP 47; empty: the school's own."""
    level = models.CharField(max_length=60, blank=True)
    duration_hours = models.PositiveSmallIntegerField(null=True)
    price_minor = models.PositiveIntegerField(null=True)
    """In the smallest unit of the currency; null: free."""
    currency = models.CharField(max_length=3, blank=True)
    image = models.CharField(max_length=200, blank=True)
    """Its name in the store."""
    image_alt = models.CharField(max_length=200, blank=True)
    completion_policy = models.JSONField(default=dict, blank=True)
    certificate_template = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    published_at = models.DateTimeField(null=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "slug"], name="course_slug_once"),
            models.UniqueConstraint(fields=["school", "code"], condition=~Q(code=""), name="course_code_once"),
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="course_not_in_itself"),
            models.CheckConstraint(
                condition=Q(price_minor__isnull=True) | ~Q(currency=""), name="course_price_has_currency"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "status", "order", "name"], name="course_by_status"),
            models.Index(fields=["school", "parent", "order"], name="course_by_parent"),
            models.Index(fields=["school", "category"], name="course_by_category"),
        ]

    @property
    def image_url(self) -> str:
        """Where its picture is fetched; another picture has another address. Empty where it has none."""
        return f"/api/v1/courses/{self.pk}/picture/?v={self.image.rpartition('/')[2]}" if self.image else ""

    def __str__(self) -> str:
        return self.name


class Prerequisite(SchoolOwned):
    """A course that must be completed before another."""

    course = SchoolForeignKey(Course, models.CASCADE, related_name="prerequisites")
    needs = SchoolForeignKey(Course, models.PROTECT, related_name="leads_to")

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "course", "needs"], name="prerequisite_once"),
            models.CheckConstraint(condition=~Q(course=F("needs")), name="prerequisite_of_another"),
        ]
        indexes = [models.Index(fields=["school", "needs"], name="prerequisite_by_needed")]
