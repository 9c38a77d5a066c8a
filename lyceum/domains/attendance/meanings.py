"""The nine meanings of a code, and how each counts. Rules act on these, never on a letter."""

from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What a code says about a session."""

    PRESENT = "present"
    LATE = "late"
    APPROVED_ACTIVITY = "approved_activity"
    LATE_AFTER_CLOSE = "late_after_close"
    AUTHORISED = "authorised"
    UNAUTHORISED = "unauthorised"
    UNEXPLAINED = "unexplained"
    NOT_POSSIBLE = "not_possible"
    NOT_COLLECTED = "not_collected"


@dataclass(frozen=True)
class Counts:
    """How one session with a meaning counts in the numbers."""

    possible: bool = True
    attended: bool = False
    authorised: bool = False
    unauthorised: bool = False
    late: bool = False
    status: str | None = None
    """The letter the API shows besides the code: P, A, L, E or null."""


COUNTS: dict[Meaning, Counts] = {
    Meaning.PRESENT: Counts(attended=True, status="P"),
    Meaning.LATE: Counts(attended=True, late=True, status="L"),
    Meaning.APPROVED_ACTIVITY: Counts(attended=True, status="P"),
    Meaning.LATE_AFTER_CLOSE: Counts(unauthorised=True, late=True, status="L"),
    Meaning.AUTHORISED: Counts(authorised=True, status="E"),
    Meaning.UNAUTHORISED: Counts(unauthorised=True, status="A"),
    Meaning.UNEXPLAINED: Counts(unauthorised=True, status="A"),
    Meaning.NOT_POSSIBLE: Counts(possible=False),
    Meaning.NOT_COLLECTED: Counts(possible=False),
}

ABSENT = frozenset({Meaning.AUTHORISED, Meaning.UNAUTHORISED, Meaning.UNEXPLAINED})
HERE = frozenset({Meaning.PRESENT, Meaning.LATE, Meaning.LATE_AFTER_CLOSE})


def meanings_that(count: str) -> tuple[str, ...]:
    """The meanings that count as `possible`, `attended`, `authorised`, `unauthorised` or `late`."""
    return tuple(meaning.value for meaning, counts in COUNTS.items() if getattr(counts, count))


RANK: dict[str, int] = {meaning.value: n for n, meaning in enumerate(Meaning)}
"""The order in which one mark is better than another: that in which the meanings are declared."""
