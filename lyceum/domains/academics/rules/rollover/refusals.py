"""What a rollover is refused for."""

from lyceum.core.errors import RuleError


class RolloverBlockedError(RuleError):
    """Something has to be decided or put right first; the refusal lists it."""

    code = "rollover_blocked"


class RolloverInUseError(RuleError):
    """The new year has begun: its first register is taken."""

    code = "rollover_in_use"


class RolloverClosedError(RuleError):
    """The plan is at another point: applied, undone, or not applied yet."""

    code = "rollover_closed"


class RolloverRunningError(RuleError):
    """The rollover is being applied or undone at this moment."""

    code = "rollover_running"


class RolloverThereError(RuleError):
    """The year has a rollover already."""

    code = "rollover_exists"
