"""Years, their terms, and the days that are closed."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.people.models import days


class AcademicYear(SchoolOwned):
    """A school year. Years do not overlap, and one at most is current."""

    class State(models.TextChoices):
        PLANNED = "planned"
        CURRENT = "current"
        CLOSED = "closed"

    name = models.CharField(max_length=40)
    starts = models.DateField()
    ends = models.DateField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.PLANNED)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)
    """School days as ISO weekday numbers, Monday = 1."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "name"], name="year_name_once"),
            models.UniqueConstraint(fields=["school"], condition=Q(state="current"), name="one_current_year"),
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="year_days_in_order"),
            ExclusionConstraint(
                name="years_do_not_overlap",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    (days("starts", "ends"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def holds(self, day: date) -> bool:
        """Whether the day lies in this year."""
        return self.starts <= day <= self.ends


class Term(SchoolOwned):
    """A part of a year in which school is kept."""

    year = SchoolForeignKey(AcademicYear, models.CASCADE, related_name="terms")
    name = models.CharField(max_length=80)
    starts = models.DateField()
    ends = models.DateField()

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "year", "name"], name="term_name_once"),
            models.CheckConstraint(condition=Q(starts__lte=F("ends")), name="term_days_in_order"),
            ExclusionConstraint(
                name="terms_do_not_overlap",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("year", RangeOperators.EQUAL),
                    (days("starts", "ends"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClosedDay(SchoolOwned):
    """A day on which no register is due: holiday, training day, closure."""

    KINDS = ("holiday", "training", "closure")

    on = models.DateField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, default="holiday", choices=[(k, k) for k in KINDS])

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "on"], name="closed_day_once")]

    def __str__(self) -> str:
        return self.name
