"""A version as a problem for the engine, and the engine's timetable as places of lessons."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from lyceum.domains.academics.models import Class, Location
from lyceum.domains.timetable.models import Requirement, RequirementRoom, Rule
from lyceum.domains.timetable.planning.constraints import Context, translate
from lyceum.domains.timetable.planning.files import Imported
from lyceum.domains.timetable.planning.plan import Card, Plan
from lyceum.solver.problem import Activity, Grid, Lock, Problem, Room, StudentSet, Teacher
from lyceum.solver.rules import MaxHoursDaily, NotAvailable, PreferredRooms, PreferredStarts, SameStart, Who
from lyceum.solver.rules import Rule as EngineRule
from lyceum.solver.solution import Placement, Timetable

HOME_WEIGHT = 50.0
"""How much it matters that a class is in its own room, where nothing else is said of its rooms."""


@dataclass(frozen=True)
class Built:
    """A problem with what its names stand for. Teachers, rooms, classes are named by id, lessons by number."""

    problem: Problem
    lessons: Mapping[str, UUID]
    """Ids of planned lessons by activity."""
    before: Timetable
    """Where lessons are now."""

    def activity_of(self, lesson: UUID) -> str:
        """The activity of a planned lesson."""
        return self._by_lesson[lesson]

    @cached_property
    def _by_lesson(self) -> Mapping[UUID, str]:
        return {lesson: name for name, lesson in self.lessons.items()}


@dataclass(frozen=True)
class Wishes:
    """What a person asks for in plain numbers: periods of a class a day."""

    max_per_day: int | None = None


def build_problem(plan: Plan, *, wishes: Wishes | None = None) -> Built:
    """The problem of a version: a fixed number of statements, whatever its size."""
    if plan.imported:
        return _from_file(plan, plan.imported)
    names = {card: str(number) for number, card in enumerate(plan.cards, start=1)}
    requirements = _read_requirements(plan)
    rooms = list(Location.objects.filter(active=True).order_by("pk"))
    rules = list(
        Rule.objects.filter(year=plan.version.year_id, active=True).prefetch_related("subjects").order_by("pk")
    )
    context = Context(plan, names, requirements)
    activities = tuple(_activity(card, names[card.id]) for card in plan.cards.values())
    made: list[EngineRule] = [
        *_closed_slots(plan),
        *_breaks(plan, names, rules, context),
        *_blocks(requirements, context),
    ]
    made += _spread(context)
    made += _rooms(plan, names, rooms, requirements)
    made += [each for rule in rules for each in translate(rule, context)]
    if wishes and wishes.max_per_day:
        who = Who("students")
        made.append(MaxHoursDaily(who=who, hours=wishes.max_per_day, ref="wish:max_per_day"))
    return Built(
        problem=Problem(
            name=plan.version.name,
            grid=Grid(plan.grid.cycle.names, tuple(map(str, plan.grid.hours)), plan.grid.half),
            activities=activities,
            teachers=tuple(Teacher(str(each)) for each in sorted({t for c in plan.cards.values() for t in c.teachers})),
            students=_students(plan),
            rooms=tuple(Room(str(r.pk), r.capacity, r.building, frozenset(r.features)) for r in rooms),
            rules=tuple(made),
            locks=dict(_locks(plan, names)),
        ),
        lessons={name: card for card, name in names.items()},
        before={names[card.id]: place for card in plan.cards.values() if (place := place_of(card, plan))},
    )


def _from_file(plan: Plan, imported: Imported) -> Built:
    """What the file says, with the weights that people gave its rules since, and the locks of the version."""
    file_names = {row: name for name, row in imported.ids("rooms").items()}
    names = {card.id: card.reference for card in plan.cards.values() if card.reference in imported.problem.activity}
    before = {}
    locks = {}
    for card in plan.cards.values():
        slot = plan.grid.find_slot(card.day, card.period)
        if card.id in names and slot is not None:
            room = file_names.get(card.room) if card.room else None
            before[names[card.id]] = Placement(slot, room)
            if card.time_locked or card.room_locked:
                locks[names[card.id]] = Lock(slot if card.time_locked else None, room if card.room_locked else None)
    wanted = {
        row.parameters.get("place"): row for row in Rule.objects.filter(year=plan.version.year_id, kind="imported")
    }
    rules = []
    for place, rule in enumerate(imported.problem.rules):
        row = wanted.get(place)
        if row is None or row.active:
            ref = f"rule:{row.pk}" if row else rule.ref
            rules.append(replace(rule, ref=ref, weight=float(row.weight) if row else rule.weight))
    problem = replace(imported.problem, rules=tuple(rules), locks=locks)
    return Built(problem, {name: card for card, name in names.items()}, before)


def place_of(card: Card, plan: Plan) -> Placement | None:
    """Where a lesson is on the engine's grid."""
    slot = plan.grid.find_slot(card.day, card.period)
    return None if slot is None else Placement(slot, str(card.room) if card.room else None)


def _activity(card: Card, name: str) -> Activity:
    return Activity(
        name=name,
        duration=card.length,
        teachers=tuple(map(str, card.teachers)),
        students=tuple(_set_name(sat) for sat in card.sits),
        subject=str(card.subject or ""),
        series=str(card.requirement or ""),
    )


def _set_name(sat: tuple[UUID, UUID | None]) -> str:
    return f"{sat[0]}/{sat[1]}" if sat[1] else str(sat[0])


def _students(plan: Plan) -> tuple[StudentSet, ...]:
    parts = [StudentSet(name, size) for name, (_of, size) in plan.atoms.items()]
    sets = [StudentSet(_set_name(sat), len(plan.students[sat]), plan.parts[sat]) for sat in plan.students]
    return (*sets, *parts)


def _read_requirements(plan: Plan) -> dict[UUID, Requirement]:
    wanted = {card.requirement for card in plan.cards.values() if card.requirement}
    return {row.pk: row for row in Requirement.objects.filter(pk__in=wanted)}


def _closed_slots(plan: Plan) -> list[EngineRule]:
    size = plan.grid.days * len(plan.grid.hours)
    closed = frozenset(range(size)) - plan.grid.open_slots
    return [NotAvailable(who=None, slots=closed, ref="grid")] if closed else []


def _breaks(plan: Plan, names: Mapping[UUID, str], rules: Sequence[Rule], context: Context) -> Iterable[EngineRule]:
    """A long lesson does not go on after a break, unless a rule lets it."""
    may: set[str] = set()
    for rule in rules:
        if rule.kind == "may_cross_breaks":
            may |= set(context.lessons_of(rule))
    for length in sorted({card.length for card in plan.cards.values() if card.length > 1}):
        bound = tuple(names[c.id] for c in plan.cards.values() if c.length == length and names[c.id] not in may)
        starts = frozenset(slot for slot, run in plan.grid.unbroken.items() if run >= length)
        if bound:
            yield PreferredStarts(activities=bound, slots=starts, ref=f"breaks:{length}")


def _blocks(requirements: Mapping[UUID, Requirement], context: Context) -> Iterable[EngineRule]:
    """Requirements of a block start together, lesson by lesson."""
    blocks: dict[UUID, list[list[str]]] = {}
    for row in requirements.values():
        if row.block_id:
            blocks.setdefault(row.block_id, []).append(context.by_requirement.get(row.pk, []))
    for block, members in sorted(blocks.items(), key=lambda each: str(each[0])):
        for place in range(max(map(len, members))):
            together = tuple(lessons[place] for lessons in members if place < len(lessons))
            if len(together) > 1:
                yield SameStart(activities=together, ref=f"block:{block}")


def _spread(context: Context) -> Iterable[EngineRule]:
    """Lessons of one requirement are on different days, as far as there are days and nobody says otherwise."""
    return context.default_spread()


def _rooms(
    plan: Plan, names: Mapping[UUID, str], rooms: Collection[Location], requirements: Mapping[UUID, Requirement]
) -> Iterable[EngineRule]:
    """The rooms of each requirement: those named, those of its kind, or the class's own and the ordinary ones."""
    classes = {sat[0] for card in plan.cards.values() for sat in card.sits}
    named_rooms: dict[UUID, list[UUID]] = {}
    for requirement, room in RequirementRoom.objects.filter(requirement__in=requirements).values_list(
        "requirement_id", "room_id"
    ):
        named_rooms.setdefault(requirement, []).append(room)
    homes = dict(Class.objects.filter(pk__in=classes, room__isnull=False).values_list("pk", "room_id"))
    here = {row.pk for row in rooms}
    by_requirement: dict[UUID | None, list[Card]] = {}
    for card in plan.cards.values():
        by_requirement.setdefault(card.requirement, []).append(card)
    for key, cards in by_requirement.items():
        row = requirements.get(key) if key else None
        activities = tuple(names[card.id] for card in cards)
        named = [room for room in named_rooms.get(row.pk, ()) if room in here] if row else []
        if named:
            yield PreferredRooms(activities=activities, rooms=tuple(map(str, named)), ref=f"rooms:{key}")
            continue
        students = max(sum(len(plan.students.get(sat, ())) for sat in card.sits) for card in cards)
        seats = row.capacity if row and row.capacity else students
        if row and (row.room_kind or row.room_features):
            fitting = [str(each.pk) for each in rooms if _fits(each, row, seats)]
            yield PreferredRooms(activities=activities, rooms=tuple(fitting), ref=f"rooms:{key}")
            continue
        home = next((homes[sat[0]] for card in cards for sat in card.sits if sat[0] in homes), None)
        if home in here:
            plain = [each for each in rooms if not each.kind and (each.capacity is None or each.capacity >= seats)]
            others = [str(each.pk) for each in plain if each.pk != home]
            yield PreferredRooms(activities=activities, rooms=(str(home), *others), ref=f"rooms:{key}")
            yield PreferredRooms(activities=activities, rooms=(str(home),), weight=HOME_WEIGHT, ref=f"home:{key}")


def _fits(room: Location, row: Requirement, seats: int) -> bool:
    return (
        (not row.room_kind or room.kind.casefold() == row.room_kind.casefold())
        and set(row.room_features) <= set(room.features)
        and (room.capacity is None or room.capacity >= seats)
    )


def _locks(plan: Plan, names: Mapping[UUID, str]) -> Iterable[tuple[str, Lock]]:
    for card in plan.cards.values():
        start = plan.grid.find_slot(card.day, card.period) if card.time_locked else None
        room = str(card.room) if card.room_locked and card.room else None
        if start is not None or room is not None:
            yield names[card.id], Lock(start, room)
