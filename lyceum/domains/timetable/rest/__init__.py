"""REST door of the timetable: lessons, covers, absences of staff."""

from lyceum.domains.timetable.rest import absences, covers, lessons
from lyceum.domains.timetable.rest.router import router

__all__ = ["absences", "covers", "lessons", "router"]
