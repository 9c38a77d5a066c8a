"""Lessons. They may be entered by hand; a school without a timetable works."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import Class, Location
from lyceum.domains.people.models import Staff


class Lesson(SchoolOwned):
    """A weekly lesson of a class, from a day on."""

    school_class = SchoolForeignKey(Class, models.PROTECT, related_name="lessons", db_column="class_id")
    teacher = SchoolForeignKey(Staff, models.PROTECT, null=True, related_name="lessons")
    """Who takes it where that is not the class's lead."""
    room = SchoolForeignKey(Location, models.SET_NULL, null=True, related_name="lessons")
    weekday = models.PositiveSmallIntegerField()
    """ISO: Monday = 1."""
    period = models.CharField(max_length=20)
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="lesson_weekday"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="lesson_times_in_order"),
            models.UniqueConstraint(
                fields=["school", "school_class", "weekday", "period", "starts_on"], name="lesson_once"
            ),
        ]
        indexes = [models.Index(fields=["school", "weekday"], name="lesson_by_weekday")]

    def __str__(self) -> str:
        return f"{self.period}"

    def is_on(self, day: date) -> bool:
        """Whether the lesson takes place on that day of its weeks."""
        return (
            day.isoweekday() == self.weekday and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        )


class Cover(SchoolOwned):
    """Somebody else takes one lesson on one day."""

    class Kind(models.TextChoices):
        INTERNAL = "internal"
        AGENCY = "agency"

    class State(models.TextChoices):
        ASSIGNED = "assigned"
        CANCELLED = "cancelled"

    lesson = SchoolForeignKey(Lesson, models.PROTECT, related_name="covers")
    on = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INTERNAL)
    teacher = SchoolForeignKey(Staff, models.PROTECT, null=True, related_name="covers")
    """None where somebody without an account comes."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASSIGNED)
    note = models.CharField(max_length=300, blank=True)

    class Meta(SchoolOwned.Meta):
        verbose_name_plural = "covers"
        constraints = [
            models.UniqueConstraint(
                fields=["school", "lesson", "on"], condition=Q(state="assigned"), name="lesson_covered_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="internal", teacher__isnull=False) | Q(kind="agency", teacher__isnull=True),
                name="cover_has_its_teacher",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "on"], name="cover_by_day"),
            models.Index(fields=["school", "lesson", "on"], name="cover_by_lesson"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson} {self.on}"
