"""What happens at a school on a day or at an hour."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import Class, Location


class Event(SchoolOwned):
    """Something that happens once. Whether it is over follows from its end."""

    class Type(models.TextChoices):
        SEMINAR = "seminar", _("seminar")
        WORKSHOP = "workshop", _("workshop")
        STUDY_SESSION = "study_session", _("study session")
        MEETING = "meeting", _("meeting")
        TRIP = "trip", _("trip")
        EXAM = "exam", _("exam")
        OTHER = "other", _("event")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CANCELLED = "cancelled", _("cancelled")

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("who is invited")
        SHARED = "shared", _("some groups or classes")
        SCHOOL = "school", _("everybody at the school")
        PUBLIC = "public", _("everybody, strangers too")

    class WhoMayRegister(models.TextChoices):
        INVITED = "invited", _("who is invited")
        AUDIENCE = "audience", _("whoever it is for")

    class Group(models.TextChoices):
        STAFF = "staff", _("staff")
        STUDENTS = "students", _("students")
        GUARDIANS = "guardians", _("guardians")

    uid = models.CharField(max_length=80)
    """What other calendars know it by: unique in the world, and never another."""
    type = models.CharField(max_length=13, choices=Type.choices, default=Type.OTHER)
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=220, allow_unicode=True, db_index=False)
    description = models.TextField(max_length=50_000, blank=True)
    """As it is written, in Markdown."""
    description_html = models.TextField(blank=True)
    """As it is shown: sanitised."""
    all_day = models.BooleanField(default=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=64, blank=True)
    """In which its hours are meant; empty where it has none."""
    date = models.DateField()
    """Its first day, as the clocks of its zone show it."""
    last_day = models.DateField()
    location = SchoolForeignKey(Location, models.PROTECT, null=True, related_name="events")
    is_virtual = models.BooleanField(default=False)
    join_url = models.CharField(max_length=500, blank=True)
    speakers = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    organiser = models.UUIDField(null=True)
    """The user who answers for it."""
    organiser_name = models.CharField(max_length=200, blank=True)
    capacity = models.PositiveIntegerField(null=True)
    waiting_list = models.BooleanField(default=True)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    """Until when one answers; null: see `answers_until`."""
    who_may_register = models.CharField(max_length=8, choices=WhoMayRegister.choices, default=WhoMayRegister.AUDIENCE)
    visibility = models.CharField(max_length=7, choices=Visibility.choices, default=Visibility.SCHOOL)
    groups = ArrayField(models.CharField(max_length=9, choices=Group.choices), default=list, blank=True)
    """Whom it is for besides its classes, where it is shared."""
    needs_consent = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0)
    """Rises whenever its time or place changes after it was published."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    published_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    """Why it was cancelled."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "uid"], name="event_uid_once"),
            models.UniqueConstraint(fields=["school", "slug"], name="event_slug_once"),
            models.CheckConstraint(
                condition=Q(all_day=True, starts_at__isnull=True, ends_at__isnull=True, zone="")
                | (Q(all_day=False, ends_at__gt=F("starts_at")) & ~Q(zone="")),
                name="event_all_day_or_hours",
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("date")), name="event_days_in_order"),
            models.CheckConstraint(condition=Q(capacity__isnull=True) | Q(capacity__gte=1), name="event_capacity"),
            models.CheckConstraint(
                condition=~Q(state="published", is_virtual=True, join_url=""), name="event_virtual_has_link"
            ),
            models.CheckConstraint(condition=~Q(state="cancelled") | ~Q(reason=""), name="event_cancelled_with_reason"),
        ]
        indexes = [
            models.Index(fields=["school", "state", "date", "id"], name="event_by_state"),
            models.Index(fields=["school", "date", "id"], name="event_by_date"),
            models.Index(fields=["school", "location"], name="event_by_location"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_over(self, now: datetime, today: object) -> bool:
        """Whether its end has passed; an all-day event ends with its last day, as `today` of the school says."""
        return self.ends_at <= now if self.ends_at else self.last_day < today  # type: ignore[operator]  # two dates


class EventClass(SchoolOwned):
    """A class that a shared event is for."""

    event = SchoolForeignKey(Event, models.CASCADE, related_name="classes")
    school_class = SchoolForeignKey(Class, models.CASCADE, related_name="events", db_column="class_id")

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "event", "school_class"], name="event_class_once")]
        indexes = [models.Index(fields=["school", "school_class"], name="event_by_class")]
