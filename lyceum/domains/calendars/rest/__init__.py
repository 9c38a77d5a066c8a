"""REST door: events and the agenda."""

from lyceum.domains.calendars.rest import agenda, answers, attendance, events, feeds, invitations
from lyceum.domains.calendars.rest.router import router

__all__ = ["agenda", "answers", "attendance", "events", "feeds", "invitations", "router"]
