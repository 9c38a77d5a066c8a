"""Years, terms, grades, subjects, rooms, closed days; classes and who is in them on which day; when lessons are."""

from lyceum.domains.academics.models.classes import (
    Class,
    ClassMembership,
    ClassTeacher,
    Grade,
    Location,
    Placement,
    Subject,
)
from lyceum.domains.academics.models.cycles import BellSchedule, Cycle, DayPlan, Period
from lyceum.domains.academics.models.leavings import Leaving
from lyceum.domains.academics.models.rollovers import RolloverChange, RolloverDecision, RolloverPlan
from lyceum.domains.academics.models.years import AcademicYear, ClosedDay, Term

__all__ = [
    "AcademicYear",
    "BellSchedule",
    "Class",
    "ClassMembership",
    "ClassTeacher",
    "ClosedDay",
    "Cycle",
    "DayPlan",
    "Grade",
    "Leaving",
    "Location",
    "Period",
    "Placement",
    "RolloverChange",
    "RolloverDecision",
    "RolloverPlan",
    "Subject",
    "Term",
]
