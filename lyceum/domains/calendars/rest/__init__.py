"""REST door: events and the agenda."""

from lyceum.domains.calendars.rest.router import router

__all__ = ["router"]
