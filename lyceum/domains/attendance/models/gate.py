"""Who comes through the gate, and who is looked for in an evacuation."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.people.models import Staff, Student


class GateEvent(SchoolRow):
    """Somebody comes in or goes out. A visitor's way out names the way in."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    student = SchoolForeignKey(Student, models.PROTECT, null=True, related_name="gate_events")
    staff = SchoolForeignKey(Staff, models.PROTECT, null=True, related_name="gate_events")
    visitor_name = models.CharField(max_length=120, blank=True)
    host = models.CharField(max_length=120, blank=True)
    """Whom a visitor comes to see."""
    visit = SchoolForeignKey("self", models.PROTECT, null=True, related_name="ways_out")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolRow.Meta):
        verbose_name_plural = "gate events"
        constraints = [
            models.CheckConstraint(
                condition=Q(student__isnull=False, staff__isnull=True, visitor_name="")
                | Q(student__isnull=True, staff__isnull=False, visitor_name="")
                | Q(student__isnull=True, staff__isnull=True) & ~Q(visitor_name=""),
                name="gate_event_of_one",
            ),
            models.CheckConstraint(
                condition=Q(visit__isnull=True) | Q(direction="out") & ~Q(visitor_name=""), name="gate_visit_ends"
            ),
            models.UniqueConstraint(
                fields=["school", "visit"], condition=Q(visit__isnull=False), name="gate_visit_ends_once"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "at"], name="gate_event_by_time"),
            models.Index(fields=["school", "student", "at"], name="gate_event_by_student"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.at:%Y-%m-%d %H:%M}"


class EvacuationRoll(SchoolOwned):
    """Everybody who was, or may have been, on site as an evacuation began."""

    class State(models.TextChoices):
        RUNNING = "running"
        ENDED = "ended"

    state = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    started_by_name = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school"], condition=Q(state="running"), name="one_evacuation_running"),
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True) | Q(state="ended", ended_at__isnull=False),
                name="evacuation_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class EvacuationPerson(SchoolRow):
    """Somebody on an evacuation roll, by the name and place of that moment."""

    roll = SchoolForeignKey(EvacuationRoll, models.PROTECT, related_name="people")
    key = models.UUIDField()
    """The id of the student, the member of staff, or the visit."""
    student = SchoolForeignKey(Student, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)
    sort_name = models.CharField(max_length=200)
    group = models.CharField(max_length=120)
    """The form; `staff` and `visitors` for those."""
    kind = models.CharField(max_length=8, choices=[(k, k) for k in ("student", "staff", "visitor")])
    place = models.CharField(max_length=200, blank=True)
    is_certain = models.BooleanField(default=True)
    """No: came in, and was then absent from a lesson without signing out."""
    accounted_at = models.DateTimeField(null=True)
    accounted_by = models.UUIDField(null=True)
    accounted_by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "roll", "key"], name="evacuation_person_once")]
        indexes = [models.Index(fields=["school", "student"], name="evacuation_by_student")]

    def __str__(self) -> str:
        return self.name
