"""Rules as a person set them, as rules of the engine."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Any
from uuid import UUID

from lyceum.domains.timetable.kinds import CLASS, TEACHER
from lyceum.domains.timetable.models import Requirement, Rule, RuleSubject
from lyceum.domains.timetable.planning.plan import Plan
from lyceum.solver import rules as engine
from lyceum.solver.rules import Who

SPREAD_WEIGHT = 95.0
"""How much it matters that two lessons of one requirement are on different days, where no rule says it."""


class Context:
    """What rules of a version are about, by the engine's names."""

    def __init__(self, plan: Plan, names: Mapping[UUID, str], requirements: Mapping[UUID, Requirement]) -> None:
        self.plan = plan
        self.names = names
        self.requirements = requirements
        self.told_spread: set[str] = set()

    @cached_property
    def by_requirement(self) -> Mapping[UUID, list[str]]:
        """The lessons of each requirement."""
        found: dict[UUID, list[str]] = {}
        for card in self.plan.cards.values():
            if card.requirement:
                found.setdefault(card.requirement, []).append(self.names[card.id])
        return found

    @cached_property
    def by_subject(self) -> Mapping[UUID, list[str]]:
        """The lessons of each subject."""
        found: dict[UUID, list[str]] = {}
        for card in self.plan.cards.values():
            if card.subject:
                found.setdefault(card.subject, []).append(self.names[card.id])
        return found

    def lessons_of(self, rule: Rule) -> list[str]:
        """The lessons that a rule is about; all where it names none."""
        subjects = list(rule.subjects.all())
        found: list[str] = []
        for each in sorted(subjects, key=lambda subject: subject.position):
            found += self._lessons(each)
        return list(dict.fromkeys(found)) if subjects else list(self.names.values())

    def _lessons(self, each: RuleSubject) -> list[str]:
        if each.requirement_id:
            return self.by_requirement.get(each.requirement_id, [])
        if each.subject_id:
            return self.by_subject.get(each.subject_id, [])
        cards = self.plan.cards.values()
        if each.staff_id:
            return [self.names[card.id] for card in cards if each.staff_id in card.teachers]
        if each.school_class_id:
            return [self.names[card.id] for card in cards if any(each.school_class_id == sat[0] for sat in card.sits)]
        return []

    def series_of(self, rule: Rule) -> list[list[str]]:
        """The lessons of each requirement that a rule is about."""
        wanted = set(self.lessons_of(rule))
        groups = [[name for name in lessons if name in wanted] for lessons in self.by_requirement.values()]
        return [each for each in groups if each]

    def who(self, rule: Rule) -> list[Who]:
        """Whom a rule is about."""
        subjects = list(rule.subjects.all())
        found = [Who("teacher", str(each.staff_id)) for each in subjects if each.staff_id]
        found += [Who("students", str(each.school_class_id)) for each in subjects if each.school_class_id]
        if found:
            return [who for who in found if self._is_known(who)]
        return [Who("students" if rule.parameters.get("of") == CLASS else "teacher")]

    def _is_known(self, who: Who) -> bool:
        """Whether anybody of that name has lessons in the version."""
        if who.kind == TEACHER:
            return any(who.name == str(each) for card in self.plan.cards.values() for each in card.teachers)
        return any(who.name == str(sat[0]) and sat[1] is None for sat in self.plan.students)

    def slots(self, rule: Rule) -> frozenset[int]:
        """The places that a rule names, as far as the grid has them."""
        found = (self.plan.grid.find_slot(day, period) for day, period in rule.parameters.get("slots", ()))
        return frozenset(slot for slot in found if slot is not None)

    def rooms(self, rule: Rule) -> tuple[str, ...]:
        """The rooms that a rule names."""
        return tuple(str(each.room_id) for each in rule.subjects.all() if each.room_id)

    def hour(self, number: int) -> int:
        """The engine's hour of a period: the first that is not before it."""
        hours = self.plan.grid.hours
        return next((place for place, each in enumerate(hours) if each >= number), len(hours) - 1)

    def default_spread(self) -> Iterable[engine.Rule]:
        """Lessons of one requirement are on different days, as far as there are days."""
        for requirement, lessons in self.by_requirement.items():
            if 1 < len(lessons) <= self.plan.grid.days:
                yield engine.MinDaysBetween(
                    activities=tuple(lessons), days=1, weight=SPREAD_WEIGHT, ref=f"spread:{requirement}"
                )


Made = Iterable[engine.Rule]
Maker = Callable[[Rule, Context, dict[str, Any]], Made]


def translate(rule: Rule, context: Context) -> Made:
    """A rule as the engine's rules; nothing where it is about nobody in the version."""
    maker = _MAKERS.get(rule.kind)
    if maker is None:
        return ()
    return maker(rule, context, {"weight": float(rule.weight), "ref": f"rule:{rule.pk}"})


def _not_available(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
    slots = context.slots(rule)
    for room in context.rooms(rule):
        yield engine.RoomNotAvailable(room=room, slots=slots, **base)
    if any(each.staff_id or each.school_class_id for each in rule.subjects.all()):
        for who in context.who(rule):
            yield engine.NotAvailable(who=who, slots=slots, **base)


def _nobody(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
    yield engine.NotAvailable(who=None, slots=context.slots(rule), **base)


def _each(make: Callable[..., engine.Rule], *, of: Callable[[dict[str, Any], Context], dict[str, Any]]) -> Maker:
    """One rule of the engine for each whom the rule is about."""

    def maker(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
        return [make(who=who, **of(rule.parameters, context), **base) for who in context.who(rule)]

    return maker


def _max_per_day(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
    values = {"hours": rule.parameters["hours"], "half_day": rule.parameters.get("half_day", False)}
    subjects: list[str | None] = [str(each.subject_id) for each in rule.subjects.all() if each.subject_id]
    people = any(each.staff_id or each.school_class_id for each in rule.subjects.all())
    who = context.who(rule) if people or not subjects else [Who("students")]
    return [
        engine.MaxHoursDaily(who=each, subject=subject, **values, **base)
        for each in who
        for subject in subjects or [None]
    ]


def _min_days_between(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
    close = rule.parameters.get("consecutive_if_same_day", False)
    days = rule.parameters.get("days", 1)
    for lessons in context.series_of(rule):
        if len(lessons) > 1:
            yield engine.MinDaysBetween(activities=tuple(lessons), days=days, consecutive_if_same_day=close, **base)


def _max_days_between(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
    lessons = tuple(context.lessons_of(rule))
    if len(lessons) > 1:
        yield engine.MaxDaysBetween(activities=lessons, days=rule.parameters["days"], **base)


def _together(make: Callable[..., engine.Rule]) -> Maker:
    """One rule for all its lessons; of several requirements, lesson by lesson."""

    def maker(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
        groups = context.series_of(rule)
        if len(groups) < 2:
            return [make(activities=tuple(groups[0]), **base)] if groups and len(groups[0]) > 1 else []
        rows = [
            tuple(lessons[place] for lessons in groups if place < len(lessons))
            for place in range(max(map(len, groups)))
        ]
        return [make(activities=row, **base) for row in rows if len(row) > 1]

    return maker


def _not_overlapping(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
    lessons = tuple(context.lessons_of(rule))
    return [engine.NotOverlapping(activities=lessons, **base)] if len(lessons) > 1 else []


def _pairs(make: Callable[..., engine.Rule]) -> Maker:
    """First before second, lesson by lesson of the requirements in their order."""

    def maker(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
        subjects = sorted(rule.subjects.all(), key=lambda each: each.position)
        rows = [context.by_requirement.get(each.requirement_id, []) for each in subjects if each.requirement_id]
        return [
            make(first=first, second=second, **base)
            for one, other in pairwise(rows)
            for first, second in zip(one, other, strict=False)
        ]

    return maker


def _places(make: Callable[..., engine.Rule], *, inverted: bool = False) -> Maker:
    def maker(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
        lessons, slots = tuple(context.lessons_of(rule)), context.slots(rule)
        if inverted:
            slots = context.plan.grid.open_slots - slots
        return [make(activities=lessons, slots=slots, **base)] if lessons else []

    return maker


def _lessons(make: Callable[..., engine.Rule]) -> Maker:
    def maker(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
        lessons = tuple(context.lessons_of(rule))
        return [make(activities=lessons, **base)] if lessons else []

    return maker


def _preferred_rooms(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
    lessons = tuple(context.lessons_of(rule))
    return [engine.PreferredRooms(activities=lessons, rooms=context.rooms(rule), **base)] if lessons else []


def _home_room(rule: Rule, context: Context, base: dict[str, Any]) -> Made:
    return [engine.HomeRooms(who=who, rooms=context.rooms(rule), **base) for who in context.who(rule)]


def _same(*names: str) -> Callable[[dict[str, Any], Context], dict[str, Any]]:
    return lambda given, _context: {name: given[name] for name in names}


def _span(*names: str) -> Callable[[dict[str, Any], Context], dict[str, Any]]:
    def values(given: dict[str, Any], context: Context) -> dict[str, Any]:
        found = {name: given[name] for name in names if name in given}
        return found | {"first": context.hour(given["first"]), "last": context.hour(given["last"])}

    return values


_MAKERS: Mapping[str, Maker] = {
    "not_available": _not_available,
    "no_lessons": _nobody,
    "max_days": _each(engine.MaxDays, of=_same("days")),
    "min_days": _each(engine.MinDays, of=_same("days")),
    "max_per_day": _max_per_day,
    "min_per_day": _each(
        engine.MinHoursDaily,
        of=lambda given, _c: {"hours": given["hours"], "allow_empty_days": not given.get("no_empty_days", False)},
    ),
    "max_in_a_row": _each(engine.MaxHoursContinuously, of=_same("hours")),
    "max_span": _each(engine.MaxSpanDaily, of=_same("hours")),
    "max_gaps_per_cycle": _each(engine.MaxGapsPerWeek, of=_same("gaps")),
    "max_gaps_per_day": _each(engine.MaxGapsPerDay, of=_same("gaps")),
    "early_starts": _each(engine.EarlyStarts, of=_same("late")),
    "max_afternoons": _each(engine.IntervalMaxDays, of=_span("days")),
    "lunch": _each(engine.FreeHourWithin, of=_span("hours")),
    "max_room_changes": _each(
        engine.MaxRoomChangesDaily,
        of=lambda given, _c: {"changes": given["changes"], "buildings": given.get("buildings", False)},
    ),
    "travel_gap": _each(engine.MinGapsBetweenBuildings, of=_same("gaps")),
    "home_room": _home_room,
    "min_days_between": _min_days_between,
    "not_two_on_one_day": _min_days_between,
    "max_days_between": _max_days_between,
    "same_day": _together(engine.SameDay),
    "same_start": _together(engine.SameStart),
    "same_hour": _together(engine.SameHour),
    "not_overlapping": _not_overlapping,
    "consecutive": _pairs(engine.Consecutive),
    "ordered": _pairs(engine.Ordered),
    "preferred_starts": _places(engine.PreferredStarts),
    "forbidden_starts": _places(engine.PreferredStarts, inverted=True),
    "preferred_slots": _places(engine.PreferredSlots),
    "first_of_day": _lessons(engine.StartsStudentsDay),
    "last_of_day": _lessons(engine.EndsStudentsDay),
    "preferred_rooms": _preferred_rooms,
}
