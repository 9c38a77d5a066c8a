"""REST door: the public site and what is written for it."""

from lyceum.domains.website.rest.router import router

__all__ = ["router"]
