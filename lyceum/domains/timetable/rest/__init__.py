"""REST door of the timetable: lessons as they take place, what must be taught, versions, rules, runs."""

from lyceum.domains.timetable.rest import files, lessons, moves, requirements, rules, runs, versions
from lyceum.domains.timetable.rest.router import router

__all__ = ["files", "lessons", "moves", "requirements", "router", "rules", "runs", "versions"]
