"""What is taught, when and where: what must be, what is planned, what takes place, and who stands in."""

from lyceum.domains.timetable.models.absences import CoverTally, StaffAbsence
from lyceum.domains.timetable.models.imports import ImportedProblem
from lyceum.domains.timetable.models.lessons import Cover, Lesson
from lyceum.domains.timetable.models.requirements import (
    Block,
    Group,
    GroupMember,
    Requirement,
    RequirementClass,
    RequirementRoom,
    RequirementTeacher,
)
from lyceum.domains.timetable.models.rules import Rule, RuleSubject
from lyceum.domains.timetable.models.runs import Run
from lyceum.domains.timetable.models.versions import (
    Occupancy,
    PlannedClass,
    PlannedLesson,
    PlannedTeacher,
    Version,
    VersionChange,
)

__all__ = [
    "Block",
    "Cover",
    "CoverTally",
    "Group",
    "GroupMember",
    "ImportedProblem",
    "Lesson",
    "Occupancy",
    "PlannedClass",
    "PlannedLesson",
    "PlannedTeacher",
    "Requirement",
    "RequirementClass",
    "RequirementRoom",
    "RequirementTeacher",
    "Rule",
    "RuleSubject",
    "Run",
    "StaffAbsence",
    "Version",
    "VersionChange",
]
