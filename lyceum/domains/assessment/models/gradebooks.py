"""A class's gradebook for one term: categories, columns, and a cell for each learner."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import Class, Term
from lyceum.domains.assessment.models.policies import GradingPolicy, between
from lyceum.domains.learning.models import Assignment
from lyceum.domains.people.models import Student


class Gradebook(SchoolOwned):
    """What a class is marked on in a term. Its learners are the members of the class, by their dates."""

    school_class = SchoolForeignKey(Class, models.PROTECT, related_name="gradebooks", db_column="class_id")
    term = SchoolForeignKey(Term, models.PROTECT, related_name="gradebooks")
    policy = SchoolForeignKey(GradingPolicy, models.PROTECT, related_name="gradebooks")

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "school_class", "term"], name="gradebook_once")]
        indexes = [
            models.Index(fields=["school", "term"], name="gradebook_by_term"),
            models.Index(fields=["school", "policy"], name="gradebook_by_policy"),
        ]

    def __str__(self) -> str:
        return f"{self.school_class} · {self.term}"


class Category(SchoolOwned):
    """Columns that are counted together: tests, homework."""

    gradebook = SchoolForeignKey(Gradebook, models.CASCADE, related_name="categories")
    title = models.CharField(max_length=80)
    weight = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    """Null in every category: all points are pooled."""
    drop_lowest = models.PositiveSmallIntegerField(default=0)
    drop_highest = models.PositiveSmallIntegerField(default=0)
    is_extra_credit = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(SchoolOwned.Meta):
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["school", "gradebook", "title"], name="mark_category_title_once"),
            models.CheckConstraint(
                condition=Q(weight__isnull=True) | between("weight", 0, 100), name="mark_category_weight"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Column(SchoolOwned):
    """One thing that is marked."""

    class Kind(models.TextChoices):
        MANUAL = "manual"
        ASSIGNMENT = "assignment"

    class Visibility(models.TextChoices):
        WHEN_ENTERED = "when_entered"
        HIDDEN = "hidden"

    gradebook = SchoolForeignKey(Gradebook, models.CASCADE, related_name="columns")
    """Its category's; kept here too, so that the database can allow a source once."""
    category = SchoolForeignKey(Category, models.PROTECT, related_name="columns")
    title = models.CharField(max_length=120)
    points = models.DecimalField(max_digits=7, decimal_places=2)
    """What is possible."""
    max_score = models.DecimalField(max_digits=7, decimal_places=2)
    """The most that can be typed: more than `points` where something extra can be earned."""
    due_at = models.DateTimeField(null=True)
    """Of a manual column; an assignment has its own."""
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MANUAL)
    source = SchoolForeignKey(Assignment, models.CASCADE, null=True, related_name="mark_columns")
    """Whose attempts are its cells: read as they are when something is counted, never copied."""
    counts = models.BooleanField(default=True)
    is_extra_credit = models.BooleanField(default=False)
    never_drop = models.BooleanField(default=False)
    shown = models.CharField(max_length=12, choices=Visibility.choices, default=Visibility.WHEN_ENTERED)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "gradebook", "source"], name="column_source_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="column_points"),
            models.CheckConstraint(
                condition=Q(max_score__gte=F("points"), max_score__lte=F("points") * Decimal(2)),
                name="column_max_score",
            ),
            models.CheckConstraint(
                condition=Q(kind="manual", source__isnull=True)
                | Q(kind="assignment", source__isnull=False, due_at__isnull=True),
                name="column_source_by_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "category"], name="column_by_category"),
            models.Index(fields=["school", "source"], name="column_by_source"),
        ]

    def __str__(self) -> str:
        return self.title


class Cell(SchoolOwned):
    """What was typed about one learner in one column. No row is the same as empty."""

    class State(models.TextChoices):
        EMPTY = "empty"
        SUBMITTED = "submitted"
        SCORED = "scored"
        MISSING = "missing"
        EXCUSED = "excused"
        EXEMPT = "exempt"
        ABSENT = "absent"

    column = SchoolForeignKey(Column, models.CASCADE, related_name="cells")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="mark_cells")
    state = models.CharField(max_length=9, choices=State.choices, default=State.EMPTY)
    score = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    late_minutes = models.PositiveIntegerField(default=0)
    """After the column's due instant; an extension takes its time off when it is counted."""
    extended_due_at = models.DateTimeField(null=True)
    entered_by = models.UUIDField(null=True)
    entered_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "column", "student"], name="cell_once"),
            models.CheckConstraint(
                condition=Q(state="scored", score__isnull=False) | (~Q(state="scored") & Q(score__isnull=True)),
                name="cell_score_when_scored",
            ),
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__gte=0), name="cell_score"),
        ]
        indexes = [models.Index(fields=["school", "student"], name="cell_by_student")]
