"""How one school year goes over into the next, and what undoing that goes by."""

from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models.classes import Grade
from lyceum.domains.academics.models.years import AcademicYear
from lyceum.domains.people.models import Student


class RolloverPlan(SchoolOwned):
    """How one school year goes over into the next: what is copied, and what becomes of each student."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PREVIEWED = "previewed"
        APPLIED = "applied"
        UNDONE = "undone"

    from_year = SchoolForeignKey(AcademicYear, models.PROTECT, related_name="rollovers_out")
    to_year = SchoolForeignKey(AcademicYear, models.PROTECT, related_name="rollovers_in")
    options = models.JSONField(default=dict)
    """What is copied: `{terms, forms, sets, followers, teachers, rooms: whether}`."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    counts = models.JSONField(default=dict)
    """What the last run did, and before it what it would do: `{what: rows}`."""
    full_sets = models.JSONField(default=list)
    """Sets into which nobody follows because not everybody would fit: `[{name, capacity, needed}]`."""
    access = models.JSONField(default=dict)
    """How many students' records teachers come to see and cease to: `{id of the staff: [gains, loses]}`."""
    trouble = models.CharField(max_length=500, blank=True)
    """Why the last run did nothing, in words."""
    job = SchoolForeignKey("journal.Job", models.SET_NULL, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(from_year=F("to_year")), name="rollover_into_another_year"),
            models.UniqueConstraint(
                fields=["school", "from_year"], condition=~Q(state="undone"), name="one_rollover_of_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_year} → {self.to_year}"


class RolloverDecision(SchoolRow):
    """What becomes of one student when the year goes over, and what came of it."""

    class Kind(models.TextChoices):
        PROMOTE = "promote"
        RETAIN = "retain"
        TRANSFER = "transfer"
        LEAVE = "leave"
        GRADUATE = "graduate"
        UNDECIDED = "undecided"

    plan = SchoolForeignKey(RolloverPlan, models.CASCADE, related_name="decisions")
    student = SchoolForeignKey(Student, models.CASCADE, related_name="+")
    decision = models.CharField(max_length=9, choices=Kind.choices, default=Kind.UNDECIDED)
    by_hand = models.BooleanField(default=False)
    """Somebody decided; what is not decided by hand follows the student's grade and class."""
    grade_now = SchoolForeignKey(Grade, models.PROTECT, null=True, related_name="+")
    form_now = models.CharField(max_length=120, blank=True)
    grade = SchoolForeignKey(Grade, models.PROTECT, null=True, related_name="+")
    form = models.CharField(max_length=120, blank=True)
    """The form's name in the next year, where it may be yet to be copied."""
    note = models.CharField(max_length=300, blank=True)
    problem = models.CharField(max_length=13, blank=True)
    """What stands in the way, as a code."""
    result = models.CharField(max_length=7, blank=True, choices=[(r, r) for r in ("created", "already", "skipped")])
    reason = models.CharField(max_length=20, blank=True)
    """Why the student was skipped, as a code."""

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "plan", "student"], name="rollover_decision_once")]
        indexes = [models.Index(fields=["school", "student"], name="rollover_by_student")]


class RolloverChange(SchoolRow):
    """A row that a rollover made or changed, as it was before and as it was left: what undoing goes by."""

    plan = SchoolForeignKey(RolloverPlan, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=40)
    row = models.UUIDField()
    before = models.JSONField(null=True)
    """Every column; null where there was no row."""
    after = models.JSONField()
    kept = models.CharField(max_length=12, blank=True, choices=[(k, k) for k in ("edited_since", "held")])
    """Why undoing left it."""

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "plan", "kind", "row"], name="rollover_change_once")]

    @property
    def name(self) -> str:
        """What the row says it is called, or its days."""
        days = (str(self.after.get(column) or "") for column in ("starts_on", "first_day"))
        return str(self.after.get("name") or "".join(days))
