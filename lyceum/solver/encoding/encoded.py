"""A problem in numbers: what the compiled search and the CP-SAT model are both built from.

Activities, slots and rooms are indices into the problem's tuples. Everything hard about one lesson alone is already
in `allowed`; everything that two lessons do to each other is a `Pair`; everything about a person's day and week is a
`Term` of a `Line`.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from lyceum.solver.problem import Problem
from lyceum.solver.rules import Rule


class TermKind(IntEnum):
    """What a term limits on one line. `amount` is the limit; hours `first` … `last` are the window it looks at."""

    MAX_DAYS = 0
    MIN_DAYS = 1
    INTERVAL_MAX_DAYS = 2
    MAX_GAPS_PER_WEEK = 3
    MAX_GAPS_PER_DAY = 4
    EARLY = 5
    MAX_HOURS_DAILY = 6
    MIN_HOURS_DAILY = 7
    """`flag`: days without lessons are allowed."""
    MAX_HOURS_CONTINUOUSLY = 8
    FREE_HOUR_WITHIN = 9
    MAX_SPAN_DAILY = 10
    MIN_REST_HOURS = 11
    """`flag`: also from the last day of the cycle to the first."""


class PairKind(IntEnum):
    """What a pair asks of `first` and `second`; the numbers are in `amount`."""

    MIN_DAYS = 0
    """At least `amount` days apart: a violation for each day missing."""
    ADJACENT_IF_SAME_DAY = 1
    MIN_GAPS = 2
    """On one day: at least `amount` hours between them."""
    NOT_OVERLAPPING = 3
    SAME_START = 4
    SAME_DAY = 5
    SAME_HOUR = 6
    CONSECUTIVE = 7
    """`second` starts where `first` ends; break hours between do not part them."""
    ORDERED = 8
    """`first` ends before `second` starts, in the cycle."""
    NOT_AFTER = 9
    """On one day, `second` is not later than `first`."""
    MAX_DAYS = 10
    """At most `amount` days apart: a violation for each day more."""
    ORDERED_IF_SAME_DAY = 11
    ADJACENT = 12
    """On one day, one starts where the other ends; break hours between do not part them."""


@dataclass(frozen=True)
class Term:
    kind: TermKind
    amount: int
    weight: float
    rule: Rule
    first: int = 0
    last: int = 0
    flag: bool = False

    @property
    def is_hard(self) -> bool:
        return self.weight >= 100.0


@dataclass(frozen=True)
class Line:
    """The week of a teacher or of students whom no lesson separates, or of those of its lessons a rule counts."""

    kind: str
    """teacher, students or rule (lessons that must not overlap)."""
    names: tuple[str, ...]
    """Whose it is; several for students with the same lessons and rules. A violation counts once for each."""
    activities: tuple[int, ...]
    clash: bool
    """Its lessons exclude each other, and no other line says so already."""
    open: npt.NDArray[np.bool_]
    """By slot: neither a break nor not available; other hours are no gaps."""
    terms: tuple[Term, ...]
    partial: bool = False
    """Holds some lessons of the person only (those with a tag or of a subject)."""
    by_start: bool = False
    """Counts lessons, by the hour each starts in, not their hours."""

    @property
    def copies(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Pair:
    kind: PairKind
    first: int
    second: int
    amount: int
    weight: float
    rule: Rule

    @property
    def is_hard(self) -> bool:
        return self.weight >= 100.0


@dataclass(frozen=True)
class RoomChoice:
    """Where an activity can be: rooms with the cost of each, or no room at all."""

    rooms: tuple[int, ...] = ()
    costs: tuple[float, ...] = ()
    without: float | None = 0.0
    """The cost of having none; None: it must have one."""


@dataclass(frozen=True)
class Encoded:
    problem: Problem
    duration: npt.NDArray[np.int32]
    """By activity, in hours."""
    allowed: npt.NDArray[np.bool_]
    """Activities × slots: may it start there, by everything hard about it alone (breaks, availability, locks)."""
    start_cost: npt.NDArray[np.float64]
    """Activities × slots: cost of soft rules about it alone."""
    lines: tuple[Line, ...]
    clashes: tuple[tuple[int, ...], ...]
    """Maximal sets of activities no two of which may overlap (teachers, students, rules)."""
    pairs: tuple[Pair, ...]
    choices: tuple[RoomChoice, ...]
    """By activity."""
    room_open: npt.NDArray[np.bool_]
    """Rooms × slots."""
    room_cost: npt.NDArray[np.float64]
    """Rooms × slots: cost of a lesson's hour in the room then."""
    units: tuple[tuple[int, ...], ...]
    """Activities that start together whatever happens: one tuple for each block, or for a lesson alone."""
    breaks: npt.NDArray[np.bool_]
    """By slot: nobody has lessons then."""
    locked: frozenset[int]
    """Activities whose time is locked."""
    impossible: tuple[int, ...] = ()
    """Activities that can start nowhere."""
    unsupported: tuple[Rule, ...] = ()
    """Rules without effect on the search; the checker still reports them."""

    @property
    def days(self) -> int:
        return len(self.problem.grid.days)

    @property
    def hours(self) -> int:
        return len(self.problem.grid.hours)

    @property
    def size(self) -> int:
        return self.days * self.hours

    def covers(self, activity: int, start: int) -> range:
        """The slots of a lesson that starts there."""
        return range(start, start + int(self.duration[activity]))
