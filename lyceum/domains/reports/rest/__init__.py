"""REST door: journey, dashboards."""

from lyceum.domains.reports.rest import dashboard
from lyceum.domains.reports.rest.router import router

__all__ = ["dashboard", "router"]
