"""REST door: courses, runs, lessons, certificates, assignments."""

from lyceum.domains.learning.rest import (
    categories,
    content,
    courses,
    enrolments,
    lessons,
    materials,
    meetings,
    own,
    schedules,
    settings,
)
from lyceum.domains.learning.rest.router import router

__all__ = [
    "categories",
    "content",
    "courses",
    "enrolments",
    "lessons",
    "materials",
    "meetings",
    "own",
    "router",
    "schedules",
    "settings",
]
