"""What is refused about assignments, by name."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, RuleError, invalid_field


class AssignmentStateError(RuleError):
    """The assignment is not in a state in which this can be done."""

    code = "assignment_state"


class AssignmentClosedError(RuleError):
    """Nothing is accepted any more without a date of one's own."""

    code = "assignment_closed"


class AlreadyAcceptedError(RuleError):
    """The work was accepted: nothing more is handed in."""

    code = "already_accepted"


class NoAttemptsLeftError(RuleError):
    """It was handed in as often as it may be, or is not to be done again."""

    code = "no_attempts_left"


class CannotTakeBackError(RuleError):
    """It is past due, or somebody has begun to look at it: the same words for both."""

    code = "cannot_take_back"


class NothingToMarkError(RuleError):
    """Nothing was handed in."""

    code = "nothing_to_mark"


class NothingToSubmitError(InvalidError):
    """Neither text nor a file."""

    code = "nothing_to_submit"


class GradeOutOfRangeError(InvalidError):
    """A grade is from 0 to 100."""

    code = "grade_out_of_range"


class TooManyDecimalsError(InvalidError):
    """A grade has two places; a third is refused, not rounded."""

    code = "too_many_decimals"


class FeedbackRequiredError(InvalidError):
    """Work goes back with words that say what to do."""

    code = "feedback_required"


class TooManyFilesError(InvalidError):
    """More files than there is place for."""

    code = "too_many_files"


class ChangedElsewhereError(RuleError):
    """Somebody else changed it since it was read. The refusal has their value and the one that was typed."""

    code = "changed_elsewhere"
    status = 412
    title = gettext_noop("Changed meanwhile")


def refuse_changed(version: int, given: int | None, *, theirs: dict[str, Any], yours: dict[str, Any]) -> None:
    """Refuse what was decided on an old version; both values stay to be compared."""
    if given is not None and given != version:
        raise ChangedElsewhereError(
            _("Somebody else changed this since you opened it. Compare both, and save again."),
            version=version,
            theirs=theirs,
            yours=yours,
        )


def one_of(error: type[InvalidError], pointer: str, message: str) -> InvalidError:
    """A named refusal about one field."""
    made = invalid_field(pointer, error.code, message)
    return error(message, errors=made.errors)
