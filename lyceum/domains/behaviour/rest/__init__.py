"""REST door of behaviour: incidents, points, stages, what follows, notices, numbers."""

from lyceum.domains.behaviour.rest import dashboard, incidents, notices, points, reviews, stages, types
from lyceum.domains.behaviour.rest.router import router

__all__ = ["dashboard", "incidents", "notices", "points", "reviews", "router", "stages", "types"]
