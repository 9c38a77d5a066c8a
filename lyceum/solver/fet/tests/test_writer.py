"""A problem goes out as a FET file, and comes back the same."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from lyceum.solver import rules
from lyceum.solver.fet.placed import placed_in
from lyceum.solver.fet.reader import read
from lyceum.solver.fet.writer import write
from lyceum.solver.problem import Activity, Grid, Lock, Problem, Room, StudentSet, Teacher
from lyceum.solver.rules import Rule, Who
from lyceum.solver.solution import Placement
from lyceum.testing.timetabling import PLANTINGS, make_school, plant

SAMPLE = (Path(__file__).parent / "sample.fet").read_bytes()

NOT_IN_FET = {rules.FreeHourWithin, rules.NeedsFeatures}


def test_file_comes_back_as_it_was() -> None:
    problem = read(SAMPLE)

    assert read(write(problem).source) == problem


def test_lessons_placed_are_locks_of_the_file() -> None:
    problem = read(SAMPLE)
    timetable = {"1": Placement(2, "R1"), "4": Placement(3), "7": Placement(24, "R2")}

    unlocked = read(write(problem, timetable).source)
    locked = read(write(problem, timetable, locked=True).source)

    assert unlocked.locks == {"1": Lock(2, "R1"), "4": Lock(3), "7": Lock(24, "R2")}
    assert unlocked.rules == problem.rules
    assert locked.locks == {}
    assert len(locked.rules) == len(problem.rules) + 5


@pytest.mark.parametrize("locked", [True, False])
def test_timetable_that_a_file_carries_is_found_in_it(locked: bool) -> None:
    school = make_school(5)

    back = read(write(school.problem, school.timetable, locked=locked).source)

    assert placed_in(back) == school.timetable


def test_lesson_not_active_goes_out_with_its_constraint() -> None:
    root = fromstring(write(read(SAMPLE)).source)

    (spread,) = root.iter("ConstraintMinDaysBetweenActivities")
    assert [each.text for each in spread.iter("Activity_Id")] == ["1", "2", "3"]
    assert [each.findtext("Active") for each in root.iter("Activity") if each.findtext("Id") == "3"] == ["false"]


def test_rule_that_changed_goes_out_as_it_is_now() -> None:
    problem = read(SAMPLE)
    changed = tuple(replace(each, days=1) if isinstance(each, rules.MinDaysBetween) else each for each in problem.rules)

    back = read(write(replace(problem, rules=changed)).source)

    assert back.rules == changed


EACH_ALONE = (
    rules.PreferredStarts, rules.PreferredSlots, rules.PreferredRooms, rules.EndsStudentsDay, rules.StartsStudentsDay,
)  # fmt: skip
"""These count each lesson by itself: where FET has no filter for the lessons of a rule, each gets a constraint."""


def spread_out(found: tuple[Rule, ...]) -> Counter[Rule]:
    spread: Counter[Rule] = Counter()
    for rule in found:
        if isinstance(rule, EACH_ALONE):
            spread.update(replace(rule, ref="", activities=(name,)) for name in rule.activities)
        else:
            spread[replace(rule, ref="")] += 1
    return spread


@pytest.mark.parametrize("kind", [each for each in PLANTINGS if each not in NOT_IN_FET], ids=lambda kind: kind.__name__)
def test_rule_of_every_kind_comes_back(kind: type[Rule]) -> None:
    for seed in range(4):
        school = make_school(seed)
        found = tuple(each for each in plant(kind, school, random.Random(seed)) if each is not None)

        written = write(school.with_rules(*found))

        back = read(written.source)
        assert written.left_out == ()
        assert back.unknown == ()
        assert spread_out(back.rules) == spread_out(found)


def test_rule_that_fet_has_no_words_for_is_left_out_and_told() -> None:
    school = make_school(1)
    lunch = rules.FreeHourWithin(who=Who("teacher"), first=2, last=3)
    part = rules.MaxHoursDaily(who=Who("teacher"), hours=3, half_day=True)

    written = write(school.with_rules(lunch, part))

    assert written.left_out == (lunch, part)
    assert read(written.source).rules == ()


def test_names_of_any_kind_become_numbers_and_a_tangle_of_groups_one_year() -> None:
    problem = Problem(
        name="Not from a file",
        grid=Grid(("A", "B"), ("1", "2")),
        activities=(
            Activity("maths-7", 1, ("Ann",), ("7",), series="maths of 7"),
            Activity("maths-7b", 1, ("Ann",), ("7",), series="maths of 7"),
            Activity("chess", 2, ("Ann",), ("club",)),
        ),
        teachers=(Teacher("Ann"),),
        students=(
            StudentSet("7", 2, ("Kim", "Lee")),
            StudentSet("8", 1, ("Max",)),
            StudentSet("club", 2, ("7 half", "Max")),
            StudentSet("7 half", 1, ("Lee",)),
            StudentSet("Kim", 1),
            StudentSet("Lee", 1),
            StudentSet("Max", 1),
        ),
        rooms=(Room("Lab", None, features=frozenset({"gas"})),),
        rules=(rules.NeedsFeatures(activities=("chess",), features=frozenset({"gas"}), ref="needs gas"),),
    )

    written = write(problem)

    back = read(written.source)
    assert written.numbers == {"maths-7": 1, "maths-7b": 2, "chess": 3}
    assert [(each.name, each.series) for each in back.activities] == [("1", "1"), ("2", "1"), ("3", "")]
    assert back.student_set["club"].parts == ("Lee", "Max")
    assert back.rules == (rules.PreferredRooms(activities=("3",), rooms=("Lab",), ref="needs gas"),)
