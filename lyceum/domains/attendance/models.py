"""Codes, registers, marks and what each was before; the statutory mark and the numbers."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolKey, SchoolManager, SchoolOwned, SchoolRow
from lyceum.domains.academics.models import Class
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.people.models import Student
from lyceum.domains.timetable.models import Lesson


class Session(models.TextChoices):
    """The part of a day that has one statutory mark."""

    AM = "AM"
    PM = "PM"
    DAY = "DAY"


SESSION_WORDS = {Session.AM.value: _("Morning"), Session.PM.value: _("Afternoon"), Session.DAY.value: _("Whole day")}


class CodeSet(SchoolOwned):
    """The codes a school marks with, from a day on: data with version and source."""

    preset = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    source = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField()
    state = models.CharField(max_length=7, default="in_use", choices=[(s, s) for s in ("draft", "in_use", "retired")])

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school"], condition=Q(state="in_use"), name="one_code_set_in_use"),
        ]

    def __str__(self) -> str:
        return f"{self.preset} {self.version}"


class Code(SchoolOwned):
    """One code of a set. Rules act on its meaning, never on its letter."""

    code_set = SchoolForeignKey(CodeSet, models.PROTECT, related_name="codes")
    symbol = models.CharField(max_length=4)
    label = models.CharField(max_length=120)
    family_label = models.CharField(max_length=120, blank=True)
    meaning = models.CharField(max_length=20, choices=[(m.value, m.value) for m in Meaning])
    statutory_symbol = models.CharField(max_length=4, blank=True)
    place = models.CharField(max_length=8, default="none", choices=[(p, p) for p in ("onsite", "offsite", "none")])
    roles = ArrayField(models.CharField(max_length=16), default=list)
    """Roles that may give it."""
    session = models.CharField(max_length=3, blank=True)
    """Where a code is for one session only, as `/` for the morning."""
    future_allowed = models.BooleanField(default=False)
    needs_note = models.BooleanField(default=False)
    needs_minutes = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField()
    active = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "code_set", "symbol"], name="symbol_once")]

    def __str__(self) -> str:
        return self.symbol


class SessionTimes(SchoolOwned):
    """When a session starts and when its register closes, from a day on; for some grades or all."""

    session = models.CharField(max_length=3, choices=Session.choices)
    grades = ArrayField(models.UUIDField(), default=list, blank=True)
    """Empty: every grade that has no times of its own."""
    starts_at = models.TimeField()
    closes_at = models.TimeField()
    starts_on = models.DateField()

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "session", "grades", "starts_on"], name="session_times_once"),
        ]


class AttendanceRule(SchoolOwned):
    """The settable numbers of attendance, from a day on; closed days keep theirs."""

    starts_on = models.DateField()
    method = models.CharField(max_length=14, default="daily", choices=[("daily", "daily")])
    lock_after_days = models.PositiveSmallIntegerField(default=1)
    """School days after which a teacher no longer changes marks; 0 to 10."""
    accept_late_hours = models.PositiveSmallIntegerField(default=24)
    """How old a mark from a device may be that was given in time and arrives after the register locked."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "starts_on"], name="attendance_rule_once")]


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
    class_name = models.CharField(max_length=120)
    period = models.CharField(max_length=20, blank=True)
    room_name = models.CharField(max_length=80, blank=True)
    due_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    locks_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DUE)
    taken_by = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    recorded_on_paper = models.BooleanField(default=False)
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
    def session_words(self) -> Promise | str:
        """The session as people say it; nothing for a lesson."""
        return SESSION_WORDS.get(self.session, "")

    has_open_conflicts = True
    """Whether anything on it may wait for a decision; whoever reads it alone knows better."""

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


class SessionRow(models.Model):
    """What a statutory mark says: shared by the one in force and by those it replaced."""

    session = models.CharField(max_length=3, choices=Session.choices)
    symbol = models.CharField(max_length=4)
    """Empty: not taken."""
    meaning = models.CharField(max_length=20)
    register = SchoolForeignKey(Register, models.PROTECT, null=True, related_name="+")
    method = models.CharField(max_length=14, default="daily")
    minutes_late = models.PositiveSmallIntegerField(null=True)

    class Meta:
        abstract = True

    @property
    def session_words(self) -> Promise | str:
        """The session as people say it."""
        return SESSION_WORDS.get(self.session, "")


class SessionMark(SessionRow):
    """The statutory mark: one per student, date and session. Partitioned by year."""

    pk = models.CompositePrimaryKey("school_id", "student_id", "on", "session")
    school = SchoolKey()
    student = SchoolForeignKey(Student, models.PROTECT, related_name="session_marks")
    on = models.DateField()
    recorded_at = models.DateTimeField()

    objects = SchoolManager()

    class Meta:
        managed = False
        db_table = "attendance_sessionmark"
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.on} {self.session}: {self.symbol}"


class SessionMarkPast(SessionRow):
    """A statutory mark that was replaced, and when: answers what was known on census day."""

    pk = models.CompositePrimaryKey("school_id", "student_id", "on", "session", "recorded_at")
    school = SchoolKey()
    student = SchoolForeignKey(Student, models.PROTECT, related_name="+")
    on = models.DateField()
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField()

    objects = SchoolManager()

    class Meta:
        managed = False
        db_table = "attendance_sessionmarkpast"
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.on} {self.session}: {self.symbol} until {self.replaced_at}"


class DaySummary(models.Model):
    """A student's day in numbers, rebuilt from the session marks alone."""

    pk = models.CompositePrimaryKey("school_id", "student_id", "on")
    school = SchoolKey()
    student = SchoolForeignKey(Student, models.PROTECT, related_name="+")
    on = models.DateField()
    possible = models.PositiveSmallIntegerField()
    attended = models.PositiveSmallIntegerField()
    authorised = models.PositiveSmallIntegerField()
    unauthorised = models.PositiveSmallIntegerField()
    late = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField(default=0)

    objects = SchoolManager()

    class Meta:
        managed = False
        db_table = "attendance_daysummary"
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.on}: {self.attended} of {self.possible}"


class DeviceBatch(SchoolRow):
    """What a device without network sent once it had one. The same key again answers with the same rows."""

    device = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    sent_by = models.UUIDField(null=True)
    """The user, or the API key."""
    received_at = models.DateTimeField()
    device_time = models.DateTimeField()
    clock_ahead_seconds = models.IntegerField(default=0)
    """How far the device's clock was ahead of ours as it sent."""
    flags = ArrayField(models.CharField(max_length=12), default=list)
    """`clock`: the clocks differ by more than five minutes; `after_lock`: it came late but was given in time."""
    rows = models.JSONField(default=list)

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "device", "key"], name="device_batch_once")]

    def __str__(self) -> str:
        return self.key


class Conflict(SchoolRow):
    """A mark from a device that was not simply written: somebody decides between it and the server's."""

    class Kind(models.TextChoices):
        CHANGED = "changed"
        """Somebody else changed the mark meanwhile."""
        LATE = "late"
        """It came after the register locked: a proposal to the office."""
        REFUSED = "refused"
        """A rule refuses it: shown so that it is not lost."""

    class State(models.TextChoices):
        OPEN = "open"
        KEPT = "kept"
        REPLACED = "replaced"

    batch = SchoolForeignKey(DeviceBatch, models.PROTECT, related_name="conflicts")
    register = SchoolForeignKey(Register, models.PROTECT, related_name="conflicts")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    why = models.CharField(max_length=200, blank=True)
    symbol = models.CharField(max_length=4)
    minutes_late = models.PositiveSmallIntegerField(null=True)
    marked_by_name = models.CharField(max_length=200, blank=True)
    marked_at = models.DateTimeField()
    """By the device's clock, corrected."""
    server_symbol = models.CharField(max_length=4, blank=True)
    """Empty: no mark."""
    server_minutes_late = models.PositiveSmallIntegerField(null=True)
    server_by_name = models.CharField(max_length=200, blank=True)
    server_at = models.DateTimeField(null=True)
    server_version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta(SchoolRow.Meta):
        indexes = [
            models.Index(fields=["school", "state", "register"], name="conflict_by_state"),
            models.Index(fields=["school", "student"], name="conflict_by_student"),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} or {self.server_symbol or 'no mark'}"
