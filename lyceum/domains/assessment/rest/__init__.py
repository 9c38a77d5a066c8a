"""REST door of assessment."""

from lyceum.domains.assessment.rest import cells, gradebooks, marks, policies, scales
from lyceum.domains.assessment.rest.router import router

__all__ = ["cells", "gradebooks", "marks", "policies", "router", "scales"]
