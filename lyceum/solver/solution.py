"""What the engine answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Placement:
    """Where a lesson is: the slot of its first hour, and its room where it has one."""

    start: int
    room: str | None = None


Timetable = Mapping[str, Placement]
"""By activity. An activity that is missing is not placed."""


class State(StrEnum):
    COMPLETE = "complete"
    """Every lesson is placed and every rule with weight 100 holds."""
    PARTIAL = "partial"
    """What is placed breaks no rule with weight 100; some lessons are not placed."""
    IMPOSSIBLE = "impossible"
    """Proven: no timetable holds to all rules with weight 100."""


@dataclass(frozen=True)
class Progress:
    """Told about once a second, and at every better timetable."""

    seconds: float
    placed: int
    cost: float
    """Of the best timetable so far, hours and rooms; comparable only between equally complete ones."""
    bound: float | None
    """No complete timetable costs less; None where nothing is proven."""
    best: Timetable | None = None
    """Given when it is new."""


Watch = Callable[[Progress], bool]
"""Is told of progress; answers whether to go on. After False the engine returns the best so far within seconds."""


@dataclass(frozen=True)
class Violation:
    """One rule that does not hold somewhere, in numbers. `cost` is weight / 100 × units."""

    kind: str
    ref: str
    activities: tuple[str, ...]
    units: float
    weight: float
    who: str = ""
    detail: str = ""

    @property
    def cost(self) -> float:
        return self.units * self.weight / 100


@dataclass(frozen=True)
class Result:
    state: State
    timetable: Timetable
    cost: float
    bound: float | None = None
    unplaced: tuple[str, ...] = ()
    first_complete_after: float | None = None
    """Seconds."""
    seconds: float = 0.0
    moved: tuple[str, ...] = field(default=())
    """For a repair: lessons that are elsewhere than before."""
    moved_at_least: int | None = None
    """For a repair: proven, no timetable moves fewer."""
