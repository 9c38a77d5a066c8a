"""REST door of people: guardians, staff, flags, restrictions, consents, families, requests, who is here twice."""

from lyceum.domains.people.rest import (
    access,
    consents,
    families,
    flags,
    merges,
    people,
    requests,
    restrictions,
    timeline,
)
from lyceum.domains.people.rest.router import router

__all__ = [
    "access",
    "consents",
    "families",
    "flags",
    "merges",
    "people",
    "requests",
    "restrictions",
    "router",
    "timeline",
]
