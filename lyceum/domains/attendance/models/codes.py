"""Codes, session times and the settable numbers: what marks are made of."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.attendance.meanings import Meaning


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
    replaced_by_closure = models.BooleanField(null=True)
    """Whether an exceptional closure takes its place; None: as its meaning says."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "code_set", "symbol"], name="symbol_once")]

    def __str__(self) -> str:
        return self.symbol

    @property
    def statutory(self) -> str:
        """The symbol of the statutory mark."""
        return self.statutory_symbol or self.symbol

    @property
    def family_words(self) -> str:
        """What families and students read instead of the symbol."""
        return self.family_label or self.label


class SessionTimes(SchoolOwned):
    """When a session starts and when its register closes, from a day on or on one day; for some grades or all."""

    session = models.CharField(max_length=3, choices=Session.choices)
    grades = ArrayField(models.UUIDField(), default=list, blank=True)
    """Empty: every grade that has no times of its own."""
    starts_at = models.TimeField()
    closes_at = models.TimeField()
    starts_on = models.DateField()
    is_exception = models.BooleanField(default=False, db_default=False)
    """Holds on `starts_on` alone, and there before any other."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "session", "grades", "starts_on", "is_exception"], name="session_times_once"
            ),
        ]


class AttendanceRule(SchoolOwned):
    """The settable numbers of attendance, from a day on; closed days keep theirs."""

    class Method(models.TextChoices):
        DAILY = "daily"
        BEST_IN_WINDOW = "best_in_window"
        FIRST_LESSON = "first_lesson"
        MINUTES = "minutes"

    starts_on = models.DateField()
    method = models.CharField(max_length=14, default=Method.DAILY, choices=Method.choices)
    lock_after_days = models.PositiveSmallIntegerField(default=1)
    """School days after which a teacher no longer changes marks; 0 to 10."""
    accept_late_hours = models.PositiveSmallIntegerField(default=24)
    """How old a mark from a device may be that was given in time and arrives after the register locked."""
    full_minutes = models.PositiveSmallIntegerField(default=300)
    """By minutes: how many make a whole day, of `day_minutes` that are scheduled."""
    half_minutes = models.PositiveSmallIntegerField(default=150)
    day_minutes = models.PositiveSmallIntegerField(default=360)
    """What is scheduled on a usual day: on a shorter one the two thresholds are shorter in proportion."""
    persistent_percent = models.PositiveSmallIntegerField(default=10)
    """Missed of possible sessions, from which on absence is persistent."""
    severe_percent = models.PositiveSmallIntegerField(default=50)
    fewest_sessions = models.PositiveSmallIntegerField(default=20)
    """Before that many possible sessions nobody is called persistently or severely absent."""
    unauthorised_sessions = models.PositiveSmallIntegerField(default=10)
    unauthorised_weeks = models.PositiveSmallIntegerField(default=10)
    """School weeks in which they are counted, the current one among them."""
    consecutive_days = models.PositiveSmallIntegerField(default=3)
    late_times = models.PositiveSmallIntegerField(default=5)
    late_weeks = models.PositiveSmallIntegerField(default=4)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "starts_on"], name="attendance_rule_once"),
            models.CheckConstraint(
                condition=Q(
                    half_minutes__gte=1, half_minutes__lte=F("full_minutes"), full_minutes__lte=F("day_minutes")
                ),
                name="attendance_minutes_in_order",
            ),
            models.CheckConstraint(
                condition=Q(persistent_percent__gte=1, persistent_percent__lte=F("severe_percent"))
                & Q(severe_percent__lte=100),
                name="attendance_percents_in_order",
            ),
        ]
