"""Why something about behaviour cannot be done, in the words people are told."""

from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, NotAllowedError, RuleError


class SeverityRangeError(InvalidError):
    """Severities go from 1 to 4."""

    code = "severity_range"


class PointsSignError(InvalidError):
    """Bad deeds cost points, good ones give them."""

    code = "points_sign"


class NotOnRollError(InvalidError):
    """Somebody named was not at the school that day."""

    code = "not_on_roll"


class OccurredAtRangeError(InvalidError):
    """It lies ahead, or more than a year back."""

    code = "occurred_at_range"


class NamesOtherStudentError(InvalidError):
    """A text for one family names another's child."""

    code = "names_other_student"
    title = gettext_noop("Another student is named")


class SameEventError(RuleError):
    """The same person reported the same kind of thing about the same student minutes ago."""

    code = "same_event"
    title = gettext_noop("Is this the same event?")


class OwnReportError(NotAllowedError):
    """Whoever reported an incident, or is a parent of somebody in it, does not judge it."""

    code = "own_report"
    title = gettext_noop("Somebody else has to decide")


class IncidentStateError(RuleError):
    """What was asked does not follow from the state it is in."""

    code = "incident_state"


class StageStateError(RuleError):
    """The stage was decided already, or is not reached."""

    code = "stage_state"


class NotApproverError(NotAllowedError):
    """The stage is for others to decide."""

    code = "not_approver"


class ActionStateError(RuleError):
    """The action is over."""

    code = "action_state"


class DifferenceReasonError(InvalidError):
    """The real length is not the planned one: why?"""

    code = "difference_reason"


class SuspensionLimitError(RuleError):
    """The student has been suspended for as many days as the school allows in a year."""

    code = "suspension_limit"


class TooManyFilesError(InvalidError):
    """So many files lie beside an incident, and no more."""

    code = "too_many_files"


class PointsLimitError(InvalidError):
    """A teacher gives a student so many points a day by hand, and no more."""

    code = "points_limit"


class TypeUsedError(RuleError):
    """Incidents were recorded with this type: it keeps its meaning."""

    code = "type_used"


class ContestedAlreadyError(RuleError):
    """It was contested before."""

    code = "contested_already"


class ContestTooLateError(RuleError):
    """The time in which it could be contested is over."""

    code = "contest_too_late"


class NothingToAnswerError(RuleError):
    """Nobody contested it, or it was answered."""

    code = "nothing_to_answer"


class NoticeStateError(RuleError):
    """The notice is gone, or was called back."""

    code = "notice_state"


class NobodyReachedError(RuleError):
    """There is nobody who may be told."""

    code = "nobody_reached"


class NotSetUpError(RuleError):
    """The school has no kinds of incidents yet."""

    code = "behaviour_not_set_up"
    title = gettext_noop("Behaviour is not set up yet")
