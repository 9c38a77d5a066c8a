"""What is refused about gradebooks, by name."""

from django.utils.translation import gettext_noop

from lyceum.core.errors import InvalidError, RuleError


class ScoreOutOfRangeError(InvalidError):
    """More than the column takes, or less than nothing."""

    code = "score_out_of_range"


class TooManyPlacesError(InvalidError):
    """A score has two places; a third is refused, not rounded."""

    code = "too_many_decimals"


class UnreadableValueError(InvalidError):
    """What was typed means nothing that a cell takes."""

    code = "cell_value"


class ReasonNeededError(InvalidError):
    """Who does not teach the class says why they write in its gradebook."""

    code = "reason_required"


class CellChangedError(RuleError):
    """Somebody else changed the cell since it was read. The refusal has both values, who, and when."""

    code = "cell_changed"
    status = 412
    title = gettext_noop("Changed meanwhile")


class CellOfAssignmentError(RuleError):
    """The cell is an assignment's: it is marked there, and nowhere twice."""

    code = "cell_of_assignment"


class LearnerLeftError(RuleError):
    """Who left the class keeps what they have; nothing is written any more."""

    code = "learner_left"


class CellsRefusedError(InvalidError):
    """All or nothing was asked for, and something was refused: nothing is saved. `cells` says what of each."""

    code = "cells_refused"


class GradebookInUseError(RuleError):
    """There is something in it that would be lost."""

    code = "in_use"


class ScaleHasGapError(InvalidError):
    """The lowest band does not begin at 0: some percents would have no name."""

    code = "scale_has_gap"


class AlreadyThereError(InvalidError):
    """There is one already."""

    code = "taken"
