"""Two versions beside each other, and what a version's broken preferences cost."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.domains.timetable.burdens import Burden, list_burdens
from lyceum.domains.timetable.naming import Naming
from lyceum.domains.timetable.planning import Card, Plan, read_plan
from lyceum.domains.timetable.planning.problem import build_problem
from lyceum.domains.timetable.plans import get_version
from lyceum.solver.checker import check
from lyceum.solver.solution import Violation

Person = tuple[str, UUID]
"""Sort and id of whom a lesson concerns."""


def compare_versions(version_id: UUID, other_id: UUID, *, actor: Actor) -> list[dict[str, Any]]:
    """For each teacher, class and room: the lessons that are elsewhere, or there in one version alone."""
    one, other = read_plan(get_version(version_id, actor=actor)), read_plan(get_version(other_id, actor=actor))
    names = {**other.names, **one.names}
    mine, theirs = _by_person(one), _by_person(other)
    found = []
    for person in sorted(mine.keys() | theirs.keys(), key=lambda each: (each[0], names.get(each[1], ""))):
        lessons = _differences(mine.get(person, []), theirs.get(person, []), one, other)
        if lessons:
            sort, row = person
            found.append({"sort": sort, "id": row, "name": names.get(row, ""), "lessons": lessons})
    return found


def _by_person(plan: Plan) -> dict[Person, list[Card]]:
    found: dict[Person, list[Card]] = {}
    for card in plan.cards.values():
        concerned: list[Person] = [("teacher", each) for each in card.teachers]
        concerned += [("class", sat[1] or sat[0]) for sat in card.sits]
        concerned += [("room", card.room)] if card.room else []
        for person in concerned:
            found.setdefault(person, []).append(card)
    return found


def _differences(mine: Iterable[Card], theirs: Iterable[Card], one: Plan, other: Plan) -> list[dict[str, Any]]:
    """Lessons of one requirement are alike: only the places that one version has and the other has not count."""
    here, there = _places(mine, one), _places(theirs, other)
    found = []
    for what in sorted(here.keys() | there.keys()):
        now, before = list(here.get(what, [])), list(there.get(what, []))
        for place in list(now):
            if place in before:
                now.remove(place)
                before.remove(place)
        for number in range(max(len(now), len(before))):
            found.append(
                {
                    "name": what[1],
                    "now": now[number] if number < len(now) else None,
                    "before": before[number] if number < len(before) else None,
                }
            )
    return found


def _places(cards: Iterable[Card], plan: Plan) -> dict[tuple[str, str], list[str | None]]:
    found: dict[tuple[str, str], list[str | None]] = {}
    for card in cards:
        at = plan.grid.words(card.day, card.period) if card.day and card.period is not None else None
        where = f"{at}, {plan.name(card.room)}" if at and card.room else at
        found.setdefault((str(card.requirement), plan.card_words(card)), []).append(where)
    return found


def score_version(version_id: UUID, *, actor: Actor) -> dict[str, Any]:
    """What a version's broken preferences cost, by rule and by person; what must hold and does not comes first."""
    plan = read_plan(get_version(version_id, actor=actor))
    built = build_problem(plan)
    naming = Naming(plan, built)
    violations = check(built.problem, built.before)
    parts = _parts(violations, naming)
    soft = [part for part in parts if not part["must"]]
    return {
        "cost": round(sum(part["cost"] for part in soft), 4),
        "broken": len(parts) - len(soft),
        "parts": parts,
        "people": [_person(each, naming) for each in list_burdens(plan, built, violations)],
    }


def _person(burden: Burden, naming: Naming) -> dict[str, Any]:
    """What it costs one teacher or class, with their week."""
    return {
        "sort": burden.sort,
        "id": burden.id,
        "name": burden.name,
        "words": burden.load.words,
        "cost": round(burden.cost, 4),
        "broken": burden.broken,
        "parts": _parts(burden.violations, naming),
    } | asdict(burden.load)


def _parts(violations: Iterable[Violation], naming: Naming) -> list[dict[str, Any]]:
    """Broken rules, what must hold first, then by what they cost."""
    by_rule: dict[str, list[Violation]] = {}
    for each in violations:
        by_rule.setdefault(each.ref or each.kind, []).append(each)
    parts = [_part(ref, found, naming) for ref, found in by_rule.items()]
    return sorted(parts, key=lambda part: (not part["must"], -part["cost"]))


def _part(ref: str, violations: list[Violation], naming: Naming) -> dict[str, Any]:
    named = {naming.lesson(name): naming.lesson_words(name) for each in violations for name in each.activities}
    lessons = [each for each in named if each]
    return {
        "rule": ref,
        "words": naming.rule_words(ref, violations[0].kind),
        "cost": sum(each.cost for each in violations),
        "units": sum(each.units for each in violations),
        "must": any(each.weight >= 100 for each in violations),
        "lessons": sorted(lessons, key=str),
        "named": [(each, named[each]) for each in sorted(lessons, key=str)],
        "who": sorted({naming.who(each.who) for each in violations} - {""}),
    }
