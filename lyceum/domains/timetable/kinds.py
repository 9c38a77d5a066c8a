"""The kinds of rules that a person may set: whom each is about, what it asks for, and how it is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEACHER, CLASS, ROOM, SUBJECT, REQUIREMENT = "teacher", "class", "room", "subject", "requirement"
PEOPLE = frozenset({TEACHER, CLASS})
LESSONS = frozenset({REQUIREMENT, SUBJECT})
MOST_SLOTS = 14 * 24


@dataclass(frozen=True)
class Kind:
    """One kind of rule."""

    code: str
    title: str | Promise
    about: frozenset[str] = frozenset()
    """What it may be about."""
    least: int = 0
    """How many at least; 0: without any it is about everybody."""
    numbers: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Numbers it asks for, each from … to."""
    optional: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    slots: bool = False
    """Whether it asks for places: `[[day of the cycle, number of the period], …]`."""
    rooms: bool = False
    """Whether it names rooms besides what it is about."""
    one_sort: bool = True
    """Whether all it is about is of one sort."""

    @property
    def names_who(self) -> bool:
        """Whether it may be about all teachers or all classes, and has to say which."""
        return self.about == PEOPLE and self.least == 0


def _kinds() -> tuple[Kind, ...]:
    hours, days, gaps = {"hours": (1, 24)}, {"days": (1, 14)}, {"gaps": (0, 60)}
    every = Kind
    return (
        every("not_available", _("not available"), PEOPLE | {ROOM}, least=1, slots=True),
        every("no_lessons", _("nobody has lessons"), slots=True),
        every("max_days", _("at most so many days"), PEOPLE, numbers=days),
        every("min_days", _("at least so many days"), PEOPLE, numbers=days),
        every("max_per_day", _("at most so many periods a day"), PEOPLE | {SUBJECT}, numbers=hours,
              flags=frozenset({"half_day"}), one_sort=False),
        every("min_per_day", _("at least so many periods on a day with any"), PEOPLE, numbers=hours,
              flags=frozenset({"no_empty_days"})),
        every("max_in_a_row", _("at most so many periods in a row"), PEOPLE, numbers=hours),
        every("max_span", _("at most so many periods from first to last"), PEOPLE, numbers=hours),
        every("max_gaps_per_cycle", _("at most so many gaps in a cycle"), PEOPLE, numbers=gaps),
        every("max_gaps_per_day", _("at most so many gaps a day"), PEOPLE, numbers=gaps),
        every("early_starts", _("days begin in the first period"), PEOPLE, numbers={"late": (0, 14)}),
        every("max_afternoons", _("at most so many days with lessons between two periods"), PEOPLE,
              numbers={"first": (0, 99), "last": (0, 99)} | days),
        every("lunch", _("a free period for lunch"), PEOPLE, numbers={"first": (0, 99), "last": (0, 99)},
              optional={"hours": (1, 4)}),
        every("max_room_changes", _("at most so many changes of room a day"), PEOPLE, numbers={"changes": (0, 24)},
              flags=frozenset({"buildings"})),
        every("travel_gap", _("free periods between buildings"), PEOPLE, numbers={"gaps": (1, 10)}),
        every("home_room", _("home room"), PEOPLE, least=1, rooms=True),
        every("min_days_between", _("days between the lessons"), LESSONS, numbers=days,
              flags=frozenset({"consecutive_if_same_day"})),
        every("max_days_between", _("at most so many days between the lessons"), LESSONS, least=1, numbers=days),
        every("not_two_on_one_day", _("not two on one day"), LESSONS),
        every("same_day", _("on the same day"), LESSONS, least=2),
        every("same_start", _("at the same time"), LESSONS, least=2),
        every("same_hour", _("in the same period of whatever days"), LESSONS, least=1),
        every("not_overlapping", _("not at the same time"), LESSONS, least=2),
        every("consecutive", _("one directly after the other"), frozenset({REQUIREMENT}), least=2),
        every("ordered", _("one before the other in the cycle"), frozenset({REQUIREMENT}), least=2),
        every("preferred_starts", _("begins in one of some places"), LESSONS | {CLASS, TEACHER}, least=1, slots=True),
        every("forbidden_starts", _("does not begin in some places"), LESSONS | {CLASS, TEACHER}, least=1, slots=True),
        every("preferred_slots", _("takes place in some places"), LESSONS, least=1, slots=True),
        every("first_of_day", _("first lesson of the class's day"), LESSONS, least=1),
        every("last_of_day", _("last lesson of the class's day"), LESSONS, least=1),
        every("preferred_rooms", _("in one of some rooms"), LESSONS, least=1, rooms=True),
        every("imported", _("a rule of the file"), flags=frozenset()),
        every("may_cross_breaks", _("a long lesson may go on after a break"), LESSONS),
    )  # fmt: skip


KINDS: Mapping[str, Kind] = {kind.code: kind for kind in _kinds()}
