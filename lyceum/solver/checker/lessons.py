"""Rules about where lessons stand to each other, and when they may be."""

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

from lyceum.solver import rules
from lyceum.solver.checker.scene import Finding, Lesson, Scene


def pairs(scene: Scene, activities: tuple[str, ...], units: Callable[[Lesson, Lesson], float]) -> Iterator[Finding]:
    for one, other in combinations(scene.placed(activities), 2):
        yield Finding(units(one, other), (one.name, other.name))


def follows(scene: Scene, one: Lesson, other: Lesson) -> bool:
    """Whether `other` begins when `one` ends, or after nothing but a break."""
    return one.day == other.day and one.end <= other.begin and scene.only_breaks(one.day, one.end, other.begin)


def min_days(scene: Scene, rule: rules.MinDaysBetween) -> Iterator[Finding]:
    yield from pairs(scene, rule.activities, lambda one, other: rule.days - abs(one.day - other.day))
    lessons = scene.placed(rule.activities)
    if rule.consecutive_if_same_day:
        for one, other in combinations(lessons, 2):
            apart = one.day == other.day and one.end != other.begin and other.end != one.begin
            yield Finding(int(apart), (one.name, other.name), detail="not side by side", weight=100)
    most = 2 if len(rule.activities) <= 2 * len(scene.days) else -(-len(rule.activities) // len(scene.days))
    for day in scene.days if rule.days else ():
        there = tuple(each.name for each in lessons if each.day == day)
        yield Finding(len(there) - most, there, detail=f"more than {most} on one day", weight=100)


def max_days(scene: Scene, rule: rules.MaxDaysBetween) -> Iterator[Finding]:
    yield from pairs(scene, rule.activities, lambda one, other: abs(one.day - other.day) - rule.days)


def min_gaps(scene: Scene, rule: rules.MinGapsBetween) -> Iterator[Finding]:
    def units(one: Lesson, other: Lesson) -> float:
        if one.day != other.day:
            return 0
        first, second = sorted((one, other), key=lambda each: (each.begin, -each.end))
        return rule.gaps - (second.begin - first.end)

    yield from pairs(scene, rule.activities, units)


def not_overlapping(scene: Scene, rule: rules.NotOverlapping) -> Iterator[Finding]:
    yield from pairs(
        scene, rule.activities, lambda one, other: len(one.hours & other.hours) if one.day == other.day else 0
    )


def same_start(scene: Scene, rule: rules.SameStart) -> Iterator[Finding]:
    yield from pairs(scene, rule.activities, lambda one, other: int((one.day, one.begin) != (other.day, other.begin)))


def same_day(scene: Scene, rule: rules.SameDay) -> Iterator[Finding]:
    yield from pairs(scene, rule.activities, lambda one, other: int(one.day != other.day))


def same_hour(scene: Scene, rule: rules.SameHour) -> Iterator[Finding]:
    yield from pairs(scene, rule.activities, lambda one, other: int(one.begin != other.begin))


def consecutive(scene: Scene, rule: rules.Consecutive) -> Iterator[Finding]:
    for one, other in _both(scene, rule.first, rule.second):
        yield Finding(int(not follows(scene, one, other)), (one.name, other.name))


def ordered(scene: Scene, rule: rules.Ordered) -> Iterator[Finding]:
    for one, other in _both(scene, rule.first, rule.second):
        before = (one.day, one.end) <= (other.day, other.begin)
        yield Finding(int(not before), (one.name, other.name))


def ordered_if_same_day(scene: Scene, rule: rules.OrderedIfSameDay) -> Iterator[Finding]:
    for one, other in _both(scene, rule.first, rule.second):
        yield Finding(int(one.day == other.day and one.end > other.begin), (one.name, other.name))


def _both(scene: Scene, first: str, second: str) -> Iterator[tuple[Lesson, Lesson]]:
    if first in scene.lessons and second in scene.lessons:
        yield scene.lessons[first], scene.lessons[second]


def grouped(scene: Scene, rule: rules.Grouped) -> Iterator[Finding]:
    lessons = sorted(scene.placed(rule.activities), key=lambda each: (each.day, each.begin))
    side_by_side = all(follows(scene, one, other) for one, other in pairwise(lessons))
    yield Finding(int(not side_by_side), tuple(each.name for each in lessons))


def preferred_starts(scene: Scene, rule: rules.PreferredStarts) -> Iterator[Finding]:
    for each in scene.placed(rule.activities):
        yield Finding(int(scene.problem.grid.slot(each.day, each.begin) not in rule.slots), (each.name,))


def preferred_slots(scene: Scene, rule: rules.PreferredSlots) -> Iterator[Finding]:
    for each in scene.placed(rule.activities):
        yield Finding(sum(1 for slot in scene.slots(each) if slot not in rule.slots), (each.name,))


def occupy_most(scene: Scene, rule: rules.OccupyMaxSlots) -> Iterator[Finding]:
    used = {slot for each in scene.placed(rule.activities) for slot in scene.slots(each)} & rule.slots
    yield Finding(len(used) - rule.most, rule.activities)


def occupy_least(scene: Scene, rule: rules.OccupyMinSlots) -> Iterator[Finding]:
    used = {slot for each in scene.placed(rule.activities) for slot in scene.slots(each)} & rule.slots
    if len(scene.placed(rule.activities)) == len(rule.activities):
        yield Finding(rule.least - len(used), rule.activities)


def most_at_once(scene: Scene, rule: rules.MaxSimultaneous) -> Iterator[Finding]:
    for slot in sorted(rule.slots):
        there = _in_slot(scene, rule.activities, slot)
        yield Finding(len(there) - rule.most, there)


def least_at_once(scene: Scene, rule: rules.MinSimultaneous) -> Iterator[Finding]:
    if len(scene.placed(rule.activities)) < len(rule.activities):
        return
    for slot in sorted(rule.slots):
        there = _in_slot(scene, rule.activities, slot)
        if there or not rule.or_none:
            yield Finding(rule.least - len(there), there)


def _in_slot(scene: Scene, activities: tuple[str, ...], slot: int) -> tuple[str, ...]:
    return tuple(each.name for each in scene.placed(activities) if slot in scene.slots(each))


def ends_day(scene: Scene, rule: rules.EndsStudentsDay) -> Iterator[Finding]:
    for each, others in _with_companions(scene, rule.activities):
        later = [other for other in others if other.end > each.end]
        yield Finding(int(bool(later)), (each.name, *(other.name for other in later)))


def starts_day(scene: Scene, rule: rules.StartsStudentsDay) -> Iterator[Finding]:
    for each, others in _with_companions(scene, rule.activities):
        earlier = [other for other in others if other.begin < each.begin]
        yield Finding(int(bool(earlier)), (each.name, *(other.name for other in earlier)))


def _with_companions(scene: Scene, activities: tuple[str, ...]) -> Iterator[tuple[Lesson, list[Lesson]]]:
    """Each of the lessons, and what else its students have that day."""
    for each in scene.placed(activities):
        students = scene.parts(scene.problem.activity[each.name].students)
        found = {
            other.name: other
            for name in sorted(students)
            for other in scene.people["students", name].on(each.day)
            if other.name != each.name
        }
        yield each, list(found.values())
