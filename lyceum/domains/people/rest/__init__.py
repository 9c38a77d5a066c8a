"""REST door of people: guardians, staff, flags, restrictions, consents, families, requests, who is here twice."""

from lyceum.domains.people.rest import (
    access,
    access_log,
    consents,
    contacts,
    erasures,
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
    "access_log",
    "consents",
    "contacts",
    "erasures",
    "families",
    "flags",
    "merges",
    "people",
    "requests",
    "restrictions",
    "router",
    "timeline",
]
