"""Who goes to which lessons: teachers, and the smallest groups of students whom no lesson separates."""

from collections.abc import Mapping
from dataclasses import dataclass

from lyceum.solver.problem import Problem
from lyceum.solver.rules import NotAvailable, Who


@dataclass(frozen=True, eq=False)
class Person:
    """A teacher, or students who share every lesson and every rule."""

    who: Who
    members: tuple[int, ...]
    """Their lessons."""
    closed: frozenset[int]
    """Slots in which they can never be: breaks, and hours not available."""
    names: tuple[str, ...]
    """The teacher, or the smallest student sets."""

    @property
    def copies(self) -> int:
        """A violation counts once for each."""
        return len(self.names)


def atoms_of(problem: Problem) -> Mapping[str, frozenset[str]]:
    """The parts without parts of each student set, itself where it has none."""
    sets = problem.student_set
    found: dict[str, frozenset[str]] = {}

    def look(name: str) -> frozenset[str]:
        if name not in found:
            found[name] = frozenset()  # Who is part of themselves, through others, adds nobody.
            parts = sets[name].parts if name in sets else ()
            found[name] = frozenset[str]().union(*(look(part) for part in parts)) if parts else frozenset({name})
        return found[name]

    for name in [*sets, *(name for each in problem.activities for name in each.students)]:
        look(name)
    return found


def break_slots(problem: Problem) -> frozenset[int]:
    """Slots in which nobody has lessons."""
    breaks = (rule.slots for rule in problem.rules if isinstance(rule, NotAvailable) and not rule.who and rule.is_hard)
    return frozenset[int]().union(*breaks)


def _closed(problem: Problem) -> tuple[frozenset[int], dict[Who, frozenset[int]]]:
    closed: dict[Who, frozenset[int]] = {}
    for rule in problem.rules:
        if isinstance(rule, NotAvailable) and rule.who and rule.is_hard:
            closed[rule.who] = closed.get(rule.who, frozenset()) | rule.slots
    return break_slots(problem), closed


def teachers_of(problem: Problem) -> dict[str, Person]:
    """Every teacher with lessons, by name."""
    breaks, closed = _closed(problem)
    everybody = closed.get(Who("teacher"), frozenset())
    members: dict[str, list[int]] = {}
    for index, activity in enumerate(problem.activities):
        for name in dict.fromkeys(activity.teachers):
            members.setdefault(name, []).append(index)
    return {
        name: Person(
            Who("teacher", name),
            tuple(lessons),
            breaks | everybody | closed.get(Who("teacher", name), frozenset()),
            (name,),
        )
        for name, lessons in members.items()
    }


def student_groups_of(problem: Problem) -> tuple[tuple[Person, ...], Mapping[str, tuple[Person, ...]]]:
    """The merged groups, and which of them each student set consists of."""
    atoms = atoms_of(problem)
    breaks, closed = _closed(problem)
    members: dict[str, list[int]] = {}
    for index, activity in enumerate(problem.activities):
        for atom in sorted({atom for name in activity.students for atom in atoms[name]}):
            members.setdefault(atom, []).append(index)
    about = (getattr(rule, "who", None) for rule in problem.rules)
    named = {who.name for who in about if isinstance(who, Who) and who.kind == "students" and who.name in atoms}
    marks: dict[str, set[str]] = {}
    for name in sorted(filter(None, named)):
        for atom in atoms[name]:
            marks.setdefault(atom, set()).add(name)
    merged: dict[tuple[tuple[int, ...], frozenset[str]], list[str]] = {}
    for atom in sorted(members):
        merged.setdefault((tuple(members[atom]), frozenset(marks.get(atom, ()))), []).append(atom)
    groups: dict[str, Person] = {}
    for (lessons, sets), names in merged.items():
        shut = breaks.union(
            closed.get(Who("students"), frozenset()),
            *(closed.get(Who("students", name), frozenset()) for name in sets),
        )
        person = Person(Who("students", names[0]), lessons, shut, tuple(names))
        groups.update(dict.fromkeys(names, person))
    return (
        tuple(dict.fromkeys(groups.values())),
        {
            name: tuple(dict.fromkeys(groups[atom] for atom in sorted(parts) if atom in groups))
            for name, parts in atoms.items()
        },
    )
