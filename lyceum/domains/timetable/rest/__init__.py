"""REST door of the timetable: lessons as they take place, what must be taught, versions, rules, runs, cover."""

from lyceum.domains.timetable.rest import (
    absences,
    covers,
    files,
    groups,
    lessons,
    moves,
    requirements,
    rules,
    runs,
    versions,
)
from lyceum.domains.timetable.rest.router import router

__all__ = [
    "absences",
    "covers",
    "files",
    "groups",
    "lessons",
    "moves",
    "requirements",
    "router",
    "rules",
    "runs",
    "versions",
]
