"""fet-cl, where it is installed, thinks as our checker does."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from lyceum.solver import rules
from lyceum.solver.checker import check, cost, hard, missing
from lyceum.solver.fet.reader import read
from lyceum.solver.fet.referee import find_fet, judge, run_fet
from lyceum.solver.fet.writer import write
from lyceum.testing.timetabling import PLANTINGS, make_school, plant

pytestmark = pytest.mark.skipif(find_fet() is None, reason="fet-cl is not installed")

SAMPLE = (Path(__file__).parent / "sample.fet").read_bytes()

MAY_BE_SOFT = {
    rules.RoomNotAvailable, rules.MaxHoursDaily, rules.MaxHoursContinuously, rules.MinDaysBetween,
    rules.MaxDaysBetween, rules.MinGapsBetween, rules.NotOverlapping, rules.SameStart, rules.SameDay, rules.SameHour,
    rules.Consecutive, rules.Ordered, rules.OrderedIfSameDay, rules.Grouped, rules.PreferredStarts,
    rules.PreferredSlots, rules.PreferredRooms,
}  # fmt: skip
"""FET takes the others at a weight of 100 alone."""


def test_fet_opens_the_sample_and_agrees_on_its_own_timetable() -> None:
    problem = read(SAMPLE)
    written = write(problem)

    found = run_fet(written.source, problem, numbers=written.numbers, seconds=10, seed=1)

    violations = check(problem, found.timetable)
    assert found.complete
    assert missing(problem, found.timetable) == ()
    assert hard(violations) == []
    assert cost(violations) == pytest.approx(found.cost, abs=0.01)


def test_fet_counts_soft_violations_of_every_kind_as_the_checker_does() -> None:
    """All kinds in one made-up school at once, so that FET runs but a few times."""
    for seed in range(3):
        school = make_school(seed, lessons=20)
        planted = [plant(kind, school, random.Random(seed))[1] for kind in PLANTINGS if kind in MAY_BE_SOFT]
        problem = school.with_rules(*(replace(each, weight=10.0) for each in planted if each))

        found = judge(problem, school.timetable, seconds=10)

        assert found.complete, found.said
        assert found.timetable == school.timetable
        assert cost(check(problem, school.timetable)) == pytest.approx(found.cost, abs=0.011)


def test_fet_accepts_what_holds_and_refuses_what_does_not() -> None:
    school = make_school(2, lessons=20)
    lessons = [each for each in school.problem.activities if "T1" in each.teachers]
    days = len({school.grid.day_of(school.timetable[each.name].start) for each in lessons})
    within = school.with_rules(rules.MaxDays(who=rules.Who("teacher", "T1"), days=days))
    beyond = school.with_rules(rules.MaxDays(who=rules.Who("teacher", "T1"), days=days - 1))

    assert judge(within, school.timetable, seconds=5).complete
    assert not judge(beyond, school.timetable, seconds=1).complete
