"""Rules about people that a timetable holds to, and that it breaks."""

import random
from dataclasses import replace

from lyceum.solver import rules
from lyceum.solver.problem import Activity
from lyceum.solver.rules import Rule, Who
from lyceum.testing.timetabling.schools import TAGS, School


def some_teacher(school: School, chance: random.Random) -> tuple[Who, list[Activity]]:
    names = [each.name for each in school.problem.teachers if school.of_teacher(each.name)]
    name = chance.choice(names)
    return Who("teacher", name), school.of_teacher(name)


def not_available(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    used = set().union(*(school.hours(each) for each in lessons))
    free = sorted(set(range(school.grid.size)) - used)
    return (
        rules.NotAvailable(who=who, slots=frozenset(free)),
        rules.NotAvailable(who=who, slots=frozenset([*free[:3], chance.choice(sorted(used))])),
    )


def room_not_available(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    room = chance.choice([each.room for each in school.timetable.values() if each.room])
    inside = [each for each in school.problem.activities if school.timetable[each.name].room == room]
    used = set().union(*(school.hours(each) for each in inside))
    free = sorted(set(range(school.grid.size)) - used)
    return (
        rules.RoomNotAvailable(room=room, slots=frozenset(free)),
        rules.RoomNotAvailable(room=room, slots=frozenset({chance.choice(sorted(used))})),
    )


def max_days(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    worked = len(school.by_day(lessons))
    return rules.MaxDays(who=who, days=worked), rules.MaxDays(who=who, days=worked - 1)


def min_days(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    worked = len(school.by_day(lessons))
    return rules.MinDays(who=who, days=worked), rules.MinDays(who=who, days=worked + 1)


def interval(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    first = chance.randrange(len(school.grid.hours))
    last = chance.randrange(first, len(school.grid.hours))
    worked = sum(1 for hours in school.by_day(lessons).values() if hours & set(range(first, last + 1)))
    rule = rules.IntervalMaxDays(who=who, first=first, last=last, days=worked)
    return rule, replace(rule, days=worked - 1) if worked else None


def _gaps(hours: set[int]) -> int:
    return max(hours) - min(hours) + 1 - len(hours)


def week_gaps(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    gaps = sum(_gaps(hours) for hours in school.by_day(lessons).values())
    return (
        rules.MaxGapsPerWeek(who=who, gaps=gaps),
        rules.MaxGapsPerWeek(who=who, gaps=gaps - 1) if gaps else None,
    )


def day_gaps(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    gaps = max(_gaps(hours) for hours in school.by_day(lessons).values())
    return rules.MaxGapsPerDay(who=who, gaps=gaps), rules.MaxGapsPerDay(who=who, gaps=gaps - 1) if gaps else None


def early(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    name = chance.choice(["Y0C0a", "Y0C1b", "Y1C0a", "Y1C1b"])
    lessons = [each for each in school.problem.activities if each.students[0] in (name, name[:-1], name[:2])]
    begins = [min(hours) for hours in school.by_day(lessons).values()]
    second = begins.count(1)
    rule = rules.EarlyStarts(who=Who("students", name), late=second)
    if any(begin > 1 for begin in begins):
        return None, rule
    return rule, replace(rule, late=second - 1) if second else None


def hours_daily(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    tag = chance.choice((None, *TAGS))
    counted = [each for each in lessons if tag is None or tag in each.tags]
    most = max((len(hours) for hours in school.by_day(counted).values()), default=0)
    rule = rules.MaxHoursDaily(who=who, hours=most, tag=tag)
    return rule, replace(rule, hours=most - 1) if most > 1 else None


def min_hours(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    least = min(len(hours) for hours in school.by_day(lessons).values())
    rule = rules.MinHoursDaily(who=who, hours=least)
    return rule, replace(rule, hours=least + 1)


def in_a_row(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    most = 1
    for hours in school.by_day(lessons).values():
        for hour in hours:
            run = next(length for length in range(1, 99) if hour + length not in hours)
            most = max(most, run)
    rule = rules.MaxHoursContinuously(who=who, hours=most)
    return rule, replace(rule, hours=most - 1) if most > 1 else None


def lunch(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    first, last = 2, 3
    asked = [hours for hours in school.by_day(lessons).values() if min(hours) < first and max(hours) > last]
    free = min((len({2, 3} - hours) for hours in asked), default=None)
    if free is None:
        return rules.FreeHourWithin(who=who, first=first, last=last, hours=1), None
    rule = rules.FreeHourWithin(who=who, first=first, last=last, hours=free)
    return rule, replace(rule, hours=free + 1)


def span(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    span = max(max(hours) - min(hours) + 1 for hours in school.by_day(lessons).values())
    return rules.MaxSpanDaily(who=who, hours=span), rules.MaxSpanDaily(who=who, hours=span - 1) if span > 1 else None


def rest(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    by_day = school.by_day(lessons)
    rests = [
        len(school.grid.hours) - 1 - max(by_day[day]) + min(by_day[day + 1]) for day in by_day if day + 1 in by_day
    ]
    if not rests:
        return rules.MinRestHours(who=who, hours=3), None
    return rules.MinRestHours(who=who, hours=min(rests)), rules.MinRestHours(who=who, hours=min(rests) + 1)
