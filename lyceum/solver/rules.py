"""What a timetable must or should hold to, one frozen class a kind.

`weight` is 0–100: 100 must hold; below, each violation costs `weight / 100` (what one violation is, each kind says).
`ref` is the caller's own name of the rule: reasons name it. `Who` is one teacher or student set, or all of them.
A rule about a student set holds for each of its smallest parts (those whom no lesson separates).
That nobody and no room is in two places at once is no rule: it always holds.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Who:
    """Whom a rule is about. Without a name: everybody of the kind."""

    kind: Literal["teacher", "students"]
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    weight: float = 100.0
    ref: str = ""

    @property
    def is_hard(self) -> bool:
        return self.weight >= 100.0


# ── When somebody can at all ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class NotAvailable(Rule):
    """One violation for each hour that falls into a slot. `who` None: nobody has lessons then (a break)."""

    who: Who | None
    slots: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class RoomNotAvailable(Rule):
    room: str
    slots: frozenset[int]


# ── The day and the week of a person ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class MaxDays(Rule):
    """Days of the cycle with lessons. One violation for each day too many."""

    who: Who
    days: int


@dataclass(frozen=True, kw_only=True)
class MinDays(Rule):
    who: Who
    days: int


@dataclass(frozen=True, kw_only=True)
class IntervalMaxDays(Rule):
    """Days with a lesson in the hours `first` … `last` (both included)."""

    who: Who
    first: int
    last: int
    days: int


@dataclass(frozen=True, kw_only=True)
class MaxGapsPerWeek(Rule):
    """Free hours between lessons of one day, summed over the cycle; hours of a break or not available are no gaps."""

    who: Who
    gaps: int


@dataclass(frozen=True, kw_only=True)
class MaxGapsPerDay(Rule):
    who: Who
    gaps: int


@dataclass(frozen=True, kw_only=True)
class EarlyStarts(Rule):
    """A day begins in its first available hour, but for at most `late` days that begin in the second. Never later.

    One violation for each day that begins later, and one for each day too many that begins in the second.
    """

    who: Who
    late: int


@dataclass(frozen=True, kw_only=True)
class MaxHoursDaily(Rule):
    """One violation for each day (or half) with too many, however many too many (FET counts so)."""

    who: Who
    hours: int
    tag: str | None = None
    """Only lessons with this tag count."""
    subject: str | None = None
    """Only lessons of this subject count."""
    half_day: bool = False
    """Counted for each half of the day by itself."""


@dataclass(frozen=True, kw_only=True)
class MinHoursDaily(Rule):
    """One violation for each hour missing on a day."""

    who: Who
    hours: int
    allow_empty_days: bool = True
    tag: str | None = None
    """Only lessons with this tag count."""


@dataclass(frozen=True, kw_only=True)
class MaxHoursContinuously(Rule):
    """One violation for each run of hours that is too long, however long (FET counts so)."""

    who: Who
    hours: int
    tag: str | None = None


@dataclass(frozen=True, kw_only=True)
class FreeHourWithin(Rule):
    """At least `hours` free hours among hours `first` … `last` of each day with lessons on both sides: lunch."""

    who: Who
    first: int
    last: int
    hours: int = 1


@dataclass(frozen=True, kw_only=True)
class MaxSpanDaily(Rule):
    """From the first hour of a day to the last, free hours between them included."""

    who: Who
    hours: int


@dataclass(frozen=True, kw_only=True)
class MinRestHours(Rule):
    """Hours without lessons from the end of one day to the beginning of the next, the day's own free ones included.

    `circular`: from the last day of the cycle to the first of the next, too.
    """

    who: Who
    hours: int
    circular: bool = False


# ── Where lessons stand to each other ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class MinDaysBetween(Rule):
    """Any two of the lessons are at least `days` days apart. One violation a pair and missing day.

    `consecutive_if_same_day`: two that fall on one day all the same follow each other directly, without even a
    break between them. And never more than two fall on one day, unless there are more than two a day in all.
    (Both must hold, whatever the weight; FET has it so.)
    """

    activities: tuple[str, ...]
    days: int
    consecutive_if_same_day: bool = False


@dataclass(frozen=True, kw_only=True)
class MaxDaysBetween(Rule):
    """Any two of the lessons are at most `days` days apart. One violation a pair and day too many."""

    activities: tuple[str, ...]
    days: int


@dataclass(frozen=True, kw_only=True)
class MinGapsBetween(Rule):
    """Any two of the lessons that fall on one day have at least `gaps` hours between them.

    One violation for each hour missing.
    """

    activities: tuple[str, ...]
    gaps: int


@dataclass(frozen=True, kw_only=True)
class NotOverlapping(Rule):
    """One violation for each pair and hour that they share."""

    activities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SameStart(Rule):
    """Same day and same hour: a block. One violation for each pair."""

    activities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SameDay(Rule):
    """One violation for each pair."""

    activities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SameHour(Rule):
    """Same starting hour, on whatever days. One violation for each pair."""

    activities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Consecutive(Rule):
    """`second` starts when `first` ends, on the same day (a break between them does not part them)."""

    first: str
    second: str


@dataclass(frozen=True, kw_only=True)
class Ordered(Rule):
    """`first` ends before `second` starts, in the order of the cycle."""

    first: str
    second: str


@dataclass(frozen=True, kw_only=True)
class OrderedIfSameDay(Rule):
    """Where both fall on one day, `first` ends before `second` starts."""

    first: str
    second: str


@dataclass(frozen=True, kw_only=True)
class Grouped(Rule):
    """The two or three lessons follow each other on one day, in whatever order (a break does not part them)."""

    activities: tuple[str, ...]


# ── When a lesson may be ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class PreferredStarts(Rule):
    """The lessons start in one of the slots. One violation for each lesson that does not."""

    activities: tuple[str, ...]
    slots: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class PreferredSlots(Rule):
    """Each hour of the lessons is in one of the slots. One violation for each hour that is not."""

    activities: tuple[str, ...]
    slots: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class OccupyMaxSlots(Rule):
    """Of the slots at most `most` are used by any of the lessons."""

    activities: tuple[str, ...]
    slots: frozenset[int]
    most: int


@dataclass(frozen=True, kw_only=True)
class OccupyMinSlots(Rule):
    """Of the slots at least `least` are used by any of the lessons."""

    activities: tuple[str, ...]
    slots: frozenset[int]
    least: int


@dataclass(frozen=True, kw_only=True)
class MaxSimultaneous(Rule):
    """In each of the slots at most `most` of the lessons go on at the same time."""

    activities: tuple[str, ...]
    slots: frozenset[int]
    most: int


@dataclass(frozen=True, kw_only=True)
class MinSimultaneous(Rule):
    """In each of the slots at least `least` of the lessons go on at the same time, or, where `or_none`, none does."""

    activities: tuple[str, ...]
    slots: frozenset[int]
    least: int
    or_none: bool = False


@dataclass(frozen=True, kw_only=True)
class EndsStudentsDay(Rule):
    """After each of the lessons its students have nothing more that day. One violation for each lesson."""

    activities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StartsStudentsDay(Rule):
    """Before each of the lessons its students have nothing that day. One violation for each lesson."""

    activities: tuple[str, ...]


# ── Where a lesson may be ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class PreferredRooms(Rule):
    """Each of the lessons is in one of the rooms. A lesson that no rule gives rooms to has none."""

    activities: tuple[str, ...]
    rooms: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HomeRooms(Rule):
    """Lessons of a student set or teacher without preferred rooms of their own are in one of the rooms.

    About lessons whose only student set, or only teacher, is `who`; where both have home rooms, both rules hold.
    """

    who: Who
    rooms: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NeedsFeatures(Rule):
    """The lessons are in a room that has all of the features."""

    activities: tuple[str, ...]
    features: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class MaxRoomChangesDaily(Rule):
    """Moves from one room to another within a day; `buildings`: moves between buildings alone count.

    Lessons without a room (or a room without a building) are passed over. One violation for each move too many.
    """

    who: Who
    changes: int
    buildings: bool = False


@dataclass(frozen=True, kw_only=True)
class MaxRoomChangesWeekly(Rule):
    """As MaxRoomChangesDaily, summed over the days of the cycle."""

    who: Who
    changes: int
    buildings: bool = False


@dataclass(frozen=True, kw_only=True)
class MaxDifferentRooms(Rule):
    """The lessons are in at most `rooms` rooms in all."""

    activities: tuple[str, ...]
    rooms: int


@dataclass(frozen=True, kw_only=True)
class SameRoomIfConsecutive(Rule):
    """Two of the lessons that follow each other directly (without even a break) are in the same room, if they have one.

    One violation for each two.
    """

    activities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MinGapsBetweenBuildings(Rule):
    """Free hours between two lessons that follow each other in different buildings. One violation for each two."""

    who: Who
    gaps: int
