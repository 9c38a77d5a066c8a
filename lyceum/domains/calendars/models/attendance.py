"""Who came to an event."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.calendars.models.events import Event
from lyceum.domains.people.models import Student


class EventAttendance(SchoolOwned):
    """Whether a student came to an event, as it was last said."""

    class State(models.TextChoices):
        ATTENDED = "attended", _("was there")
        ABSENT = "absent", _("was not there")
        EXCUSED = "excused", _("excused")

    class Method(models.TextChoices):
        LIST = "list", _("from the list")
        SELF = "self", _("by themselves")

    event = SchoolForeignKey(Event, models.PROTECT, related_name="attendance")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="event_attendance")
    state = models.CharField(max_length=8, choices=State.choices)
    method = models.CharField(max_length=4, choices=Method.choices, default=Method.LIST)
    checked_in_at = models.DateTimeField(null=True)
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "event", "student"], name="event_attendance_once")]
        indexes = [models.Index(fields=["school", "student", "event"], name="event_attendance_by_student")]


class EventAttendancePast(SchoolOwned):
    """What was said before: only ever added to."""

    attendance = SchoolForeignKey(EventAttendance, models.CASCADE, related_name="past")
    state = models.CharField(max_length=8, choices=EventAttendance.State.choices)
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200, blank=True)
    said_at = models.DateTimeField()

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "attendance", "said_at"], name="event_attendance_past_of")]
