"""REST door of learning."""

from lyceum.domains.learning.rest import (
    assignments,
    categories,
    certificates,
    content,
    courses,
    enrolments,
    lessons,
    materials,
    meetings,
    outside,
    own,
    pictures,
    schedules,
    settings,
    submissions,
)
from lyceum.domains.learning.rest.router import router

__all__ = [
    "assignments",
    "categories",
    "certificates",
    "content",
    "courses",
    "enrolments",
    "lessons",
    "materials",
    "meetings",
    "outside",
    "own",
    "pictures",
    "router",
    "schedules",
    "settings",
    "submissions",
]
