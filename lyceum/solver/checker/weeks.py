"""Rules about the days of a person taken together."""

from collections.abc import Iterator

from lyceum.solver import rules
from lyceum.solver.checker.days import gaps_on, hours_of
from lyceum.solver.checker.scene import Finding, Person, Scene


def all_names(person: Person) -> tuple[str, ...]:
    return tuple(each.name for each in person.lessons)


def max_days(scene: Scene, rule: rules.MaxDays) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        worked = {each.day for each in person.lessons}
        yield Finding(len(worked) - rule.days, all_names(person), person.name)


def min_days(scene: Scene, rule: rules.MinDays) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        worked = {each.day for each in person.lessons}
        if worked:
            yield Finding(rule.days - len(worked), all_names(person), person.name)


def interval_max_days(scene: Scene, rule: rules.IntervalMaxDays) -> Iterator[Finding]:
    interval = set(range(rule.first, rule.last + 1))
    for person in scene.whom(rule.who):
        inside = [each for each in person.lessons if each.hours & interval]
        worked = {each.day for each in inside}
        yield Finding(len(worked) - rule.days, tuple(each.name for each in inside), person.name)


def max_gaps(scene: Scene, rule: rules.MaxGapsPerWeek) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        gaps = sum(gaps_on(scene, person, day) for day in scene.days)
        yield Finding(gaps - rule.gaps, all_names(person), person.name)


def early_starts(scene: Scene, rule: rules.EarlyStarts) -> Iterator[Finding]:
    """One violation for each day that begins later than in the second hour, one for each too many in the second."""
    for person in scene.whom(rule.who):
        second = 0
        for day in scene.days:
            hours = hours_of(person.on(day))
            if hours:
                before = [hour for hour in range(hours[0]) if scene.problem.grid.slot(day, hour) not in person.closed]
                if len(before) == 1:
                    second += 1
                elif len(before) > 1:
                    first = tuple(each.name for each in person.on(day))[:1]
                    yield Finding(1, first, person.name, scene.problem.grid.days[day])
        yield Finding(second - rule.late, all_names(person), person.name)


def min_rest(scene: Scene, rule: rules.MinRestHours) -> Iterator[Finding]:
    last = len(scene.days) - 1
    for person in scene.whom(rule.who):
        for day in scene.days:
            if day == last and not rule.circular:
                continue
            evening = hours_of(person.on(day))
            morning = hours_of(person.on(0 if day == last else day + 1))
            if evening and morning:
                rest = len(scene.hours) - 1 - evening[-1] + morning[0]
                yield Finding(rule.hours - rest, all_names(person), person.name, scene.problem.grid.days[day])
