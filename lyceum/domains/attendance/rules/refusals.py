"""Why a register cannot be opened or saved, in the words people are told."""

from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, NotAllowedError, RuleError


class AttendanceNotSetUpError(RuleError):
    """Codes, times, a year or forms are missing; the refusal lists them with links."""

    code = "attendance_not_set_up"
    title = gettext_noop("Attendance is not set up yet")


class NotASchoolDayError(RuleError):
    """No school is kept that day."""

    code = "not_a_school_day"


class DayOverError(RuleError):
    """What a day was cannot be set any more."""

    code = "day_over"


class RegisterLockedError(NotAllowedError):
    """The time in which this person may change the marks is over."""

    code = "register_locked"
    title = gettext_noop("This register is locked")


class WrongMarksError(InvalidError):
    """At least one row is wrong; nothing was saved."""

    code = "marks_wrong"
    title = gettext_noop("Nothing was saved")


class FutureNotAllowedError(InvalidError):
    """Only planned codes may be given ahead."""

    code = "future_not_allowed"


class ReasonNeededError(InvalidError):
    """A change after the register closed needs a reason."""

    code = "reason_needed"


class MarkConflictError(RuleError):
    """Somebody else changed the mark since it was read."""

    code = "mark_conflict"


class PlannedAbsenceError(RuleError):
    """An approved planned absence holds the mark."""

    code = "kept_planned"


class NothingPlannedError(RuleError):
    """No planned absence holds this mark."""

    code = "nothing_planned"


class PlannedDecidedError(RuleError):
    """Somebody decided already."""

    code = "planned_decided"


class YearClosedError(NotAllowedError):
    """The year's registers are frozen."""

    code = "year_closed"
    title = gettext_noop("This school year is closed")


class ClosedDaysKeepError(RuleError):
    """What was counted stays as it was counted: a rule begins today at the earliest."""

    code = "closed_days_keep"


class ClosureUndoneError(RuleError):
    """The closure was undone already."""

    code = "closure_undone"


class ConcernClosedError(RuleError):
    """The concern is closed already."""

    code = "concern_closed"


class PlannedAlreadyError(RuleError):
    """The same absence is asked for or approved already."""

    code = "planned_already"


class NotOnRegisterError(InvalidError):
    """The student is not on the register that day."""

    code = "not_on_register"


class YearNotOverError(RuleError):
    """The school year still lasts."""

    code = "year_not_over"


class EvacuationRunningError(RuleError):
    """An evacuation is running: its roll is the one to work with."""

    code = "evacuation_running"


class EvacuationEndedError(RuleError):
    """The evacuation is over; its roll stays as it was."""

    code = "evacuation_ended"


class VisitEndedError(RuleError):
    """The visitor signed out already."""

    code = "visit_ended"


class CoverPassWrongError(RuleError):
    """The link is none, the PIN is wrong, the day is another one, or the pass was revoked: one answer to all."""

    code = "pass_wrong"
    status = 422
    title = gettext_noop("This pass does not open anything")
