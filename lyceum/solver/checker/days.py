"""Rules about each day of a person."""

from collections.abc import Iterator

from lyceum.solver import rules
from lyceum.solver.checker.scene import Finding, Lesson, Person, Scene


def not_available(scene: Scene, rule: rules.NotAvailable) -> Iterator[Finding]:
    """A break counts once for each hour of a lesson in it, whoever takes part."""
    if rule.who is None:
        for lesson in scene.lessons.values():
            inside = rule.slots & set(scene.slots(lesson))
            yield Finding(len(inside), (lesson.name,))
        return
    for person in scene.whom(rule.who):
        for lesson in person.lessons:
            inside = rule.slots & set(scene.slots(lesson))
            yield Finding(len(inside), (lesson.name,), person.name)


def hours_of(lessons: list[Lesson]) -> list[int]:
    return sorted({hour for each in lessons for hour in each.hours})


def gaps_on(scene: Scene, person: Person, day: int) -> int:
    """Free hours between the first and the last of the day, in which the person could have lessons."""
    hours = hours_of(person.on(day))
    if not hours:
        return 0
    between = set(range(hours[0], hours[-1])) - set(hours)
    return sum(1 for hour in between if scene.problem.grid.slot(day, hour) not in person.closed)


def max_gaps_a_day(scene: Scene, rule: rules.MaxGapsPerDay) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        for day in scene.days:
            yield Finding(
                gaps_on(scene, person, day) - rule.gaps, _names(person.on(day)), person.name, _day(scene, day)
            )


def max_hours(scene: Scene, rule: rules.MaxHoursDaily) -> Iterator[Finding]:
    half = scene.problem.grid.half
    halves = [scene.hours] if not rule.half_day or half is None else [range(half), range(half, len(scene.hours))]
    for person in scene.whom(rule.who):
        for day in scene.days:
            counted = [
                each
                for each in person.on(day)
                if (rule.tag is None or rule.tag in each.tags)
                and (rule.subject is None or rule.subject == each.subject)
            ]
            for part in halves:
                hours = [hour for hour in hours_of(counted) if hour in part]
                yield Finding(int(len(hours) > rule.hours), _names(counted), person.name, _day(scene, day))


def min_hours(scene: Scene, rule: rules.MinHoursDaily) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        if not any(_counts(each.tags, rule.tag) for each in person.lessons):
            continue
        for day in scene.days:
            counted = [each for each in person.on(day) if _counts(each.tags, rule.tag)]
            if counted or not rule.allow_empty_days:
                yield Finding(rule.hours - len(hours_of(counted)), _names(counted), person.name, _day(scene, day))


def _counts(tags: frozenset[str], tag: str | None) -> bool:
    return tag is None or tag in tags


def max_in_a_row(scene: Scene, rule: rules.MaxHoursContinuously) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        for day in scene.days:
            counted = [each for each in person.on(day) if _counts(each.tags, rule.tag)]
            for row in rows(hours_of(counted)):
                yield Finding(int(len(row) > rule.hours), _names(counted), person.name, _day(scene, day))


def rows(hours: list[int]) -> list[list[int]]:
    """The hours in runs without a gap."""
    found: list[list[int]] = []
    for hour in hours:
        if found and found[-1][-1] == hour - 1:
            found[-1].append(hour)
        else:
            found.append([hour])
    return found


def free_hour(scene: Scene, rule: rules.FreeHourWithin) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        for day in scene.days:
            hours = hours_of(person.on(day))
            before = any(hour < rule.first for hour in hours)
            after = any(hour > rule.last for hour in hours)
            if before and after:
                free = [hour for hour in range(rule.first, rule.last + 1) if hour not in hours]
                yield Finding(rule.hours - len(free), _names(person.on(day)), person.name, _day(scene, day))


def max_span(scene: Scene, rule: rules.MaxSpanDaily) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        for day in scene.days:
            hours = hours_of(person.on(day))
            if hours:
                span = hours[-1] - hours[0] + 1
                yield Finding(span - rule.hours, _names(person.on(day)), person.name, _day(scene, day))


def _names(lessons: list[Lesson]) -> tuple[str, ...]:
    return tuple(each.name for each in lessons)


def _day(scene: Scene, day: int) -> str:
    return scene.problem.grid.days[day]
