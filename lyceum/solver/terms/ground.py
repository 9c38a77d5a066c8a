"""A problem taken apart: terms by lesson, who may not meet, where each lesson can start, which rooms it can have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lyceum.solver import rules
from lyceum.solver.problem import Problem
from lyceum.solver.rules import Rule, Who
from lyceum.solver.terms.people import Person, break_slots, student_groups_of, teachers_of

Starts = list[int]
"""The start of each lesson by its index; -1 where it is not placed."""

NOWHERE = -1

UNARY = (rules.NotAvailable, rules.PreferredStarts, rules.PreferredSlots)
ROOMS = (
    rules.RoomNotAvailable,
    rules.PreferredRooms,
    rules.HomeRooms,
    rules.NeedsFeatures,
    rules.MaxRoomChangesDaily,
    rules.MaxRoomChangesWeekly,
    rules.MaxDifferentRooms,
    rules.SameRoomIfConsecutive,
    rules.MinGapsBetweenBuildings,
)
PAIR = (rules.Consecutive, rules.Ordered, rules.OrderedIfSameDay)
SLOTS = (rules.OccupyMaxSlots, rules.OccupyMinSlots, rules.MaxSimultaneous, rules.MinSimultaneous)
SAME = (rules.SameStart, rules.SameDay, rules.SameHour)
NEEDS_ALL = (
    *SAME,
    rules.MinDays,
    rules.MinHoursDaily,
    rules.MaxGapsPerWeek,
    rules.MaxGapsPerDay,
    rules.EarlyStarts,
    rules.Grouped,
    rules.OccupyMinSlots,
    rules.MinSimultaneous,
)
"""Kinds that a timetable can break by a lesson that is missing."""
EDGES = (rules.EndsStudentsDay, rules.StartsStudentsDay)


@dataclass(frozen=True, kw_only=True)
class TouchIfSameDay(Rule):
    """What `consecutive_if_same_day` asks for, whatever the weight of its rule."""

    activities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NotCrowded(Rule):
    """What lessons to be on days apart ask for as well, whatever the weight: no more than so many on one day."""

    activities: tuple[str, ...]
    most: int


@dataclass(frozen=True, eq=False)
class Term:
    """One rule for one person, one lesson or one set of lessons."""

    rule: Rule
    rule_index: int
    activities: tuple[int, ...]
    """The lessons that its violations depend on. A rule about one lesson's place in its students' day: that first."""
    person: Person | None = None
    copies: int = 1
    """A violation counts so many times."""


@dataclass(frozen=True, eq=False)
class Ground:
    problem: Problem
    index: Mapping[str, int]
    teachers: Mapping[str, Person]
    groups: tuple[Person, ...]
    """Of students."""
    groups_of: Mapping[str, tuple[Person, ...]]
    """Of each student set."""
    breaks: frozenset[int]
    incomplete: frozenset[Who] = frozenset()
    """Whose other lessons the problem leaves out: what they might break by a missing lesson is no term."""

    @property
    def hours(self) -> int:
        return len(self.problem.grid.hours)

    @property
    def days(self) -> int:
        return len(self.problem.grid.days)

    @cached_property
    def durations(self) -> tuple[int, ...]:
        return tuple(each.duration for each in self.problem.activities)

    @cached_property
    def people(self) -> tuple[Person, ...]:
        return (*self.teachers.values(), *self.groups)

    @cached_property
    def people_of(self) -> tuple[tuple[Person, ...], ...]:
        """By lesson."""
        found: list[list[Person]] = [[] for _ in self.problem.activities]
        for person in self.people:
            for index in person.members:
                found[index].append(person)
        return tuple(tuple(each) for each in found)

    @cached_property
    def closed_hours(self) -> Mapping[Person, tuple[int, ...]]:
        """Of each person one bit mask a day."""
        found = {}
        for person in self.people:
            masks = [0] * self.days
            for slot in person.closed:
                masks[slot // self.hours] |= 1 << slot % self.hours
            found[person] = tuple(masks)
        return found

    @cached_property
    def locked(self) -> Mapping[int, int]:
        """Start by lesson."""
        locks = self.problem.locks
        return {
            self.index[name]: lock.start
            for name, lock in locks.items()
            if name in self.index and lock.start is not None
        }

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Of all rules about time."""
        found = (term for at, rule in enumerate(self.problem.rules) for term in _take_apart(self, rule, at))
        return tuple(term for term in found if not self.incomplete or _is_whole(self, term))

    @cached_property
    def terms_of(self) -> tuple[tuple[Term, ...], ...]:
        """By lesson."""
        found: list[list[Term]] = [[] for _ in self.problem.activities]
        for term in self.terms:
            for index in term.activities:
                found[index].append(term)
        return tuple(tuple(each) for each in found)

    @cached_property
    def grid_starts(self) -> tuple[tuple[int, ...], ...]:
        """Where the day is long enough; a lock leaves one."""
        grid = self.problem.grid
        by_duration = {
            duration: tuple(slot for slot in range(grid.size) if grid.hour_of(slot) + duration <= self.hours)
            for duration in set(self.durations)
        }
        return tuple(
            (self.locked[index],) if index in self.locked else by_duration[duration]
            for index, duration in enumerate(self.durations)
        )

    @cached_property
    def starts(self) -> tuple[tuple[int, ...], ...]:
        """Where the day is long enough and no rule that must hold forbids the lesson by itself. May be empty."""
        return tuple(
            tuple(
                slot for slot in slots if not any(unary_units(self, term, index, slot) for term in self._musts[index])
            )
            for index, slots in enumerate(self.grid_starts)
        )

    @cached_property
    def _musts(self) -> tuple[tuple[Term, ...], ...]:
        return tuple(
            tuple(term for term in terms if term.rule.is_hard and isinstance(term.rule, UNARY))
            for terms in self.terms_of
        )

    @cached_property
    def clashes(self) -> tuple[tuple[int, ...], ...]:
        """Sets of lessons of which no two may meet, without those inside another."""
        kept: list[frozenset[int]] = []
        for members in sorted({frozenset(person.members) for person in self.people}, key=lambda each: -len(each)):
            if len(members) > 1 and not any(members <= other for other in kept):
                kept.append(members)
        return tuple(tuple(sorted(members)) for members in kept)


def take_apart(problem: Problem, *, incomplete: frozenset[Who] = frozenset()) -> Ground:
    groups, groups_of = student_groups_of(problem)
    return Ground(
        problem,
        {each.name: index for index, each in enumerate(problem.activities)},
        teachers_of(problem),
        groups,
        groups_of,
        break_slots(problem),
        incomplete,
    )


def _is_whole(ground: Ground, term: Term) -> bool:
    """Not one that only a missing lesson might break."""
    if not isinstance(term.rule, NEEDS_ALL):
        return True
    if term.person is not None:
        kind = term.person.who.kind
        return any(Who(kind, name) not in ground.incomplete for name in term.person.names)
    names = getattr(term.rule, "activities", ())
    return isinstance(term.rule, SAME) or all(name in ground.index for name in names)


def people_meant(ground: Ground, who: Who) -> tuple[Person, ...]:
    if who.kind == "teacher":
        if who.name is None:
            return tuple(ground.teachers.values())
        return (ground.teachers[who.name],) if who.name in ground.teachers else ()
    return ground.groups if who.name is None else ground.groups_of.get(who.name, ())


def lessons_named(ground: Ground, names: Iterable[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(ground.index[name] for name in names if name in ground.index))


def _take_apart(ground: Ground, rule: Rule, at: int) -> list[Term]:
    if isinstance(rule, ROOMS):
        return []
    if isinstance(rule, rules.NotAvailable):
        return [Term(rule, at, (index,), copies=times) for index, times in _lessons_of(ground, rule.who).items()]
    if isinstance(rule, rules.PreferredStarts | rules.PreferredSlots):
        return [Term(rule, at, (index,)) for index in lessons_named(ground, rule.activities)]
    if isinstance(rule, EDGES):
        return [_edge(ground, rule, at, index) for index in lessons_named(ground, rule.activities)]
    if isinstance(rule, PAIR):
        pair = lessons_named(ground, (rule.first, rule.second))
        return [Term(rule, at, pair)] if len(pair) == 2 else []
    activities = getattr(rule, "activities", None)
    if activities is not None:
        members = lessons_named(ground, activities)
        if isinstance(rule, rules.MinDaysBetween) and len(members) > 1:
            return [Term(each, at, members) for each in (rule, *_days_apart(rule, ground.days))]
        return [Term(rule, at, members)] if len(members) > 1 or (members and isinstance(rule, SLOTS)) else []
    who = getattr(rule, "who", None)
    people = people_meant(ground, who) if isinstance(who, Who) else ()
    return [Term(rule, at, _counted(ground, rule, person), person, person.copies) for person in people]


def _days_apart(rule: rules.MinDaysBetween, days: int) -> list[Rule]:
    """What must hold whatever the weight of the rule."""
    count = len(rule.activities)
    most = 2 if count <= 2 * days else -(-count // days)
    found: list[Rule] = [NotCrowded(ref=rule.ref, activities=rule.activities, most=most)] if count > most else []
    if rule.consecutive_if_same_day:
        found.append(TouchIfSameDay(ref=rule.ref, activities=rule.activities))
    return found


def _lessons_of(ground: Ground, who: Who | None) -> Mapping[int, int]:
    """With the number of those meant who come."""
    if who is None:
        return dict.fromkeys(range(len(ground.problem.activities)), 1)
    times: dict[int, int] = {}
    for person in people_meant(ground, who):
        for index in person.members:
            times[index] = times.get(index, 0) + person.copies
    return times


def _edge(ground: Ground, rule: Rule, at: int, index: int) -> Term:
    others = (other for person in student_groups(ground, index) for other in person.members)
    return Term(rule, at, tuple(dict.fromkeys((index, *others))))


def student_groups(ground: Ground, index: int) -> tuple[Person, ...]:
    return tuple(person for person in ground.people_of[index] if person.who.kind == "students")


def _counted(ground: Ground, rule: Rule, person: Person) -> tuple[int, ...]:
    """The person's lessons that the rule counts."""
    tag, subject = getattr(rule, "tag", None), getattr(rule, "subject", None)
    if tag is None and subject is None:
        return person.members
    lessons = ground.problem.activities
    return tuple(
        index
        for index in person.members
        if (tag is None or tag in lessons[index].tags) and (subject is None or subject == lessons[index].subject)
    )


def unary_units(ground: Ground, term: Term, index: int, slot: int) -> int:
    """Violations of a rule about one lesson by itself, when it starts in the slot."""
    rule = term.rule
    if isinstance(rule, rules.PreferredStarts):
        return int(slot not in rule.slots)
    hours = range(slot, slot + ground.durations[index])
    if isinstance(rule, rules.PreferredSlots):
        return sum(hour not in rule.slots for hour in hours)
    if isinstance(rule, rules.NotAvailable):
        return sum(hour in rule.slots for hour in hours)
    raise TypeError(rule)
