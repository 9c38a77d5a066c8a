"""Lessons as they take place, by hand or from a published version, and who covers one of them."""

from collections.abc import Sequence
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.models import Class, Location, Subject
from lyceum.domains.academics.models.cycles import MOST_DAYS
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.models.absences import StaffAbsence
from lyceum.domains.timetable.models.versions import PlannedLesson, Version


class Lesson(SchoolOwned):
    """A lesson of a class that comes back every week, or on a day of the cycle, from a date on.

    Registers, covers and phones go by it. Whoever has no timetable enters it by hand; publishing a version writes it.
    """

    school_class = SchoolForeignKey(Class, models.PROTECT, related_name="lessons", db_column="class_id")
    teacher = SchoolForeignKey(Staff, models.PROTECT, null=True, related_name="lessons")
    """Who takes it where that is not the class's lead."""
    room = SchoolForeignKey(Location, models.SET_NULL, null=True, related_name="lessons")
    co_teachers = ArrayField(models.UUIDField(), default=list)
    """Ids of staff who take it together with the teacher."""
    subject = SchoolForeignKey(Subject, models.PROTECT, null=True, related_name="lessons")
    """Where it is not that of the class."""
    version = SchoolForeignKey(Version, models.PROTECT, null=True, related_name="taught")
    """The version that says so; None: entered by hand."""
    planned = SchoolForeignKey(PlannedLesson, models.SET_NULL, null=True, related_name="taught")
    weekday = models.PositiveSmallIntegerField(null=True)
    """ISO: Monday = 1. None for a lesson of a cycle that is not a week."""
    cycle_day = models.PositiveSmallIntegerField(null=True)
    """Of the cycle, from 1, instead of the weekday."""
    first_period = models.PositiveSmallIntegerField(null=True)
    """The number of its first period in the bell schedule; None by hand."""
    last_period = models.PositiveSmallIntegerField(null=True)
    period = models.CharField(max_length=20)
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7, cycle_day__isnull=True)
                | Q(weekday__isnull=True, cycle_day__gte=1, cycle_day__lte=MOST_DAYS),
                name="lesson_weekday",
            ),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="lesson_times_in_order"),
            models.UniqueConstraint(
                fields=["school", "school_class", "weekday", "period", "starts_on"],
                condition=Q(version=None),
                name="lesson_once",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "weekday"], name="lesson_by_weekday"),
            models.Index(fields=["school", "cycle_day"], name="lesson_by_cycle_day"),
            models.Index(fields=["school", "version"], name="lesson_by_version"),
        ]

    def __str__(self) -> str:
        return f"{self.period}"

    joined: "Sequence[Lesson]" = ()
    """The same lesson for other classes that are taught together, where whoever read it asked."""

    @property
    def classes(self) -> str:
        """The classes that are taught, as people say them."""
        return " + ".join(dict.fromkeys(str(lesson.school_class) for lesson in (self, *self.joined)))

    def is_on(self, day: date) -> bool:
        """Whether the lesson takes place on that day of its weeks or cycles."""
        if not (self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)):
            return False
        if self.cycle_day is not None:
            return cycle_days().day_on(day) == self.cycle_day
        return day.isoweekday() == self.weekday


class Cover(SchoolOwned):
    """Somebody else takes one lesson on one day."""

    class Kind(models.TextChoices):
        INTERNAL = "internal", _("a colleague")
        AGENCY = "agency", _("somebody from outside")
        MERGE = "merge", _("joined with another class")
        CANCEL = "cancel", _("lesson does not take place")
        SELF_STUDY = "self_study", _("students work by themselves")
        ROOM_CHANGE = "room_change", _("another room")

    class State(models.TextChoices):
        REQUESTED = "requested", _("asked")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        ASSIGNED = "assigned", _("assigned")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    STANDING = (State.ASSIGNED, State.ACCEPTED, State.DONE)
    """States in which the lesson is theirs."""
    LIVE = (State.REQUESTED, *STANDING)
    """States in which nobody else is looked for."""

    lesson = SchoolForeignKey(Lesson, models.PROTECT, related_name="covers")
    on = models.DateField()
    part = models.PositiveSmallIntegerField(default=0)
    """0: the whole lesson; otherwise the number of the one period of it that is covered."""
    kind = models.CharField(max_length=11, choices=Kind.choices, default=Kind.INTERNAL)
    teacher = SchoolForeignKey(Staff, models.PROTECT, null=True, related_name="covers")
    """None where somebody without an account comes, or nobody does."""
    room = SchoolForeignKey(Location, models.SET_NULL, null=True, related_name="covers")
    """Where it is instead of its own room."""
    merged_with = SchoolForeignKey(Lesson, models.PROTECT, null=True, related_name="merged_covers")
    """The lesson that the class joins."""
    absence = SchoolForeignKey(StaffAbsence, models.SET_NULL, null=True, related_name="covers")
    """Because of which it is; None: assigned by itself."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASSIGNED)
    note = models.CharField(max_length=300, blank=True)
    work_set = models.TextField(max_length=2000, blank=True)
    """What the class does meanwhile."""
    reason = models.CharField(max_length=300, blank=True)
    """Why it was declined or cancelled."""
    assigned_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        verbose_name_plural = "covers"
        constraints = [
            models.UniqueConstraint(
                fields=["school", "lesson", "on", "part"],
                condition=~Q(state__in=("declined", "cancelled")),
                name="lesson_covered_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("internal", "merge"), teacher__isnull=False)
                | Q(kind__in=("agency", "cancel", "self_study", "room_change"), teacher__isnull=True),
                name="cover_has_its_teacher",
            ),
            models.CheckConstraint(condition=~Q(kind="room_change") | Q(room__isnull=False), name="cover_has_its_room"),
        ]
        indexes = [
            models.Index(fields=["school", "on"], name="cover_by_day"),
            models.Index(fields=["school", "lesson", "on"], name="cover_by_lesson"),
            models.Index(fields=["school", "absence"], name="cover_by_absence"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson} {self.on}"

    @property
    def words(self) -> str:
        """How the lesson is other than always, as people say it."""
        if self.teacher:
            return gettext("covered by %(name)s") % {"name": self.teacher}
        return str(self.get_kind_display())
