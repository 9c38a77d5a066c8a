"""Registers, their marks, and what each mark said before."""

from datetime import datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models import Class
from lyceum.domains.attendance.models.codes import SESSION_WORDS, Code, Session
from lyceum.domains.people.models import Student
from lyceum.domains.timetable.models import Lesson


class Register(SchoolOwned):
    """The marks of one class for one session of a day, or for one lesson."""

    class State(models.TextChoices):
        DUE = "due"
        TAKEN = "taken"
        NOT_REQUIRED = "not_required"

    kind = models.CharField(max_length=6, choices=[("daily", "daily"), ("lesson", "lesson")])
    on = models.DateField()
    school_class = SchoolForeignKey(Class, models.PROTECT, related_name="taken_registers", db_column="class_id")
    session = models.CharField(max_length=3, blank=True, choices=Session.choices)
    lesson = SchoolForeignKey(Lesson, models.PROTECT, null=True, related_name="taken_registers")
    with_classes = ArrayField(models.UUIDField(), default=list, db_default=[])
    """Ids of other classes that are taught the same lesson: they are on this register."""
    groups = ArrayField(models.UUIDField(), default=list, db_default=[])
    """Ids of the groups that come, of classes of which not everybody does."""
    class_name = models.CharField(max_length=120)
    period = models.CharField(max_length=20, blank=True)
    room_name = models.CharField(max_length=80, blank=True)
    due_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    """When a lesson ends; None for a session."""
    closes_at = models.DateTimeField()
    locks_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DUE)
    taken_by = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    recorded_on_paper = models.BooleanField(default=False)
    paper_takers = models.CharField(max_length=200, blank=True, db_default="")
    """Who took it on paper, where somebody else typed it in."""
    chased = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How often its takers were reminded: once late, once closed."""
    version = models.PositiveIntegerField(default=0)
    """Rises with every save that changed something."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "school_class", "on", "session"],
                condition=Q(kind="daily"),
                name="daily_register_once",
            ),
            models.UniqueConstraint(
                fields=["school", "lesson", "on"], condition=Q(kind="lesson"), name="lesson_register_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="daily", lesson__isnull=True) & ~Q(session="") | Q(kind="lesson", session=""),
                name="register_session_or_lesson",
            ),
        ]
        indexes = [models.Index(fields=["school", "on"], name="register_by_day")]

    def __str__(self) -> str:
        return f"{self.class_name} {self.on} {self.session or self.period}"

    @property
    def classes(self) -> list[UUID]:
        """Every class that is on it, its own first."""
        return [self.school_class_id, *self.with_classes]

    @property
    def session_words(self) -> Promise | str:
        """The session as people say it; nothing for a lesson."""
        return SESSION_WORDS.get(self.session, "")

    has_open_conflicts = True
    """Whether anything on it may wait for a decision; whoever reads it alone knows better."""

    is_covered = False
    """Whether whoever reads it alone does so as a cover: nothing of other days is shown then."""

    def state_at(self, instant: datetime) -> str:
        """The state with what time alone does to it: due → missed; taken → closed; either → locked."""
        if self.state == self.State.NOT_REQUIRED:
            return "not_required"
        if instant >= self.locks_at:
            return "locked"
        if instant >= self.closes_at:
            return "closed" if self.state == self.State.TAKEN else "missed"
        return str(self.state)


class Mark(SchoolRow):
    """One student on one register, as it stands now."""

    register = SchoolForeignKey(Register, models.PROTECT, related_name="marks")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="marks")
    code = SchoolForeignKey(Code, models.PROTECT, related_name="+")
    minutes_late = models.PositiveSmallIntegerField(null=True)
    time_in = models.TimeField(null=True)
    time_out = models.TimeField(null=True)
    left_reason = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    origin = models.CharField(max_length=8, default="teacher")
    """teacher, office, planned, gate, device, import or case."""
    marked_by = models.UUIDField(null=True)
    marked_at = models.DateTimeField()
    device_time = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    saved_in = models.PositiveIntegerField(default=1)
    """The register's version when this mark last changed: tells who saved meanwhile."""

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "register", "student"], name="mark_once"),
            models.CheckConstraint(
                condition=Q(minutes_late__isnull=True) | Q(minutes_late__lte=600), name="minutes_late_range"
            ),
        ]
        indexes = [models.Index(fields=["school", "student"], name="mark_by_student")]


class MarkChange(SchoolRow):
    """What a mark said, from each save on. Rows are only ever added; version 1 is one of them."""

    mark = SchoolForeignKey(Mark, models.PROTECT, related_name="changes")
    code = SchoolForeignKey(Code, models.PROTECT, related_name="+")
    minutes_late = models.PositiveSmallIntegerField(null=True)
    time_in = models.TimeField(null=True)
    time_out = models.TimeField(null=True)
    left_reason = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    origin = models.CharField(max_length=8)
    marked_by = models.UUIDField(null=True)
    marked_by_name = models.CharField(max_length=200, blank=True)
    marked_at = models.DateTimeField()
    via = models.CharField(max_length=8)
    reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField()

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "mark", "version"], name="mark_version_once"),
        ]
