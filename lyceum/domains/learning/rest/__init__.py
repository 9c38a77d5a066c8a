"""REST door of learning."""

from lyceum.domains.learning.rest import assignments, submissions
from lyceum.domains.learning.rest.router import router

__all__ = ["assignments", "router", "submissions"]
