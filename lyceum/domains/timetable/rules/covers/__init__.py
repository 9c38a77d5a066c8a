"""Who or what takes care of a lesson on a day: assigned, asked for, answered, cancelled."""

from lyceum.domains.timetable.rules.covers.answering import accept_cover, decline_cover
from lyceum.domains.timetable.rules.covers.assigning import (
    NewCover,
    assign_asked,
    assign_cover,
    assign_covers,
    assign_proposed,
)
from lyceum.domains.timetable.rules.covers.ending import (
    cancel_cover,
    cancel_covers,
    end_covers,
    finish_covers,
    release_covers,
    release_covers_of,
)
from lyceum.domains.timetable.rules.covers.refusals import (
    CoverAnsweredError,
    CoverAwayError,
    CoverBusyError,
    CoverLimitError,
    CoverOverError,
    LessonCoveredError,
    NothingToCoverError,
    RoomTakenError,
)
from lyceum.domains.timetable.rules.covers.tallies import set_cover_limit

__all__ = [
    "CoverAnsweredError",
    "CoverAwayError",
    "CoverBusyError",
    "CoverLimitError",
    "CoverOverError",
    "LessonCoveredError",
    "NewCover",
    "NothingToCoverError",
    "RoomTakenError",
    "accept_cover",
    "assign_asked",
    "assign_cover",
    "assign_covers",
    "assign_proposed",
    "cancel_cover",
    "cancel_covers",
    "decline_cover",
    "end_covers",
    "finish_covers",
    "release_covers",
    "release_covers_of",
    "set_cover_limit",
]
