"""Events, who is invited, and who came."""

from lyceum.domains.calendars.models.attendance import EventAttendance, EventAttendancePast
from lyceum.domains.calendars.models.events import Event, EventClass
from lyceum.domains.calendars.models.invitations import EventInvitation

__all__ = ["Event", "EventAttendance", "EventAttendancePast", "EventClass", "EventInvitation"]
