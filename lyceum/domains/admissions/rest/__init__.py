"""REST door: registration, applications, admission."""

from lyceum.domains.admissions.rest.router import router

__all__ = ["router"]
