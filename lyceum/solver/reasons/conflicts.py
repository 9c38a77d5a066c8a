"""Rules that contradict each other, looked for among few lessons first: what is impossible there is so in the whole."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lyceum.solver.cpsat.demands import SCALE
from lyceum.solver.cpsat.model import Wishes, build_model, solve_model
from lyceum.solver.problem import Problem
from lyceum.solver.reasons.saying import Conflict
from lyceum.solver.reasons.shrinking import shrink
from lyceum.solver.rules import Who
from lyceum.solver.terms.ground import EDGES, ROOMS, Ground, Term, take_apart
from lyceum.solver.terms.people import Person

A_SOLVE = 4.0
"""Seconds, at most, for the question whether some rules alone are impossible."""


@dataclass(frozen=True)
class Part:
    """Some lessons of a problem, and the rules as far as they are about these."""

    problem: Problem
    lessons: tuple[int, ...]
    incomplete: frozenset[Who]
    """People who have other lessons, too."""

    def with_rules(self, at: Iterable[int]) -> Ground:
        small = replace(
            self.problem,
            activities=tuple(self.problem.activities[index] for index in self.lessons),
            rules=tuple(self.problem.rules[index] for index in sorted(at)),
        )
        return take_apart(small, incomplete=self.incomplete)

    def is_impossible(self, at: Sequence[int], seconds: float) -> bool | None:
        ground = self.with_rules(at)
        if not all(ground.starts):
            return True
        answer = solve_model(build_model(ground, Wishes(soft=False)), seconds)
        if answer.starts is not None:
            return False
        return True if answer.is_proven else None

    def musts(self) -> tuple[int, ...]:
        """The rules that must hold and say something about these lessons."""
        rules = self.problem.rules
        hard = [at for at, rule in enumerate(rules) if rule.is_hard]
        ground = self.with_rules(hard)
        about = {hard[term.rule_index] for term in ground.terms}
        about |= {at for at in hard if _is_about_rooms(self.problem, at)}
        return tuple(sorted(about))


def _is_about_rooms(problem: Problem, at: int) -> bool:
    return isinstance(problem.rules[at], ROOMS)


def part_of(ground: Ground, lessons: Iterable[int]) -> Part:
    chosen = frozenset(lessons)
    incomplete = frozenset(
        Who(person.who.kind, name)
        for person in ground.people
        if not chosen.issuperset(person.members)
        for name in person.names
    )
    return Part(ground.problem, tuple(sorted(chosen)), incomplete)


def _together(people: Iterable[Person]) -> frozenset[int]:
    return frozenset(index for person in people for index in person.members)


def parts_of(ground: Ground) -> Iterator[Part]:
    """Lessons that rules tie to each other, each person's, then with those of everybody who shares one; each once."""
    seen: set[frozenset[int]] = set()
    everything = frozenset(range(len(ground.durations)))
    rings = [_together([person]) for person in ground.people]
    wider = [
        _together([other for index in person.members for other in ground.people_of[index]]) for person in ground.people
    ]
    for lessons in [*_tied(ground), *rings, *wider]:
        if lessons and lessons != everything and lessons not in seen:
            seen.add(lessons)
            yield part_of(ground, lessons)


MANY = 80
"""Lessons looked at together."""


def _tied(ground: Ground) -> list[frozenset[int]]:
    """Lessons that rules between lessons hold together, packed as many at a time as are quick to solve."""
    packed: list[set[int]] = [set()]
    left = set(range(len(ground.durations)))
    while left:
        found, new = set[int](), {left.pop()}
        while new:
            found |= new
            near = (
                other for index in new for term in ground.terms_of[index] if _ties(term) for other in term.activities
            )
            new = set(near) - found
        left -= found
        if len(found) < 2:
            continue
        if packed[-1] and len(packed[-1]) + len(found) > MANY:
            packed.append(set())
        packed[-1] |= found
    return [frozenset(each) for each in packed if each]


def _ties(term: Term) -> bool:
    return (
        term.rule.is_hard
        and term.person is None
        and 1 < len(term.activities) <= MANY
        and not isinstance(term.rule, EDGES)
    )


def find_conflict(ground: Ground, until: float) -> tuple[Part, Conflict] | None:
    """The rules of a contradiction that shows in some of the lessons; None where none shows in time."""
    everything = part_of(ground, range(len(ground.durations)))
    for part in parts_of(ground):
        left = until - time.monotonic()
        if left <= 0:
            return None
        if part.is_impossible(part.musts(), min(1.0, left / 4)):
            return part, _shrunk(part, until)
    left = until - time.monotonic()
    if left > 0 and everything.is_impossible(everything.musts(), left * 0.6):
        return everything, _shrunk(everything, until)
    return None


def _shrunk(part: Part, until: float) -> Conflict:
    def is_impossible(at: Sequence[int]) -> bool | None:
        left = until - time.monotonic()
        return part.is_impossible(at, min(A_SOLVE, left)) if left > 0 else None

    rules, is_minimal = shrink(part.musts(), is_impossible)
    problem = part.problem
    ground = part.with_rules(rules)
    touched = {problem.activities[part.lessons[index]].name for term in ground.terms for index in term.activities}
    names = [problem.activities[index].name for index in part.lessons]
    return Conflict(
        rules,
        tuple(dict.fromkeys(problem.rules[at].ref for at in rules)),
        tuple(name for name in names if name in touched) if rules else tuple(names),
        is_minimal,
    )


def units_needed(part: Part, conflict: Conflict, at: int, seconds: float) -> int | None:
    """How far the rule has to give way, while the others of the conflict hold; None where that did not show."""
    weight = 50.0
    softer = tuple(
        replace(rule, weight=weight) if index == at else rule for index, rule in enumerate(part.problem.rules)
    )
    ground = replace(part, problem=replace(part.problem, rules=softer)).with_rules(conflict.rules)
    if not all(ground.starts):
        return None
    answer = solve_model(build_model(ground), seconds)
    return round(answer.cost * SCALE / (weight / 100 * SCALE)) if answer.starts is not None else None
