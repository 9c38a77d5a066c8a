"""The statutory mark, what it replaced, and the days in numbers."""

from django.db import models
from django.utils.functional import Promise

from lyceum.core.schools import SchoolForeignKey, SchoolKey, SchoolManager
from lyceum.domains.attendance.models.codes import SESSION_WORDS, Session
from lyceum.domains.attendance.models.registers import Register
from lyceum.domains.people.models import Student


class SessionRow(models.Model):
    """What a statutory mark says: shared by the one in force and by those it replaced."""

    session = models.CharField(max_length=3, choices=Session.choices)
    symbol = models.CharField(max_length=4)
    """Empty: not taken."""
    meaning = models.CharField(max_length=20)
    register = SchoolForeignKey(Register, models.PROTECT, null=True, related_name="+")
    method = models.CharField(max_length=14, default="daily")
    minutes_late = models.PositiveSmallIntegerField(null=True)
    origin = models.CharField(max_length=8, default="method")
    """What decided it: override, plan, method, pattern or closure."""
    half = models.BooleanField(default=False)
    """By minutes: attended for half of it."""
    decided_by = models.UUIDField(null=True)
    """Who overrode it."""

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
    half = models.PositiveSmallIntegerField(default=0)
    """Sessions that were attended for half: neither attended nor missed as a whole."""

    objects = SchoolManager()

    class Meta:
        managed = False
        db_table = "attendance_daysummary"
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.on}: {self.attended} of {self.possible}"
