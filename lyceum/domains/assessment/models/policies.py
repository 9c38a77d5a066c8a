"""How a school counts, and what it calls a percent."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import Grade, Subject


def between(name: str, least: int, most: int) -> Q:
    """A column that lies between two numbers, both included."""
    return Q(**{f"{name}__gte": least, f"{name}__lte": most})


class Scale(SchoolOwned):
    """Names for percents: letters, levels, passed or not, or words."""

    class Kind(models.TextChoices):
        PERCENT = "percent"
        LETTER = "letter"
        LEVEL = "level"
        PASS_FAIL = "pass_fail"  # noqa: S105 - a kind of scale
        COMMENT = "comment"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.LETTER)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="scale_name_once")]

    def __str__(self) -> str:
        return self.name


class Band(SchoolOwned):
    """One name of a scale, and the least percent that earns it. The lowest is for 0 percent and more."""

    scale = SchoolForeignKey(Scale, models.CASCADE, related_name="bands")
    label = models.CharField(max_length=40)
    min_percent = models.DecimalField(max_digits=5, decimal_places=2)
    is_pass = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "scale", "label"], name="band_label_once"),
            models.UniqueConstraint(fields=["school", "scale", "min_percent"], name="band_percent_once"),
            models.CheckConstraint(condition=between("min_percent", 0, 100), name="band_percent_range"),
        ]

    def __str__(self) -> str:
        return self.label


class GradingPolicy(SchoolOwned):
    """How totals are counted: for the whole school, for a year group, or for a subject.

    A gradebook takes the newest version that is valid when it is opened; that of its subject before that of its year
    group before that of the school.
    """

    class TotalMethod(models.TextChoices):
        POINTS = "points"
        MEAN_OF_PERCENTS = "mean_of_percents"

    class Rounding(models.TextChoices):
        HALF_UP = "half_up"
        HALF_EVEN = "half_even"
        UP = "up"
        DOWN = "down"

    class LetterFrom(models.TextChoices):
        ROUNDED = "rounded"
        EXACT = "exact"

    class Interval(models.TextChoices):
        HOUR = "hour"
        DAY = "day"
        SCHOOL_DAY = "school_day"

    class Attempts(models.TextChoices):
        BEST = "best"
        LATEST = "latest"
        FIRST = "first"
        AVERAGE = "average"

    class Absent(models.TextChoices):
        EXCLUDE = "exclude"
        ZERO = "zero"

    grade = SchoolForeignKey(Grade, models.PROTECT, null=True, related_name="grading_policies")
    """Null: not for one year group alone."""
    subject = SchoolForeignKey(Subject, models.PROTECT, null=True, related_name="grading_policies")
    """Null: not for one subject alone. Both null: for the school."""
    version = models.PositiveIntegerField()
    """1, 2, … of its scope."""
    valid_from = models.DateField()
    scale = SchoolForeignKey(Scale, models.PROTECT, null=True, related_name="policies")
    """What a percent is called; null: a percent alone."""
    total_method = models.CharField(max_length=16, choices=TotalMethod.choices, default=TotalMethod.POINTS)
    rounding = models.CharField(max_length=9, choices=Rounding.choices, default=Rounding.HALF_UP)
    places = models.PositiveSmallIntegerField(default=0)
    letter_from = models.CharField(max_length=7, choices=LetterFrom.choices, default=LetterFrom.ROUNDED)
    late_rate = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    """Percentage points for each interval begun."""
    late_interval = models.CharField(max_length=10, choices=Interval.choices, default=Interval.DAY)
    late_floor = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    """Percent under which nothing is taken away for lateness."""
    late_grace_minutes = models.PositiveIntegerField(default=0)
    missing_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    """What missing work counts as; null: as if nothing had been asked for yet."""
    attempts = models.CharField(max_length=7, choices=Attempts.choices, default=Attempts.BEST)
    absent = models.CharField(max_length=7, choices=Absent.choices, default=Absent.EXCLUDE)
    exempts_late_joiners = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        verbose_name_plural = "grading policies"
        constraints = [
            models.UniqueConstraint(
                fields=["school", "grade", "subject", "version"],
                name="grading_policy_version_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(grade__isnull=True) | Q(subject__isnull=True), name="grading_policy_one_scope"
            ),
            models.CheckConstraint(condition=Q(places__lte=2), name="grading_policy_places"),
            models.CheckConstraint(
                condition=between("late_rate", 0, 100) & between("late_floor", 0, 100), name="grading_policy_late"
            ),
            models.CheckConstraint(
                condition=Q(missing_percent__isnull=True) | between("missing_percent", 0, 100),
                name="grading_policy_missing",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "subject"], name="grading_policy_by_subject"),
            models.Index(fields=["school", "scale"], name="grading_policy_by_scale"),
            models.Index(F("school"), F("valid_from").desc(), name="grading_policy_by_day"),
        ]

    def __str__(self) -> str:
        whose = self.subject or self.grade
        return f"{whose} {self.version}" if whose else str(self.version)
