"""REST door: the public site and what is written for it."""

from lyceum.domains.website.rest import about, alumni, messages, partners, reviews, site
from lyceum.domains.website.rest.router import router

__all__ = ["about", "alumni", "messages", "partners", "reviews", "router", "site"]
