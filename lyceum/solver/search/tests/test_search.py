"""The search counts step by step what the checker counts from the rules: they must agree on every timetable."""

import random
from dataclasses import replace

import pytest

from lyceum.solver.checker import check
from lyceum.solver.checker.check import cost, hard
from lyceum.solver.encoding import encode
from lyceum.solver.encoding.encode import is_unsupported
from lyceum.solver.rules import EndsStudentsDay, StartsStudentsDay
from lyceum.solver.search.worker import Search, Settings
from lyceum.testing.timetabling import PLANTINGS, make_school, plant

# As wishes these cost once for each lesson; the search counts each other lesson that is in its way.
COUNTED_OTHERWISE = (EndsStudentsDay, StartsStudentsDay)


def made_up(seed, *, soft=0.6):
    """A problem whose school has a timetable for all that must hold, with wishes beside it."""
    chance = random.Random(seed)
    school = make_school(seed)
    rules = []
    for kind in PLANTINGS:
        held, broken = plant(kind, school, chance)
        if chance.random() < soft and broken is not None and kind not in COUNTED_OTHERWISE:
            rules.append(replace(broken, weight=chance.choice((20.0, 50.0, 95.0))))
        elif held is not None and chance.random() < 0.4:
            rules.append(held)
    rules = [rule for rule in rules if not is_unsupported(rule)]
    return school.with_rules(*rules)


def agree(problem, search):
    violations = check(problem, search.timetable())
    return search.cost, pytest.approx(cost(violations), abs=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_the_cost_is_the_checkers_and_nothing_that_must_hold_is_broken(seed):
    problem = made_up(seed)
    search = Search(encode(problem))

    search.begin(seed)
    complete = search.place(400, Settings(tries=200))
    mine, checked = agree(problem, search)
    assert mine == checked
    if complete and not search.contradicting and not search.encoded.impossible:
        assert hard(check(problem, search.timetable())) == []
        search.improve(300, heat=1.0)
        mine, checked = agree(problem, search)
        assert mine == checked
        assert hard(check(problem, search.timetable())) == []


@pytest.mark.parametrize("kind", PLANTINGS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_each_kind_costs_what_the_checker_says_in_a_timetable_that_breaks_it(kind, seed):
    school = make_school(seed)
    _, broken = plant(kind, school, random.Random(seed))
    if broken is None or is_unsupported(broken) or kind in COUNTED_OTHERWISE:
        pytest.skip("nothing to break here, or nothing the search knows")
    problem = school.with_rules(replace(broken, weight=50.0))
    search = Search(encode(problem))

    search.load(school.timetable)

    mine, checked = agree(problem, search)
    assert mine == checked


def test_a_seed_gives_the_same_timetable_again():
    problem = made_up(3)

    found = []
    for _ in range(2):
        search = Search(encode(problem))
        search.begin(7)
        search.place(100, Settings())
        search.improve(200)
        found.append(search.timetable())

    assert found[0] == found[1]


@pytest.mark.parametrize("seed", range(6))
def test_a_search_begins_from_a_whole_timetable_as_it_is_with_its_rooms_and_its_cost(seed):
    problem = made_up(seed)
    first = Search(encode(problem))
    first.begin(seed)
    if not first.place(400, Settings(tries=200)):
        pytest.skip("nothing complete to begin from")
    first.improve(300)
    other = Search(encode(problem))

    other.begin_from(seed + 1, first.timetable())

    assert other.place(1, Settings())
    assert (other.timetable(), other.cost) == (first.timetable(), first.cost)


def test_of_a_part_that_is_begun_from_everything_stays_and_the_rest_finds_its_place():
    problem = replace(made_up(3), locks={})
    first = Search(encode(problem))
    first.begin(1)
    assert first.place(400, Settings(tries=200))
    some = {name: place for number, (name, place) in enumerate(first.timetable().items()) if number % 3}
    second = Search(encode(problem))

    second.begin_from(2, some)

    second.place(0, Settings())
    assert second.timetable().items() >= some.items()
