"""REST door: courses, runs, lessons, certificates, assignments."""

from lyceum.domains.learning.rest.router import router

__all__ = ["router"]
