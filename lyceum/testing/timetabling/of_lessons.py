"""Rules about lessons that a timetable holds to, and that it breaks."""

import random
from collections.abc import Callable
from dataclasses import replace

from lyceum.solver import rules
from lyceum.solver.problem import Activity
from lyceum.solver.rules import Rule
from lyceum.testing.timetabling.schools import Planting, School, leaves_of


def some_lessons(school: School, chance: random.Random, count: int = 3) -> list[Activity]:
    return chance.sample(school.problem.activities, count)


def names_of(lessons: list[Activity]) -> tuple[str, ...]:
    return tuple(each.name for each in lessons)


def min_days_between(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    one, other = some_lessons(school, chance, 2)
    apart = abs(school.begin(one)[0] - school.begin(other)[0])
    rule = rules.MinDaysBetween(activities=(one.name, other.name), days=apart)
    return rule, replace(rule, days=apart + 1)


def max_days_between(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    one, other = some_lessons(school, chance, 2)
    apart = abs(school.begin(one)[0] - school.begin(other)[0])
    rule = rules.MaxDaysBetween(activities=(one.name, other.name), days=apart)
    return rule, replace(rule, days=apart - 1) if apart else None


def _on_one_day(school: School, chance: random.Random) -> tuple[Activity, Activity] | None:
    """Two lessons of one day, the earlier first, that do not overlap."""
    found = [
        (one, other)
        for one in school.problem.activities
        for other in school.problem.activities
        if school.begin(one)[0] == school.begin(other)[0] and max(school.hours(one)) < min(school.hours(other))
    ]
    return chance.choice(found) if found else None


def min_gaps(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    found = _on_one_day(school, chance)
    if found is None:
        return None, None
    between = min(school.hours(found[1])) - max(school.hours(found[0])) - 1
    rule = rules.MinGapsBetween(activities=names_of(list(found)), gaps=between)
    return rule, replace(rule, gaps=between + 1)


def not_overlapping(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    overlapping = [
        (one.name, other.name)
        for one in school.problem.activities
        for other in school.problem.activities
        if one.name < other.name and school.hours(one) & school.hours(other)
    ]
    found = _on_one_day(school, chance)
    return (
        rules.NotOverlapping(activities=names_of(list(found))) if found else None,
        rules.NotOverlapping(activities=chance.choice(overlapping)) if overlapping else None,
    )


def alike(kind: type[Rule], key: Callable[[School, Activity], object]) -> Planting:
    def build(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
        same = [
            (one.name, other.name)
            for one in school.problem.activities
            for other in school.problem.activities
            if one.name < other.name and key(school, one) == key(school, other)
        ]
        found = some_lessons(school, chance, 2)
        differ = key(school, found[0]) != key(school, found[1])
        return (
            kind(activities=chance.choice(same)) if same else None,  # type: ignore[call-arg]  # all have activities
            kind(activities=names_of(found)) if differ else None,  # type: ignore[call-arg]
        )

    return build


def follows(school: School, one: Activity, other: Activity) -> bool:
    day, hour = school.begin(one)
    return school.begin(other) == (day, hour + one.duration)


def consecutive(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    every = school.problem.activities
    found = [(one.name, other.name) for one in every for other in every if follows(school, one, other)]
    first, second = some_lessons(school, chance, 2)
    broken = None if follows(school, first, second) else rules.Consecutive(first=first.name, second=second.name)
    if not found:
        return None, broken
    one, other = chance.choice(found)
    return rules.Consecutive(first=one, second=other), broken


def grouped(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    held, broken = consecutive(school, chance)
    assert held is None or isinstance(held, rules.Consecutive)
    one, other = some_lessons(school, chance, 2)
    apart = not follows(school, one, other) and not follows(school, other, one)
    return (
        rules.Grouped(activities=(held.second, held.first)) if held else None,
        rules.Grouped(activities=(one.name, other.name)) if apart and broken else None,
    )


def ordered(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    one, other = sorted(some_lessons(school, chance, 2), key=lambda each: min(school.hours(each)))
    if max(school.hours(one)) >= min(school.hours(other)):
        return None, rules.Ordered(first=one.name, second=other.name)
    return (
        rules.Ordered(first=one.name, second=other.name),
        rules.Ordered(first=other.name, second=one.name),
    )


def ordered_that_day(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    found = _on_one_day(school, chance)
    if found is None:
        return None, None
    one, other = found
    return (
        rules.OrderedIfSameDay(first=one.name, second=other.name),
        rules.OrderedIfSameDay(first=other.name, second=one.name),
    )


def starts(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = some_lessons(school, chance)
    used = {school.timetable[each.name].start for each in lessons}
    rule = rules.PreferredStarts(activities=names_of(lessons), slots=frozenset(used))
    return rule, replace(rule, slots=rule.slots - {max(used)} | {(max(used) + 1) % school.grid.size} - used)


def slots(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = some_lessons(school, chance)
    used = set().union(*(school.hours(each) for each in lessons))
    rule = rules.PreferredSlots(activities=names_of(lessons), slots=frozenset(used))
    return rule, replace(rule, slots=rule.slots - {chance.choice(sorted(used))})


def occupy_most(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = some_lessons(school, chance)
    used = frozenset().union(*(school.hours(each) for each in lessons))
    rule = rules.OccupyMaxSlots(activities=names_of(lessons), slots=used, most=len(used))
    return rule, replace(rule, most=len(used) - 1)


def occupy_least(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = some_lessons(school, chance)
    used = frozenset().union(*(school.hours(each) for each in lessons))
    rule = rules.OccupyMinSlots(activities=names_of(lessons), slots=frozenset(range(school.grid.size)), least=len(used))
    return rule, replace(rule, least=len(used) + 1)


def _at_once(school: School, slot: int, lessons: list[Activity]) -> int:
    return sum(1 for each in lessons if slot in school.hours(each))


def most_at_once(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = some_lessons(school, chance, 8)
    every = frozenset(range(school.grid.size))
    most = max(_at_once(school, slot, lessons) for slot in every)
    rule = rules.MaxSimultaneous(activities=names_of(lessons), slots=every, most=most)
    return rule, replace(rule, most=most - 1) if most > 1 else None


def least_at_once(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = some_lessons(school, chance, 8)
    slot = min(school.hours(lessons[0]))
    least = _at_once(school, slot, lessons)
    rule = rules.MinSimultaneous(activities=names_of(lessons), slots=frozenset({slot}), least=least)
    return rule, replace(rule, least=least + 1)


def edge(kind: type[rules.EndsStudentsDay] | type[rules.StartsStudentsDay]) -> Planting:
    def build(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
        leaves = {each.name: each for each in school.problem.students}
        held: list[str] = []
        broken: list[str] = []
        for each in school.problem.activities:
            mine = leaves_of(each.students[0], leaves)
            others = [
                other
                for other in school.problem.activities
                if other is not each
                and school.begin(other)[0] == school.begin(each)[0]
                and mine & leaves_of(other.students[0], leaves)
            ]
            if kind is rules.EndsStudentsDay:
                fine = all(max(school.hours(other)) < min(school.hours(each)) for other in others)
            else:
                fine = all(min(school.hours(other)) > max(school.hours(each)) for other in others)
            (held if fine else broken).append(each.name)
        return (
            kind(activities=tuple(held[:2])) if held else None,
            kind(activities=(chance.choice(broken),)) if broken else None,
        )

    return build
