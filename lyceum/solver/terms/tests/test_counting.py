"""Violations counted from terms are those that the checker finds."""

import random
from dataclasses import replace

import pytest

from lyceum.solver import rules
from lyceum.solver.checker import check, hard
from lyceum.solver.checker import cost as checked_cost
from lyceum.solver.solution import Placement
from lyceum.solver.terms.counting import broken, cost
from lyceum.solver.terms.ground import ROOMS, take_apart
from lyceum.testing.timetabling import PLANTINGS, School, make_school, plant

KINDS = [kind for kind in PLANTINGS if not issubclass(kind, ROOMS)]


def shuffled(school: School, chance: random.Random) -> dict[str, Placement]:
    """Some lessons somewhere else, without a care for clashes of their own making."""
    timetable = {name: replace(place, room=None) for name, place in school.timetable.items()}
    hours = len(school.grid.hours)
    for each in chance.sample(school.problem.activities, 6):
        day, hour = chance.randrange(len(school.grid.days)), chance.randrange(hours - each.duration + 1)
        timetable[each.name] = Placement(school.grid.slot(day, hour))
    return timetable


def has_clash(school: School, timetable: dict[str, Placement]) -> bool:
    return bool(check(school.problem, timetable))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_terms_cost_what_the_checker_says(kind: type[rules.Rule], seed: int) -> None:
    school, chance = make_school(seed), random.Random(seed)
    found = [replace(each, weight=60) for each in plant(kind, school, chance) if each]
    problem = school.with_rules(*found)
    ground = take_apart(problem)
    tables = [school.timetable, *(shuffled(school, chance) for _ in range(12))]

    for timetable in tables:
        if timetable is not school.timetable and has_clash(school, timetable):
            continue
        starts = [timetable[each.name].start for each in problem.activities]

        assert cost(ground, starts) == pytest.approx(checked_cost(check(problem, timetable)))
        assert bool(hard(check(problem, timetable))) == bool(broken(ground, starts))
