"""The cycle of days over which lessons repeat, and when the bells ring on each of them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models.years import AcademicYear

MOST_DAYS = 14


class Cycle(SchoolOwned):
    """The days over which a year's lessons repeat: a week, weeks A and B, six days that roll on."""

    class Counts(models.TextChoices):
        WEEKDAYS = "weekdays", _("every weekday: Monday stays Monday")
        SCHOOL_DAYS = "school_days", _("days on which school is kept: a closed day moves the rest on")

    class OnHoliday(models.TextChoices):
        PAUSE = "pause", _("waits until school is kept again")
        SKIP = "skip", _("goes on, and loses those days")

    year = SchoolForeignKey(AcademicYear, models.CASCADE, related_name="cycles")
    names = ArrayField(models.CharField(max_length=30))
    """Of its days, in order: their number is its length."""
    anchor = models.DateField()
    """A date that is day 1."""
    counts = models.CharField(max_length=11, choices=Counts.choices, default=Counts.WEEKDAYS)
    on_holiday = models.CharField(max_length=5, choices=OnHoliday.choices, default=OnHoliday.PAUSE)
    """With weekdays, holidays of whole weeks; with school days, every closed day that is a holiday."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "year"], name="one_cycle_a_year"),
            models.CheckConstraint(
                condition=Q(names__len__gte=1, names__len__lte=MOST_DAYS), name="cycle_has_1_to_14_days"
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.names)


class BellSchedule(SchoolOwned):
    """When the bells ring on a day."""

    name = models.CharField(max_length=60)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="bell_schedule_name_once")]

    def __str__(self) -> str:
        return self.name


class TimeSpan(Func):
    """The range of times from one column to another, the end left out. PostgreSQL has no range of times alone."""

    template = "TSRANGE(DATE '2000-01-01' + %(expressions)s)"
    arg_joiner = ", DATE '2000-01-01' + "


class Period(SchoolRow):
    """A part of a day between two bells."""

    class Kind(models.TextChoices):
        TEACHING = "teaching", _("lesson")
        REGISTRATION = "registration", _("registration")
        BREAK = "break", _("break")
        LUNCH = "lunch", _("lunch")

    schedule = SchoolForeignKey(BellSchedule, models.CASCADE, related_name="periods")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.TEACHING)
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "schedule", "number"], name="period_number_once"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="period_times_in_order"),
            ExclusionConstraint(
                name="periods_do_not_overlap",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("schedule", RangeOperators.EQUAL),
                    (
                        TimeSpan(F("starts_at"), F("ends_at"), output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DayPlan(SchoolRow):
    """Which bells ring: on a day of the cycle, or on one date instead. Without a schedule: no lessons that date."""

    cycle = SchoolForeignKey(Cycle, models.CASCADE, related_name="day_plans")
    day = models.PositiveSmallIntegerField(null=True)
    """Of the cycle, from 1; None for a date."""
    on = models.DateField(null=True)
    schedule = SchoolForeignKey(BellSchedule, models.PROTECT, null=True, related_name="day_plans")
    note = models.CharField(max_length=200, blank=True)
    """What there is instead of lessons: "Sports day"."""

    class Meta(SchoolRow.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(day__isnull=False, on__isnull=True, schedule__isnull=False)
                | Q(day__isnull=True, on__isnull=False),
                name="day_plan_day_or_date",
            ),
            models.CheckConstraint(
                condition=Q(day__isnull=True) | Q(day__gte=1, day__lte=MOST_DAYS), name="day_plan_day_range"
            ),
            models.UniqueConstraint(
                fields=["school", "cycle", "day"], condition=Q(day__isnull=False), name="day_plan_day_once"
            ),
            models.UniqueConstraint(fields=["school", "on"], condition=Q(on__isnull=False), name="day_plan_date_once"),
        ]

    def __str__(self) -> str:
        return str(self.on or self.day)
