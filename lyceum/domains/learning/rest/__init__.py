"""REST door: courses, runs, lessons, certificates, assignments."""

from lyceum.domains.learning.rest import certificates
from lyceum.domains.learning.rest.router import router

__all__ = ["certificates", "router"]
