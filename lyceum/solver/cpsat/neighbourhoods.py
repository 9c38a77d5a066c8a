"""Better timetables from complete ones: some lessons are freed, the best places for them are found, again and again."""

import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from lyceum.solver.cpsat.model import Wishes, build_model, hint, solve_model
from lyceum.solver.cpsat.rooms import assign_rooms
from lyceum.solver.rules import SameStart
from lyceum.solver.solution import Placement, Timetable
from lyceum.solver.terms.counting import cost, units
from lyceum.solver.terms.ground import NOWHERE, Ground, Starts

SMALL, LARGE = 35, 90
"""So many lessons are freed at once."""

A_STEP = 1.5
"""Seconds at most."""

Better = Callable[[Timetable, float], None]


@dataclass(frozen=True)
class Improved:
    timetable: Timetable
    cost: float
    steps: int


def starts_of(ground: Ground, timetable: Timetable) -> Starts:
    return [timetable[each.name].start if each.name in timetable else NOWHERE for each in ground.problem.activities]


def improve(
    ground: Ground,
    timetable: Timetable,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 1,
    scope: Collection[str] | None = None,
    goes_on: Callable[[], bool] | None = None,
    on_better: Better | None = None,
    steps: int | None = None,
) -> Improved:
    """A timetable that costs no more. `scope`: only these lessons move. `steps`: that many, for repeatable answers.

    What must hold in the timetable given must hold in the answer; lessons without a place stay without.
    """
    chance = random.Random(seed)  # noqa: S311 – which lessons are freed is no secret
    until = time.monotonic() + seconds
    movable = _movable(ground, timetable, scope)
    starts, best = starts_of(ground, timetable), timetable
    dear = total_cost(ground, starts)
    done = 0
    while movable:
        freed = _neighbourhood(ground, chance, movable, starts)
        done += 1
        left = until - time.monotonic()
        if left <= 0.05 or dear <= 0 or (steps is not None and done > steps) or (goes_on and not goes_on()):
            break
        step = min(A_STEP, left)
        found = _step(ground, starts, freed, step, seed=chance.randrange(1 << 30), workers=workers) if freed else None
        price = total_cost(ground, found) if found else dear + 1
        if found is None or price > dear + 1e-9:
            continue
        is_better = price < dear - 1e-9
        starts, dear = found, price
        if is_better:
            best = _with_rooms(ground, starts, best)
            if on_better:
                on_better(best, dear)
    return Improved(best, dear, done)


def total_cost(ground: Ground, starts: Starts) -> float:
    return cost(ground, starts)


def _movable(ground: Ground, timetable: Timetable, scope: Collection[str] | None) -> frozenset[int]:
    names = set(timetable) if scope is None else set(scope) & set(timetable)
    return frozenset(ground.index[name] for name in names if name in ground.index) - frozenset(ground.locked)


def _step(
    ground: Ground, starts: Starts, freed: frozenset[int], seconds: float, *, seed: int, workers: int
) -> Starts | None:
    model = build_model(ground, Wishes(), current=starts, free=freed)
    hint(model, starts)
    answer = solve_model(model, seconds, seed=seed, workers=workers)
    return answer.starts


def _with_rooms(ground: Ground, starts: Starts, before: Timetable) -> Timetable:
    names = [each.name for each in ground.problem.activities]
    rooms = {index: room for index, name in enumerate(names) if name in before and (room := before[name].room)}
    found = assign_rooms(ground, starts, seconds=2.0)
    if found.without:
        found = assign_rooms(ground, starts, before=rooms, seconds=5.0)
    return {
        name: Placement(starts[index], found.rooms.get(index))
        for index, name in enumerate(names)
        if starts[index] != NOWHERE
    }


# ── Which lessons are freed ───────────────────────────────────────────────────────────────────────────────────


def _neighbourhood(ground: Ground, chance: random.Random, movable: frozenset[int], starts: Starts) -> frozenset[int]:
    """What costs most often, else some classes, a teacher with classes, two days."""
    kinds = (_costly, _costly, _classes, _teacher, _two_days)
    lessons = [index for index in chance.choice(kinds)(ground, chance, starts) if index in movable]
    size = chance.randint(SMALL, LARGE)
    if len(lessons) > size:
        lessons = chance.sample(sorted(lessons), size)
    return frozenset(_with_blocks(ground, lessons) & movable)


def _with_blocks(ground: Ground, lessons: Collection[int]) -> set[int]:
    """With the lessons that start together with them, whatever happens: one alone could not move."""
    found = set(lessons)
    for index in lessons:
        for term in ground.terms_of[index]:
            if term.rule.is_hard and isinstance(term.rule, SameStart):
                found |= set(term.activities)
    return found


def _classes(ground: Ground, chance: random.Random, _: Starts) -> list[int]:
    groups = chance.sample(ground.groups, min(len(ground.groups), chance.randint(1, 3)))
    return list(dict.fromkeys(index for group in groups for index in group.members))


def _teacher(ground: Ground, chance: random.Random, starts: Starts) -> list[int]:
    if not ground.teachers:
        return _classes(ground, chance, starts)
    person = chance.choice(list(ground.teachers.values()))
    return _around(ground, chance, person.members)


def _around(ground: Ground, chance: random.Random, lessons: Collection[int]) -> list[int]:
    """With the lessons of some of those who come."""
    people = list(dict.fromkeys(person for index in lessons for person in ground.people_of[index]))
    chance.shuffle(people)
    found = list(lessons)
    for person in people:
        if len(set(found)) > LARGE:
            break
        found += person.members
    return list(dict.fromkeys(found))


def _two_days(ground: Ground, chance: random.Random, starts: Starts) -> list[int]:
    days = set(chance.sample(range(ground.days), min(2, ground.days)))
    return [index for index, start in enumerate(starts) if start != NOWHERE and start // ground.hours in days]


def _costly(ground: Ground, chance: random.Random, starts: Starts) -> list[int]:
    dear = [term for term in ground.terms if not term.rule.is_hard and units(ground, term, starts)]
    if not dear:
        return _classes(ground, chance, starts)
    return _around(ground, chance, chance.choice(dear).activities)
