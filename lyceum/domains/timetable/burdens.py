"""What a version costs each teacher and each class: their week, and the broken rules that concern them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from lyceum.domains.academics.models import Class
from lyceum.domains.academics.queries import find_forms
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.loads import Load, load_of
from lyceum.domains.timetable.planning import Card, Plan
from lyceum.domains.timetable.planning.problem import Built
from lyceum.solver.solution import Violation

TEACHER, CLASS = "teacher", "class"


@dataclass(frozen=True)
class Burden:
    """Somebody's week, and the broken rules that concern them."""

    sort: str
    id: UUID
    name: str
    load: Load
    violations: Sequence[Violation]

    @property
    def cost(self) -> float:
        """Of the preferences; what concerns several counts for each of them."""
        return sum(each.cost for each in self.violations if each.weight < 100)

    @property
    def broken(self) -> int:
        """Rules that must hold and do not."""
        return len({each.ref or each.kind for each in self.violations if each.weight >= 100})


def list_burdens(plan: Plan, built: Built, violations: Iterable[Violation]) -> list[Burden]:
    """Teachers and classes, of each sort whom it costs most first. At most two statements."""
    people = _People(plan, built)
    concerned: dict[tuple[str, UUID], list[Violation]] = {}
    for each in violations:
        for person in people.concerned_by(each):
            concerned.setdefault(person, []).append(each)
    found = [
        Burden(sort, row, name, load, concerned.get((sort, row), ()))
        for sort, row, name, load in (*people.teachers(), *people.classes())
    ]
    return sorted(found, key=lambda each: (each.sort, -each.broken, -each.cost, -each.load.gaps, each.name.casefold()))


def load_of_class(school_class: UUID, plan: Plan) -> Load:
    """The week of a class that has lessons."""
    parts = {part for sat in plan.students if sat[0] == school_class for part in plan.parts[sat]}
    return _hardest(parts, _cards_by_part(plan), plan)


def _cards_by_part(plan: Plan) -> dict[str, list[Card]]:
    """The lessons of each smallest set of students."""
    found: dict[str, list[Card]] = {}
    for card in plan.cards.values():
        for part in {part for sat in card.sits for part in plan.parts[sat]}:
            found.setdefault(part, []).append(card)
    return found


def _hardest(parts: Iterable[str], cards: Mapping[str, Sequence[Card]], plan: Plan) -> Load:
    """The week of those of a class who have most gaps, then most periods: groups have weeks of their own."""
    loads = [load_of(cards.get(part, ()), plan) for part in parts]
    return max(loads, key=lambda load: (load.gaps, load.periods, load.longest), default=load_of((), plan))


class _People:
    """Who is who among the engine's names. Students go by their form; where they are in none, by the class taught."""

    def __init__(self, plan: Plan, built: Built) -> None:
        self.plan = plan
        self.built = built

    def concerned_by(self, violation: Violation) -> set[tuple[str, UUID]]:
        """Whom a broken rule concerns: the one whom it is about, else everybody in its lessons."""
        who = violation.who
        if who in self._teacher_of:
            return {(TEACHER, self._teacher_of[who])}
        if who in self.plan.atoms:
            return {(CLASS, row) for row in self._classes_of.get(who, ())}
        cards = [self.plan.cards[lesson] for name in violation.activities if (lesson := self.built.lessons.get(name))]
        parts = {part for card in cards for sat in card.sits for part in self.plan.parts[sat]}
        teachers = {(TEACHER, each) for card in cards for each in card.teachers}
        return teachers | {(CLASS, row) for part in parts for row in self._classes_of.get(part, ())}

    def teachers(self) -> list[tuple[str, UUID, str, Load]]:
        """Each with their week."""
        cards: dict[UUID, list[Card]] = {}
        for card in self.plan.cards.values():
            for teacher in card.teachers:
                cards.setdefault(teacher, []).append(card)
        return [(TEACHER, row, self.plan.name(row), load_of(mine, self.plan)) for row, mine in cards.items()]

    def classes(self) -> list[tuple[str, UUID, str, Load]]:
        """Each with the hardest week of its students."""
        cards = _cards_by_part(self.plan)
        unnamed = self._parts_of.keys() - self.plan.names.keys()
        names = {row.pk: str(row) for row in Class.objects.filter(pk__in=unnamed)}
        return [
            (CLASS, row, names.get(row) or self.plan.name(row), _hardest(parts, cards, self.plan))
            for row, parts in self._parts_of.items()
        ]

    @cached_property
    def _teacher_of(self) -> Mapping[str, UUID]:
        if self.plan.imported:
            return self.plan.imported.ids("teachers")
        return {str(each): each for card in self.plan.cards.values() for each in card.teachers}

    @cached_property
    def _classes_of(self) -> Mapping[str, list[UUID]]:
        found: dict[str, list[UUID]] = {}
        for row, parts in self._parts_of.items():
            for part in parts:
                found.setdefault(part, []).append(row)
        return found

    @cached_property
    def _parts_of(self) -> Mapping[UUID, set[str]]:
        """The smallest sets of students of each class."""
        found: dict[UUID, set[str]] = {}
        part_of = {of: part for part, (of, _count) in self.plan.atoms.items()}
        seats: dict[UUID, set[tuple[UUID, UUID | None]]] = {}
        for sat, students in self.plan.students.items():
            for student in students:
                seats.setdefault(student, set()).add(sat)
        version = self.plan.version
        day = version.effective_from or max(today(), version.year.starts)
        for student, form in find_forms(list(seats), day=day).items():
            part = part_of.get(frozenset(seats[student]))
            if part:
                found.setdefault(form, set()).add(part)
        by_form = set().union(*found.values())
        for sat in self.plan.students:
            parts = set(self.plan.parts[sat])
            if parts - by_form:
                found.setdefault(sat[0], set()).update(parts)
        return found
