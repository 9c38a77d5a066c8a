"""Who and what would be in two places at once, or outside the teaching periods, in a version."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.domains.people.models import Student
from lyceum.domains.timetable.planning.plan import Card, Plan


@dataclass(frozen=True)
class Clash:
    """Two lessons that need the same at the same time; or one (`other` None) that is where no lessons are."""

    kind: str
    """teacher, room, students or period."""
    lesson: UUID
    other: UUID | None
    day: int
    period: int
    resource: UUID | str = ""


def list_clashes(plan: Plan) -> list[Clash]:
    """Every clash of a version, each pair once for what it shares."""
    taken: dict[tuple[int, int], dict[tuple[str, UUID | str], list[Card]]] = defaultdict(lambda: defaultdict(list))
    found: list[Clash] = []
    for card in plan.cards.values():
        if card.day is None or card.period is None:
            continue
        periods = plan.grid.periods(card.day, card.period, card.length)
        if len(periods) < card.length:
            found.append(Clash("period", card.id, None, card.day, card.period))
        for period in periods:
            for needed in resources_of(card, plan):
                taken[card.day, period][needed].append(card)
    seen: set[tuple[str, UUID, UUID]] = set()
    for (day, period), resources in sorted(taken.items()):
        for (kind, resource), cards in resources.items():
            for place, card in enumerate(cards):
                for other in cards[place + 1 :]:
                    if (kind, card.id, other.id) not in seen:
                        seen.add((kind, card.id, other.id))
                        found.append(Clash(kind, card.id, other.id, day, period, resource))
    return found


def resources_of(card: Card, plan: Plan) -> list[tuple[str, UUID | str]]:
    """What a lesson needs for itself: its teachers, its room, its students."""
    parts = {part for sat in card.sits for part in plan.parts.get(sat, ())}
    found: list[tuple[str, UUID | str]] = [("teacher", each) for each in card.teachers]
    found += [("students", part) for part in sorted(parts)]
    return [*found, ("room", card.room)] if card.room else found


_WORDS = {
    "teacher": gettext_noop("%(name)s takes %(lesson)s and %(other)s on %(at)s."),
    "room": gettext_noop("%(name)s holds %(lesson)s and %(other)s on %(at)s."),
    "students": gettext_noop("%(name)s would be in %(lesson)s and %(other)s on %(at)s."),
    "period": gettext_noop("%(lesson)s on %(at)s is not within the teaching periods of that day."),
}


def clash_words(clash: Clash, plan: Plan, students: Mapping[str, str]) -> str:
    """A clash in words."""
    other = plan.card_words(plan.cards[clash.other]) if clash.other else ""
    name = students.get(str(clash.resource), "") if clash.kind == "students" else plan.name(_row(clash.resource))
    return _(_WORDS[clash.kind]) % {
        "name": name,
        "lesson": plan.card_words(plan.cards[clash.lesson]),
        "other": other,
        "at": plan.grid.words(clash.day, clash.period),
    }


def _row(resource: UUID | str) -> UUID | None:
    return resource if isinstance(resource, UUID) else None


def name_students(clashes: Iterable[Clash], plan: Plan) -> dict[str, str]:
    """Of each set of students that clashes: a name or two, or its class where nobody is in it. One statement."""
    wanted = {str(clash.resource) for clash in clashes if clash.kind == "students"}
    samples: dict[str, list[UUID]] = {}
    for part in wanted:
        of, _count = plan.atoms[part]
        shared = frozenset.intersection(*(plan.students[sat] for sat in of))
        alone = [
            s
            for s in sorted(shared, key=str)
            if all(s not in plan.students[sat] for sat in plan.students if sat not in of)
        ]
        samples[part] = alone[:2]
    rows = Student.objects.filter(pk__in={s for each in samples.values() for s in each}).select_related("person")
    names = {row.pk: str(row) for row in rows}
    found: dict[str, str] = {}
    for part, students in samples.items():
        of, count = plan.atoms[part]
        if not students:
            school_class, group = next(iter(sorted(of, key=str)))
            found[part] = plan.name(group or school_class)
            continue
        said = ", ".join(names[s] for s in students if s in names)
        more = count - len(students)
        found[part] = _("%(names)s and %(count)s more") % {"names": said, "count": more} if more > 0 else said
    return found


def clash_values(clashes: Iterable[Clash], plan: Plan) -> list[dict[str, Any]]:
    """Clashes as a refusal or an answer shows them."""
    known = list(clashes)
    students = name_students(known, plan)
    return [
        {
            "kind": clash.kind,
            "lesson": str(clash.lesson),
            "other": str(clash.other) if clash.other else None,
            "day": clash.day,
            "period": clash.period,
            "words": clash_words(clash, plan, students),
        }
        for clash in known
    ]
