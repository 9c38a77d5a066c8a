"""Runs of courses, and when they meet."""

from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import Location
from lyceum.domains.learning.models.courses import Course
from lyceum.domains.people.models import Staff


class LearningSchedule(SchoolOwned):
    """One run of a course. Whether it is upcoming, running or finished follows from its dates."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        CANCELLED = "cancelled"

    class Delivery(models.TextChoices):
        ON_SITE = "on_site"
        ONLINE = "online"
        HYBRID = "hybrid"

    course = SchoolForeignKey(Course, models.PROTECT, related_name="schedules")
    name = models.CharField(max_length=160, blank=True)
    start_on = models.DateField()
    end_on = models.DateField()
    delivery = models.CharField(max_length=7, choices=Delivery.choices, default=Delivery.ON_SITE)
    location = SchoolForeignKey(Location, models.PROTECT, null=True, related_name="learning_schedules")
    """Required unless it is online."""
    instructor = SchoolForeignKey(Staff, models.PROTECT, null=True, related_name="learning_schedules")
    capacity = models.PositiveIntegerField(null=True)
    enrol_from = models.DateTimeField(null=True)
    enrol_until = models.DateTimeField(null=True)
    price_minor = models.PositiveIntegerField(null=True)
    """Instead of the course's; null: the course's."""
    is_sequential = models.BooleanField(default=False)
    copied_from = SchoolForeignKey("self", models.SET_NULL, null=True, related_name="copies")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    published_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    """Why it was cancelled."""
    version = models.PositiveIntegerField(default=1)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(end_on__gte=F("start_on")), name="learning_schedule_ends_after_start"),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0), name="learning_schedule_capacity"
            ),
            models.CheckConstraint(
                condition=Q(delivery="online") | Q(location__isnull=False) | Q(status="draft"),
                name="learning_schedule_has_place",
            ),
            models.CheckConstraint(
                condition=Q(enrol_from__isnull=True)
                | Q(enrol_until__isnull=True)
                | Q(enrol_until__gte=F("enrol_from")),
                name="learning_schedule_window",
            ),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | ~Q(reason=""), name="learning_schedule_cancelled_with_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "course", "start_on"], name="learning_by_course"),
            models.Index(fields=["school", "status", "start_on", "id"], name="learning_by_start"),
            models.Index(fields=["school", "instructor"], name="learning_by_instructor"),
            models.Index(fields=["school", "location"], name="learning_by_location"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.course)


class CoInstructor(SchoolOwned):
    """Somebody who teaches a run beside its instructor."""

    schedule = SchoolForeignKey(LearningSchedule, models.CASCADE, related_name="co_instructors")
    staff = SchoolForeignKey(Staff, models.PROTECT, related_name="co_instructed")

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "schedule", "staff"], name="co_instructor_once")]
        indexes = [models.Index(fields=["school", "staff"], name="co_instructor_by_staff")]


class Meeting(SchoolOwned):
    """A dated gathering of a run."""

    schedule = SchoolForeignKey(LearningSchedule, models.CASCADE, related_name="meetings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    location = SchoolForeignKey(Location, models.SET_NULL, null=True, related_name="meetings")
    join_url = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "schedule", "starts_at"], name="meeting_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["school", "starts_at"], name="meeting_by_start"),
            models.Index(fields=["school", "location", "starts_at"], name="meeting_by_location"),
        ]
