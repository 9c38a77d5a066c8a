"""Why a cover is refused."""

from lyceum.core.errors import RuleError


class LessonCoveredError(RuleError):
    """Somebody covers this lesson already."""

    code = "lesson_covered"


class CoverBusyError(RuleError):
    """The person teaches or covers another lesson at that time."""

    code = "cover_busy"


class CoverAwayError(RuleError):
    """The person is away themselves."""

    code = "cover_away"


class CoverLimitError(RuleError):
    """The person gave as many covers as may be asked of them."""

    code = "cover_limit"


class RoomTakenError(RuleError):
    """Another lesson is in the room at that time."""

    code = "room_taken"


class CoverAnsweredError(RuleError):
    """The cover is not asked for any more."""

    code = "cover_answered"


class CoverOverError(RuleError):
    """The day of the cover is over, or it was ended before."""

    code = "cover_over"


class NothingToCoverError(RuleError):
    """Nothing is left to cover, or nobody is free for it."""

    code = "nothing_to_cover"
