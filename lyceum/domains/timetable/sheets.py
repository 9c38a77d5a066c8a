"""A version on paper: a sheet for each class, teacher or room, its days beside each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.domains.academics.models import Class, ClassMembership
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.board import CLASS, ROOM, TEACHER
from lyceum.domains.timetable.models import Version
from lyceum.domains.timetable.planning import Card, Plan, read_plan
from lyceum.domains.timetable.planning.plan import Sat
from lyceum.domains.timetable.plans import get_version


@dataclass(frozen=True)
class Slip:
    """One lesson on a sheet."""

    title: str
    detail: str


@dataclass(frozen=True)
class Line:
    """One period of all days."""

    period: str
    times: str
    cells: Sequence[Sequence[Slip]]
    after_break: bool = False


@dataclass(frozen=True)
class Sheet:
    """The lessons of one class, teacher or room."""

    name: str
    days: Sequence[str]
    lines: Sequence[Line]


@dataclass(frozen=True)
class _Somebody:
    """Whose sheet it is."""

    id: UUID
    name: str
    cards: Sequence[Card]


def read_sheets(
    version_id: UUID, *, by: str = CLASS, of: UUID | None = None, actor: Actor
) -> tuple[Version, list[Sheet]]:
    """The sheets of a version: everybody's of a sort, or one. A fixed number of statements.

    A form has every lesson that its students are taught, in whatever class or group. A class whose students are all in
    forms has a sheet of its own where it is asked for.
    """
    version = get_version(version_id, actor=actor)
    plan = read_plan(version)
    found = _by_class(plan, every=of is not None) if by == CLASS else _by_resource(plan, by)
    if of is not None:
        found = [each for each in found if each.id == of]
        if not found:
            raise NotFoundError
    found.sort(key=lambda each: each.name.casefold())
    return version, [_sheet(each, by, plan) for each in found]


def _by_resource(plan: Plan, by: str) -> list[_Somebody]:
    cards: dict[UUID, list[Card]] = {}
    for card in plan.cards.values():
        rows = card.teachers if by == TEACHER else (card.room,) if card.room else ()
        for row in rows:
            cards.setdefault(row, []).append(card)
    return [_Somebody(row, plan.name(row), of) for row, of in cards.items()]


def _by_class(plan: Plan, *, every: bool) -> list[_Somebody]:
    forms = dict(Class.objects.filter(year=plan.version.year_id, kind=Class.Kind.FORM).values_list("pk", "name"))
    form_of = _forms_of_students(forms, plan.version)
    sharing: dict[str, set[UUID]] = {}
    for (school_class, _group), parts in plan.parts.items():
        for part in parts:
            sharing.setdefault(part, set()).add(school_class)
    alone: set[UUID] = set()
    sat_in: dict[Sat, set[UUID]] = {}
    for sat, students in plan.students.items():
        if every or sat[0] in forms or any(student not in form_of for student in students) or not students:
            alone.add(sat[0])
        of_students = {form_of[student] for student in students if student in form_of}
        sat_in[sat] = of_students.union({sat[0]}, *(sharing[part] for part in plan.parts[sat]))
    cards: dict[UUID, list[Card]] = {}
    for card in plan.cards.values():
        for row in {row for sat in card.sits for row in sat_in[sat]}:
            cards.setdefault(row, []).append(card)
    names = {**plan.names, **forms}
    return [_Somebody(row, names.get(row, ""), of) for row, of in cards.items() if row in forms or row in alone]


def _forms_of_students(forms: Mapping[UUID, str], version: Version) -> dict[UUID, UUID]:
    day: date = version.effective_from or max(today(), version.year.starts)
    members = ClassMembership.objects.filter(holds_on(day), school_class__in=list(forms))
    return dict(members.values_list("student_id", "school_class_id"))


def _sheet(who: _Somebody, by: str, plan: Plan) -> Sheet:
    grid = plan.grid
    there: dict[tuple[int, int], list[Card]] = {}
    for card in who.cards:
        if card.day is not None and card.period is not None:
            for period in grid.periods(card.day, card.period, card.length) or (card.period,):
                there.setdefault((card.day, period), []).append(card)
    lines = []
    for hour in grid.hours:
        cells = [_slips(there.get((day, hour), ()), who, by, plan) for day in range(1, grid.days + 1)]
        lines.append(Line(*grid.hour_words(hour), cells, grid.is_after_break(hour)))
    return Sheet(who.name, grid.cycle.names, lines)


def _slips(cards: Iterable[Card], who: _Somebody, by: str, plan: Plan) -> list[Slip]:
    return [Slip(card.name, _detail(card, who, by, plan)) for card in cards]


def _detail(card: Card, who: _Somebody, by: str, plan: Plan) -> str:
    """Who else has the lesson, and where."""
    classes = [
        plan.name(group or school_class) for school_class, group in card.sits if (group or school_class) != who.id
    ]
    parts = [
        ", ".join(classes),
        "" if by == TEACHER else ", ".join(plan.name(each) for each in card.teachers),
        "" if by == ROOM else plan.name(card.room),
    ]
    return " · ".join(filter(None, parts))
