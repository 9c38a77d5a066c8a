"""Events, who is invited, and who came; addresses of calendars."""

from lyceum.domains.calendars.models.attendance import EventAttendance, EventAttendancePast
from lyceum.domains.calendars.models.events import Event, EventClass
from lyceum.domains.calendars.models.feeds import CalendarFeed
from lyceum.domains.calendars.models.invitations import EventInvitation

__all__ = ["CalendarFeed", "Event", "EventAttendance", "EventAttendancePast", "EventClass", "EventInvitation"]
