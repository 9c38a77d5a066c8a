"""REST door: intakes, applications, and the collection of students, to which applicants belong."""

from lyceum.domains.admissions.rest import acts, applications, intakes, students  # noqa: F401  # they add operations
from lyceum.domains.admissions.rest.router import router

__all__ = ["router"]
