"""Reasons as data, and an English sentence of each; other languages say the same data in their own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lyceum.solver.solution import Violation


class Verdict(StrEnum):
    IMPOSSIBLE = "impossible"
    POSSIBLE = "possible"
    UNKNOWN = "unknown"
    """Not proven impossible: nothing was found in the time given."""


class CountKind(StrEnum):
    NO_START = "no_start"
    PERSON_FULL = "person_full"
    NO_ROOM = "no_room"
    ROOMS_FULL = "rooms_full"
    NO_SPREAD = "no_spread"


SENTENCES: Mapping[CountKind, str] = {
    CountKind.NO_START: "{who} can start in none of the {available} places that are long enough for it.",
    CountKind.PERSON_FULL: "{who} has {needed} hours of lessons, but only {available} hours are open.",
    CountKind.NO_ROOM: "{who} needs a room, and no room is left that it can have.",
    CountKind.ROOMS_FULL: "{needed} hours of lessons want {who}, which is open for {available} hours.",
    CountKind.NO_SPREAD: "{needed} lessons ({who}) have to be on days apart, and {available} such days exist.",
}


@dataclass(frozen=True)
class Count:
    """Something that cannot be, by numbers alone."""

    kind: CountKind
    subject_kind: str
    """teacher, students, activity or room."""
    subjects: tuple[str, ...]
    needed: int
    available: int
    refs: tuple[str, ...]
    """Of the rules that make it so: without them the numbers fit."""
    rules: tuple[int, ...]
    """The same rules, as places in the problem's list."""

    @property
    def sentence(self) -> str:
        return SENTENCES[self.kind].format(who=", ".join(self.subjects), needed=self.needed, available=self.available)


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot hold together."""

    rules: tuple[int, ...]
    """As places in the problem's list. Empty: the lessons do not fit even without any rule."""
    refs: tuple[str, ...]
    activities: tuple[str, ...]
    """Lessons among which the contradiction shows already."""
    is_minimal: bool
    """Proven: without any one of them, these lessons have a timetable."""

    @property
    def sentence(self) -> str:
        if not self.refs:
            return "The lessons do not fit, even without any rule."
        return "These cannot hold together: " + "; ".join(self.refs) + "."


@dataclass(frozen=True)
class Relaxation:
    """The rule to relax."""

    rule: int
    ref: str
    units: int
    """Violations of the rule that the others leave no way around."""
    is_verified: bool
    """Without the rule, a timetable of the whole was found."""


@dataclass(frozen=True)
class Reasons:
    verdict: Verdict
    counts: tuple[Count, ...] = ()
    conflict: Conflict | None = None
    relaxation: Relaxation | None = None
    most_violated: tuple[Violation, ...] = ()
    """Where nothing is proven: what stands in the way most, in the best that was found."""
    unplaced: tuple[str, ...] = ()
    seconds: float = 0.0
