"""Staff who are away: asked for or reported, decided, changed, cancelled."""

from lyceum.domains.timetable.rules.absences.changing import (
    NewStaffAbsence,
    cancel_staff_absence,
    decide_staff_absence,
    edit_staff_absence,
    report_staff_absence,
)
from lyceum.domains.timetable.rules.absences.refusals import AbsenceDecidedError, AbsenceOverlapsError

__all__ = [
    "AbsenceDecidedError",
    "AbsenceOverlapsError",
    "NewStaffAbsence",
    "cancel_staff_absence",
    "decide_staff_absence",
    "edit_staff_absence",
    "report_staff_absence",
]
