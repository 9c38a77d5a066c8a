"""Detentions: their types, the slots in which they are served, who serves one, and what the register said."""

from datetime import datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models import Location
from lyceum.domains.behaviour.models.incidents import Participant
from lyceum.domains.people.models import Staff, Student

REGISTER_OPENS = timedelta(minutes=10)
"""How long before a slot its register opens."""
REGISTER_CLOSES = timedelta(hours=24)
"""How long after a slot its marks may change without a reason."""


def span(first: str, last: str) -> Func:
    """The range of instants from one column to another, the last not included."""
    return Func(F(first), F(last), Value("[)"), function="TSTZRANGE", output_field=DateTimeRangeField())


class DetentionType(SchoolOwned):
    """A kind of detention: how long, when, for whom, and how early a family hears of it."""

    class When(models.TextChoices):
        BREAK = "break", _("Break")
        LUNCH = "lunch", _("Lunch")
        AFTER_SCHOOL = "after_school", _("After school")

    name = models.CharField(max_length=80)
    when = models.CharField(max_length=12, choices=When.choices, default=When.AFTER_SCHOOL)
    minutes = models.PositiveSmallIntegerField(default=30)
    notice_hours = models.PositiveSmallIntegerField(default=24)
    """Between telling the family and the slot; 0: none is needed."""
    cut_off = models.TimeField(null=True)
    """Until when, on the school day before, a detention can be set for a date."""
    grades = ArrayField(models.UUIDField(), default=list, blank=True)
    """Ids of the grades it is for; empty: all."""
    escalates_to = SchoolForeignKey("behaviour.DetentionType", models.PROTECT, null=True, related_name="+")
    max_moves = models.PositiveSmallIntegerField(default=2)
    """How often a family's request moves it before a person decides."""
    tell_guardians = models.BooleanField(default=True)
    needs_approval = models.BooleanField(default=False)
    escalates_by_itself = models.BooleanField(default=False)
    """Whether what follows a missed one is set without a person."""
    several_a_day = models.BooleanField(default=False)
    in_teaching_time = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "name"], name="detention_type_name_once"),
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=240), name="detention_type_minutes"),
            models.CheckConstraint(condition=Q(notice_hours__lte=720), name="detention_type_notice"),
        ]

    def __str__(self) -> str:
        return self.name


class DetentionSlot(SchoolOwned):
    """A time and a room in which so many students serve a detention of one type."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        FULL = "full", _("full")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    type = SchoolForeignKey(DetentionType, models.PROTECT, related_name="slots")
    on = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    room = SchoolForeignKey(Location, models.PROTECT, null=True, related_name="+")
    capacity = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    cancel_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=0)
    """Rises with every save of its register that changed something."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(capacity__gte=1, capacity__lte=200), name="detention_slot_capacity"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="detention_slot_times"),
            ExclusionConstraint(
                name="detention_room_once",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("room", RangeOperators.EQUAL),
                    (span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="cancelled"),
            ),
        ]
        indexes = [models.Index(fields=["school", "on"], name="detention_slot_by_day")]

    def __str__(self) -> str:
        return f"{self.type} {self.on}"

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def opens_at(self) -> datetime:
        """When its register opens."""
        return self.starts_at - REGISTER_OPENS

    @property
    def closes_at(self) -> datetime:
        """From when on a change of a mark needs a reason."""
        return self.ends_at + REGISTER_CLOSES

    def takes_students(self, instant: datetime) -> bool:
        """Whether a detention may still be set into it, seats apart."""
        return self.state in (self.State.OPEN, self.State.FULL) and instant < self.starts_at


class SlotSupervisor(SchoolRow):
    """Who supervises a slot; one of them leads."""

    slot = SchoolForeignKey(DetentionSlot, models.PROTECT, related_name="supervisors")
    staff = SchoolForeignKey(Staff, models.PROTECT, related_name="+")
    leads = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    """Both copied from the slot, so that the database can hold a person to one slot at a time."""
    stands = models.BooleanField(default=True)
    """Not where the slot was cancelled, or where the person is away or was replaced."""
    away_reason = models.CharField(max_length=300, blank=True)
    may_return = models.BooleanField(default=False)
    """Stood down because of the timetable or an absence: stands again if that is over and nobody else does."""

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "slot", "staff"], condition=Q(stands=True), name="detention_supervisor_once"
            ),
            models.UniqueConstraint(
                fields=["school", "slot"], condition=Q(leads=True, stands=True), name="detention_slot_one_lead"
            ),
            ExclusionConstraint(
                name="detention_supervisor_free",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("staff", RangeOperators.EQUAL),
                    (span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(stands=True),
            ),
        ]
        indexes = [models.Index(fields=["school", "slot"], name="detention_supervisors_by_slot")]


class StaffAway(SchoolRow):
    """From when to when somebody cannot supervise."""

    staff = SchoolForeignKey(Staff, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    noted_by = models.UUIDField(null=True)

    class Meta(SchoolRow.Meta):
        constraints = [models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="detention_away_in_order")]
        indexes = [models.Index(fields=["school", "staff", "starts_at"], name="detention_away_by_staff")]


class Detention(SchoolOwned):
    """One student who is to serve one detention. A move is a new row; the old one is kept."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        SCHEDULED = "scheduled", _("scheduled")
        COMPLETED = "completed", _("served")
        MISSED = "missed", _("missed")
        EXCUSED = "excused", _("excused")
        RESCHEDULED = "rescheduled", _("moved")
        ESCALATED = "escalated", _("escalated")
        CANCELLED = "cancelled", _("cancelled")

    student = SchoolForeignKey(Student, models.PROTECT, related_name="detentions")
    type = SchoolForeignKey(DetentionType, models.PROTECT, related_name="detentions")
    participant = SchoolForeignKey(Participant, models.PROTECT, null=True, related_name="detentions")
    reason = models.CharField(max_length=300)
    """In words that the family reads."""
    notes = models.CharField(max_length=600, blank=True)
    """For staff."""
    slot = SchoolForeignKey(DetentionSlot, models.PROTECT, null=True, related_name="detentions")
    on = models.DateField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField()
    supervisor_name = models.CharField(max_length=200, blank=True)
    """As it was when the slot's register was saved; before that the slot knows."""
    one_a_day = models.BooleanField(default=True)
    """Copied from the type, so that the database can hold a student to one a day."""
    set_by = models.UUIDField(null=True)
    set_by_name = models.CharField(max_length=200, blank=True)
    moves = models.PositiveSmallIntegerField(default=0)
    """Moves that count; one that the school or an authorised absence caused does not."""
    moved_from = SchoolForeignKey("behaviour.Detention", models.PROTECT, null=True, related_name="moved_to")
    follows = SchoolForeignKey("behaviour.Detention", models.PROTECT, null=True, related_name="followed_by")
    """The missed one that this one was proposed for."""
    state = models.CharField(max_length=11, choices=State.choices, default=State.PROPOSED)
    why = models.CharField(max_length=300, blank=True)
    """Why it was excused, cancelled or moved."""
    minutes_served = models.PositiveSmallIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    """When the family's notice left; the notice that a type asks for counts from here."""
    left_at = models.DateTimeField(null=True)
    """When it was cancelled because its student left: taken back, the leaving brings it back."""
    untold = models.CharField(max_length=300, blank=True)
    """Why nobody could be told."""
    move_asked = models.CharField(max_length=300, blank=True)
    """What the family wrote when it asked for another time and a person has to decide."""
    version = models.PositiveIntegerField(default=1)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=240), name="detention_minutes"),
            models.CheckConstraint(
                condition=~Q(state__in=("scheduled", "completed", "missed"))
                | Q(slot__isnull=False, on__isnull=False, starts_at__isnull=False, ends_at__isnull=False),
                name="detention_has_its_slot",
            ),
            models.UniqueConstraint(
                fields=["school", "moved_from"], condition=Q(moved_from__isnull=False), name="detention_moved_once"
            ),
            models.UniqueConstraint(
                fields=["school", "follows"],
                condition=Q(follows__isnull=False) & ~Q(state="cancelled") & Q(moved_from__isnull=True),
                name="detention_followed_once",
            ),
            models.UniqueConstraint(
                fields=["school", "student", "on"],
                condition=Q(state="scheduled", one_a_day=True),
                name="one_detention_a_day",
            ),
            ExclusionConstraint(
                name="detentions_do_not_overlap",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("student", RangeOperators.EQUAL),
                    (span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="scheduled"),
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student", "on"], name="detention_by_student"),
            models.Index(fields=["school", "slot"], name="detention_by_slot"),
            models.Index(fields=["school", "state", "on"], name="detention_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.type_name} {self.on or ''}".strip()

    @property
    def type_name(self) -> str:
        """What kind of detention it is."""
        return str(self.type)

    @property
    def supervisor(self) -> str:
        """Who supervised; before the register was saved, who leads the slot (read with it)."""
        leading: list[SlotSupervisor] = getattr(self.slot, "leading", []) if self.slot else []
        return self.supervisor_name or next((str(row.staff) for row in leading), "")

    @property
    def has_lost_its_reason(self) -> bool:
        """Whether the incident it follows was taken back."""
        part = self.participant
        return part is not None and part.incident.state in ("rejected", "withdrawn")

    @property
    def state_words(self) -> Promise | str:
        """The state as people say it."""
        return self.State(self.state).label


MARKS: dict[str, Promise] = {
    "present": _("present"),
    "late": _("late"),
    "absent_unexcused": _("absent, unexcused"),
    "absent_authorised": _("absent, authorised"),
    "left_early": _("left early"),
    "refused": _("refused"),
}
"""What a slot's register can say of a student, in words."""


class SaidInRegister(models.Model):
    """What a mark says: shared by the one that stands and by those before it."""

    mark = models.CharField(max_length=17, choices=[(each, each) for each in MARKS])
    minutes = models.PositiveSmallIntegerField(null=True)
    """Late by, or left early by."""
    outcome = models.CharField(max_length=9, choices=[("completed", "completed"), ("missed", "missed")], blank=True)
    """What the supervisor chose where the mark alone does not say."""
    reason = models.CharField(max_length=300, blank=True)
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    device_time = models.DateTimeField(null=True)
    """When it was given on a device without network, by our clock."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    @property
    def words(self) -> str:
        """The mark as people say it."""
        return str(MARKS[self.mark])


class DetentionMark(SaidInRegister, SchoolRow):
    """What the register of a slot says of one detention, as it stands now."""

    detention = SchoolForeignKey(Detention, models.PROTECT, related_name="marks")
    saved_in = models.PositiveIntegerField(default=1)
    """The slot's version when this mark last changed: tells who saved meanwhile."""

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "detention"], name="detention_mark_once"),
            models.CheckConstraint(
                condition=~Q(mark__in=("late", "left_early")) | Q(minutes__isnull=False),
                name="detention_mark_minutes",
            ),
        ]

    def __str__(self) -> str:
        return str(self.mark)


class DetentionMarkPast(SaidInRegister, SchoolRow):
    """Each version of a mark, from the first on. Rows are only ever added."""

    detention = SchoolForeignKey(Detention, models.PROTECT, related_name="marks_past")

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "detention", "version"], name="detention_mark_version_once")
        ]

    def __str__(self) -> str:
        return str(self.mark)


class DetentionPast(SchoolRow):
    """Each state a detention was in: which, since when, by whom and why. Rows are only ever added."""

    detention = SchoolForeignKey(Detention, models.PROTECT, related_name="past")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=11, choices=Detention.State.choices)
    minutes_served = models.PositiveSmallIntegerField(null=True)
    why = models.CharField(max_length=300, blank=True)
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "detention", "version"], name="detention_version_once")
        ]
