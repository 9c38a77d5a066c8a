"""What has to be timetabled, as plain values. Names follow FET's where the field has no better ones.

A week is a grid of `days` × `hours`; a slot is one cell of it, `day * hours_a_day + hour`, so slots of one day
are consecutive. Everything is named by a short text (`str`), unique among its kind, that the caller chose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lyceum.solver.rules import Rule

Slot = int
"""`day * hours_a_day + hour`, from 0."""


@dataclass(frozen=True)
class Grid:
    """The days of a cycle and the hours (periods) of a day, in order, with their names."""

    days: tuple[str, ...]
    hours: tuple[str, ...]
    half: int | None = None
    """The first hour of the afternoon; None where the day has no halves."""

    @property
    def size(self) -> int:
        return len(self.days) * len(self.hours)

    def slot(self, day: int, hour: int) -> Slot:
        return day * len(self.hours) + hour

    def day_of(self, slot: Slot) -> int:
        return slot // len(self.hours)

    def hour_of(self, slot: Slot) -> int:
        return slot % len(self.hours)


@dataclass(frozen=True)
class Teacher:
    name: str


@dataclass(frozen=True)
class StudentSet:
    """A year, a class, a group or a single student: whoever goes to lessons together.

    `parts` are the names of the sets it consists of. Two sets share students where they share a part, directly or
    further down; a set without parts is a part itself.
    """

    name: str
    size: int = 0
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Room:
    name: str
    capacity: int | None = None
    """Seats; None where nobody counted them."""
    building: str = ""
    features: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Activity:
    """One lesson to be placed once in the cycle: `duration` hours in a row on one day."""

    name: str
    duration: int = 1
    teachers: tuple[str, ...] = ()
    students: tuple[str, ...] = ()
    """Names of student sets."""
    subject: str = ""
    tags: frozenset[str] = frozenset()
    series: str = ""
    """What was split into this and other lessons: "mathematics of 7a". Empty for a lesson alone."""
    size: int | None = None
    """Students who come; None: as many as its student sets have."""


@dataclass(frozen=True)
class Lock:
    """What must stay of a lesson: its time, its room or both."""

    start: Slot | None = None
    room: str | None = None


@dataclass(frozen=True)
class Unknown:
    """A constraint of a file that the engine does not know: kept for export, reported, without effect."""

    kind: str
    source: str
    """Its own text, to be written out again as it came."""
    place: str = ""
    """The list of the file that it stood in."""


@dataclass(frozen=True)
class Kept:
    """A part of a file that the engine has no use for (comments, lessons not active), kept for export alone."""

    kind: str
    name: str
    source: str


@dataclass(frozen=True)
class Problem:
    """Everything the engine needs to know. Rules are listed once, whatever they are about."""

    name: str
    grid: Grid
    activities: tuple[Activity, ...]
    teachers: tuple[Teacher, ...] = ()
    students: tuple[StudentSet, ...] = ()
    rooms: tuple[Room, ...] = ()
    rules: tuple[Rule, ...] = ()
    locks: Mapping[str, Lock] = field(default_factory=dict)
    """Lessons that stay where they are, by activity."""
    unknown: tuple[Unknown, ...] = ()
    kept: tuple[Kept, ...] = ()

    @cached_property
    def activity(self) -> Mapping[str, Activity]:
        return {each.name: each for each in self.activities}

    @cached_property
    def student_set(self) -> Mapping[str, StudentSet]:
        return {each.name: each for each in self.students}
