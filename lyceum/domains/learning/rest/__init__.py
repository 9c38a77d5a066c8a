"""REST door of learning."""

from lyceum.domains.learning.rest import (
    assignments,
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
    submissions,
)
from lyceum.domains.learning.rest.router import router

__all__ = [
    "assignments",
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
    "submissions",
]
