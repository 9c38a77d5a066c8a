"""REST door: journey, dashboards, everybody at a school."""

from lyceum.domains.reports.rest.router import router

__all__ = ["router"]
