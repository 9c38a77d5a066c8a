"""Made-up schools for the timetabling engine: a problem with a timetable that holds to it, and rules it breaks."""

import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from lyceum.solver import rules
from lyceum.solver.problem import Activity, Grid, Problem, Room, StudentSet, Teacher
from lyceum.solver.rules import Rule, Who
from lyceum.solver.solution import Placement

SUBJECTS = ("art", "biology", "chemistry", "drama")
TAGS = ("heavy", "light")


@dataclass(frozen=True)
class School:
    """A problem without rules, and a timetable without a clash."""

    problem: Problem
    timetable: dict[str, Placement]

    @property
    def grid(self) -> Grid:
        return self.problem.grid

    def begin(self, activity: Activity) -> tuple[int, int]:
        start = self.timetable[activity.name].start
        return self.grid.day_of(start), self.grid.hour_of(start)

    def hours(self, activity: Activity) -> set[int]:
        start = self.timetable[activity.name].start
        return set(range(start, start + activity.duration))

    def of_teacher(self, name: str) -> list[Activity]:
        return [each for each in self.problem.activities if name in each.teachers]

    def by_day(self, lessons: list[Activity]) -> dict[int, set[int]]:
        """Hours of the day, by day."""
        found: dict[int, set[int]] = defaultdict(set)
        for each in lessons:
            day, hour = self.begin(each)
            found[day] |= set(range(hour, hour + each.duration))
        return dict(found)

    def with_rules(self, *found: Rule) -> Problem:
        return replace(self.problem, rules=found)


def make_school(seed: int, *, lessons: int = 24, days: int = 4, hours: int = 6) -> School:
    """Two years of two classes each, with two groups each; four teachers; four rooms in two buildings."""
    chance = random.Random(seed)  # noqa: S311 - a made-up school, and the same one every time
    students = list(_students())
    teachers = tuple(Teacher(f"T{number}") for number in range(4))
    rooms = tuple(Room(f"R{number}", capacity=30, building="AB"[number % 2]) for number in range(4))
    grid = Grid(tuple(f"D{day}" for day in range(days)), tuple(f"H{hour}" for hour in range(hours)), half=hours // 2)
    leaves = {each.name: _leaves(each.name, {one.name: one for one in students}) for each in students}
    taken: set[tuple[str, int]] = set()
    activities: list[Activity] = []
    timetable: dict[str, Placement] = {}
    for _ in range(lessons * 20):
        if len(activities) == lessons:
            break
        who = chance.choice([each.name for each in students if each.name != "Y0"])
        teacher = chance.choice(teachers).name
        duration = chance.choice((1, 1, 1, 2))
        day, hour = chance.randrange(days), chance.randrange(hours - duration + 1)
        room = chance.choice((*rooms, None))
        start = grid.slot(day, hour)
        needed = {(name, slot) for slot in range(start, start + duration) for name in (teacher, *leaves[who])}
        needed |= {(room.name, slot) for slot in range(start, start + duration) if room}
        if needed & taken:
            continue
        taken |= needed
        subject = chance.choice(SUBJECTS)
        activity = Activity(
            name=str(len(activities) + 1),
            duration=duration,
            teachers=(teacher,),
            students=(who,),
            subject=subject,
            tags=frozenset({chance.choice(TAGS)}),
        )
        activities.append(activity)
        timetable[activity.name] = Placement(start, room.name if room else None)
    problem = Problem(
        name="Made up",
        grid=grid,
        activities=tuple(activities),
        teachers=teachers,
        students=tuple(students),
        rooms=rooms,
    )
    return School(problem, timetable)


def _students() -> Iterator[StudentSet]:
    for year in range(2):
        classes = [f"Y{year}C{number}" for number in range(2)]
        yield StudentSet(f"Y{year}", 20, tuple(classes))
        for name in classes:
            yield StudentSet(name, 10, (f"{name}a", f"{name}b"))
            yield StudentSet(f"{name}a", 5)
            yield StudentSet(f"{name}b", 5)


def _leaves(name: str, sets: Mapping[str, StudentSet]) -> set[str]:
    parts = sets[name].parts
    return set().union(*(_leaves(each, sets) for each in parts)) if parts else {name}


Planting = Callable[[School, random.Random], "tuple[Rule | None, Rule | None]"]
"""A rule of a kind that the school's timetable holds to, and one that it breaks; None where chance gave no such."""


def plant(kind: type[Rule], school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    held, broken = PLANTINGS[kind](school, chance)
    return (replace(held, ref="held") if held else None), (replace(broken, ref="planted") if broken else None)


def _teacher(school: School, chance: random.Random) -> tuple[Who, list[Activity]]:
    names = [each.name for each in school.problem.teachers if school.of_teacher(each.name)]
    name = chance.choice(names)
    return Who("teacher", name), school.of_teacher(name)


def _not_available(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    used = set().union(*(school.hours(each) for each in lessons))
    free = sorted(set(range(school.grid.size)) - used)
    return (
        rules.NotAvailable(who=who, slots=frozenset(free)),
        rules.NotAvailable(who=who, slots=frozenset([*free[:3], chance.choice(sorted(used))])),
    )


def _room_not_available(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    room = chance.choice([each.room for each in school.timetable.values() if each.room])
    inside = [each for each in school.problem.activities if school.timetable[each.name].room == room]
    used = set().union(*(school.hours(each) for each in inside))
    free = sorted(set(range(school.grid.size)) - used)
    return (
        rules.RoomNotAvailable(room=room, slots=frozenset(free)),
        rules.RoomNotAvailable(room=room, slots=frozenset({chance.choice(sorted(used))})),
    )


def _max_days(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    worked = len(school.by_day(lessons))
    return rules.MaxDays(who=who, days=worked), rules.MaxDays(who=who, days=worked - 1)


def _min_days(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    worked = len(school.by_day(lessons))
    return rules.MinDays(who=who, days=worked), rules.MinDays(who=who, days=worked + 1)


def _interval(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    first = chance.randrange(len(school.grid.hours))
    last = chance.randrange(first, len(school.grid.hours))
    worked = sum(1 for hours in school.by_day(lessons).values() if hours & set(range(first, last + 1)))
    rule = rules.IntervalMaxDays(who=who, first=first, last=last, days=worked)
    return rule, replace(rule, days=worked - 1) if worked else None


def _gaps(hours: set[int]) -> int:
    return max(hours) - min(hours) + 1 - len(hours)


def _week_gaps(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    gaps = sum(_gaps(hours) for hours in school.by_day(lessons).values())
    return (
        rules.MaxGapsPerWeek(who=who, gaps=gaps),
        rules.MaxGapsPerWeek(who=who, gaps=gaps - 1) if gaps else None,
    )


def _day_gaps(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    gaps = max(_gaps(hours) for hours in school.by_day(lessons).values())
    return rules.MaxGapsPerDay(who=who, gaps=gaps), rules.MaxGapsPerDay(who=who, gaps=gaps - 1) if gaps else None


def _early(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    name = chance.choice(["Y0C0a", "Y0C1b", "Y1C0a", "Y1C1b"])
    lessons = [each for each in school.problem.activities if each.students[0] in (name, name[:-1], name[:2])]
    begins = [min(hours) for hours in school.by_day(lessons).values()]
    second = begins.count(1)
    rule = rules.EarlyStarts(who=Who("students", name), late=second)
    if any(begin > 1 for begin in begins):
        return None, rule
    return rule, replace(rule, late=second - 1) if second else None


def _hours_daily(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    tag = chance.choice((None, *TAGS))
    counted = [each for each in lessons if tag is None or tag in each.tags]
    most = max((len(hours) for hours in school.by_day(counted).values()), default=0)
    rule = rules.MaxHoursDaily(who=who, hours=most, tag=tag)
    return rule, replace(rule, hours=most - 1) if most > 1 else None


def _min_hours(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    least = min(len(hours) for hours in school.by_day(lessons).values())
    rule = rules.MinHoursDaily(who=who, hours=least)
    return rule, replace(rule, hours=least + 1)


def _in_a_row(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    most = 1
    for hours in school.by_day(lessons).values():
        for hour in hours:
            run = next(length for length in range(1, 99) if hour + length not in hours)
            most = max(most, run)
    rule = rules.MaxHoursContinuously(who=who, hours=most)
    return rule, replace(rule, hours=most - 1) if most > 1 else None


def _lunch(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    first, last = 2, 3
    asked = [hours for hours in school.by_day(lessons).values() if min(hours) < first and max(hours) > last]
    free = min((len({2, 3} - hours) for hours in asked), default=None)
    if free is None:
        return rules.FreeHourWithin(who=who, first=first, last=last, hours=1), None
    rule = rules.FreeHourWithin(who=who, first=first, last=last, hours=free)
    return rule, replace(rule, hours=free + 1)


def _span(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    span = max(max(hours) - min(hours) + 1 for hours in school.by_day(lessons).values())
    return rules.MaxSpanDaily(who=who, hours=span), rules.MaxSpanDaily(who=who, hours=span - 1) if span > 1 else None


def _rest(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    by_day = school.by_day(lessons)
    rests = [
        len(school.grid.hours) - 1 - max(by_day[day]) + min(by_day[day + 1]) for day in by_day if day + 1 in by_day
    ]
    if not rests:
        return rules.MinRestHours(who=who, hours=3), None
    return rules.MinRestHours(who=who, hours=min(rests)), rules.MinRestHours(who=who, hours=min(rests) + 1)


def _some(school: School, chance: random.Random, count: int = 3) -> list[Activity]:
    return chance.sample(school.problem.activities, count)


def _names(lessons: list[Activity]) -> tuple[str, ...]:
    return tuple(each.name for each in lessons)


def _min_days_between(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    one, other = _some(school, chance, 2)
    apart = abs(school.begin(one)[0] - school.begin(other)[0])
    rule = rules.MinDaysBetween(activities=(one.name, other.name), days=apart)
    return rule, replace(rule, days=apart + 1)


def _max_days_between(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    one, other = _some(school, chance, 2)
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


def _min_gaps(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    found = _on_one_day(school, chance)
    if found is None:
        return None, None
    between = min(school.hours(found[1])) - max(school.hours(found[0])) - 1
    rule = rules.MinGapsBetween(activities=_names(list(found)), gaps=between)
    return rule, replace(rule, gaps=between + 1)


def _not_overlapping(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    overlapping = [
        (one.name, other.name)
        for one in school.problem.activities
        for other in school.problem.activities
        if one.name < other.name and school.hours(one) & school.hours(other)
    ]
    found = _on_one_day(school, chance)
    return (
        rules.NotOverlapping(activities=_names(list(found))) if found else None,
        rules.NotOverlapping(activities=chance.choice(overlapping)) if overlapping else None,
    )


def _alike(kind: type[Rule], key: Callable[[School, Activity], object]) -> Planting:
    def build(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
        same = [
            (one.name, other.name)
            for one in school.problem.activities
            for other in school.problem.activities
            if one.name < other.name and key(school, one) == key(school, other)
        ]
        found = _some(school, chance, 2)
        differ = key(school, found[0]) != key(school, found[1])
        return (
            kind(activities=chance.choice(same)) if same else None,  # type: ignore[call-arg]  # all have activities
            kind(activities=_names(found)) if differ else None,  # type: ignore[call-arg]
        )

    return build


def _follows(school: School, one: Activity, other: Activity) -> bool:
    day, hour = school.begin(one)
    return school.begin(other) == (day, hour + one.duration)


def _consecutive(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    every = school.problem.activities
    found = [(one.name, other.name) for one in every for other in every if _follows(school, one, other)]
    first, second = _some(school, chance, 2)
    broken = None if _follows(school, first, second) else rules.Consecutive(first=first.name, second=second.name)
    if not found:
        return None, broken
    one, other = chance.choice(found)
    return rules.Consecutive(first=one, second=other), broken


def _grouped(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    held, broken = _consecutive(school, chance)
    assert held is None or isinstance(held, rules.Consecutive)
    one, other = _some(school, chance, 2)
    apart = not _follows(school, one, other) and not _follows(school, other, one)
    return (
        rules.Grouped(activities=(held.second, held.first)) if held else None,
        rules.Grouped(activities=(one.name, other.name)) if apart and broken else None,
    )


def _ordered(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    one, other = sorted(_some(school, chance, 2), key=lambda each: min(school.hours(each)))
    if max(school.hours(one)) >= min(school.hours(other)):
        return None, rules.Ordered(first=one.name, second=other.name)
    return (
        rules.Ordered(first=one.name, second=other.name),
        rules.Ordered(first=other.name, second=one.name),
    )


def _ordered_that_day(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    found = _on_one_day(school, chance)
    if found is None:
        return None, None
    one, other = found
    return (
        rules.OrderedIfSameDay(first=one.name, second=other.name),
        rules.OrderedIfSameDay(first=other.name, second=one.name),
    )


def _starts(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = _some(school, chance)
    used = {school.timetable[each.name].start for each in lessons}
    rule = rules.PreferredStarts(activities=_names(lessons), slots=frozenset(used))
    return rule, replace(rule, slots=rule.slots - {max(used)} | {(max(used) + 1) % school.grid.size} - used)


def _slots(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = _some(school, chance)
    used = set().union(*(school.hours(each) for each in lessons))
    rule = rules.PreferredSlots(activities=_names(lessons), slots=frozenset(used))
    return rule, replace(rule, slots=rule.slots - {chance.choice(sorted(used))})


def _occupy_most(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = _some(school, chance)
    used = frozenset().union(*(school.hours(each) for each in lessons))
    rule = rules.OccupyMaxSlots(activities=_names(lessons), slots=used, most=len(used))
    return rule, replace(rule, most=len(used) - 1)


def _occupy_least(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = _some(school, chance)
    used = frozenset().union(*(school.hours(each) for each in lessons))
    rule = rules.OccupyMinSlots(activities=_names(lessons), slots=frozenset(range(school.grid.size)), least=len(used))
    return rule, replace(rule, least=len(used) + 1)


def _at_once(school: School, slot: int, lessons: list[Activity]) -> int:
    return sum(1 for each in lessons if slot in school.hours(each))


def _most_at_once(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = _some(school, chance, 8)
    every = frozenset(range(school.grid.size))
    most = max(_at_once(school, slot, lessons) for slot in every)
    rule = rules.MaxSimultaneous(activities=_names(lessons), slots=every, most=most)
    return rule, replace(rule, most=most - 1) if most > 1 else None


def _least_at_once(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = _some(school, chance, 8)
    slot = min(school.hours(lessons[0]))
    least = _at_once(school, slot, lessons)
    rule = rules.MinSimultaneous(activities=_names(lessons), slots=frozenset({slot}), least=least)
    return rule, replace(rule, least=least + 1)


def _edge(kind: type[rules.EndsStudentsDay] | type[rules.StartsStudentsDay]) -> Planting:
    def build(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
        leaves = {each.name: each for each in school.problem.students}
        held: list[str] = []
        broken: list[str] = []
        for each in school.problem.activities:
            mine = _leaves(each.students[0], leaves)
            others = [
                other
                for other in school.problem.activities
                if other is not each
                and school.begin(other)[0] == school.begin(each)[0]
                and mine & _leaves(other.students[0], leaves)
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


def _in_rooms(school: School) -> list[Activity]:
    return [each for each in school.problem.activities if school.timetable[each.name].room]


def _room(school: School, activity: Activity) -> str:
    return school.timetable[activity.name].room or ""


def _preferred_rooms(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = chance.sample(_in_rooms(school), 3)
    used = tuple(dict.fromkeys(_room(school, each) for each in lessons))
    other = tuple(each.name for each in school.problem.rooms if each.name != _room(school, lessons[0]))
    return (
        rules.PreferredRooms(activities=_names(lessons), rooms=used),
        rules.PreferredRooms(activities=(lessons[0].name,), rooms=other),
    )


def _home_rooms(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    used = {_room(school, each) for each in lessons}
    if "" in used:
        return None, rules.HomeRooms(who=who, rooms=("R0",))
    rule = rules.HomeRooms(who=who, rooms=tuple(sorted(used)))
    return rule, replace(rule, rooms=rule.rooms[1:] or tuple({"R0", "R1"} - used))


def _features(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    """No room of these schools has any."""
    (one,) = _some(school, chance, 1)
    return None, rules.NeedsFeatures(activities=(one.name,), features=frozenset({"piano"}))


def _moves(school: School, lessons: list[Activity], *, buildings: bool) -> list[int]:
    """Changes of room or building, by day."""
    found = []
    for day in range(len(school.grid.days)):
        there = sorted((each for each in lessons if school.begin(each)[0] == day), key=school.begin)
        rooms = [_room(school, each) for each in there if _room(school, each)]
        where = [int(room[1:]) % 2 for room in rooms] if buildings else [int(room[1:]) for room in rooms]
        found.append(sum(1 for one, other in itertools.pairwise(where) if one != other))
    return found


def _changes(kind: type[rules.MaxRoomChangesDaily] | type[rules.MaxRoomChangesWeekly]) -> Planting:
    def build(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
        who, lessons = _teacher(school, chance)
        buildings = chance.random() < 0.5
        by_day = _moves(school, lessons, buildings=buildings)
        count = max(by_day) if kind is rules.MaxRoomChangesDaily else sum(by_day)
        rule = kind(who=who, changes=count, buildings=buildings)
        return rule, replace(rule, changes=count - 1) if count else None

    return build


def _different_rooms(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = chance.sample(_in_rooms(school), 4)
    count = len({_room(school, each) for each in lessons})
    rule = rules.MaxDifferentRooms(activities=_names(lessons), rooms=count)
    return rule, replace(rule, rooms=count - 1) if count > 1 else None


def _same_room(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    inside = _in_rooms(school)
    found = [(one, other) for one in inside for other in inside if _follows(school, one, other)]
    same = [pair for pair in found if _room(school, pair[0]) == _room(school, pair[1])]
    differ = [pair for pair in found if _room(school, pair[0]) != _room(school, pair[1])]
    kind = rules.SameRoomIfConsecutive
    return (
        kind(activities=_names(list(chance.choice(same)))) if same else None,
        kind(activities=_names(list(chance.choice(differ)))) if differ else None,
    )


def _building_gaps(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = _teacher(school, chance)
    gaps = []
    for day in range(len(school.grid.days)):
        there = sorted(
            (each for each in lessons if school.begin(each)[0] == day and _room(school, each)), key=school.begin
        )
        for one, other in itertools.pairwise(there):
            if int(_room(school, one)[1:]) % 2 != int(_room(school, other)[1:]) % 2:
                gaps.append(min(school.hours(other)) - max(school.hours(one)) - 1)
    if not gaps:
        return rules.MinGapsBetweenBuildings(who=who, gaps=2), None
    rule = rules.MinGapsBetweenBuildings(who=who, gaps=min(gaps))
    return rule, replace(rule, gaps=min(gaps) + 1)


PLANTINGS: Mapping[type[Rule], Planting] = {
    rules.NotAvailable: _not_available,
    rules.RoomNotAvailable: _room_not_available,
    rules.MaxDays: _max_days,
    rules.MinDays: _min_days,
    rules.IntervalMaxDays: _interval,
    rules.MaxGapsPerWeek: _week_gaps,
    rules.MaxGapsPerDay: _day_gaps,
    rules.EarlyStarts: _early,
    rules.MaxHoursDaily: _hours_daily,
    rules.MinHoursDaily: _min_hours,
    rules.MaxHoursContinuously: _in_a_row,
    rules.FreeHourWithin: _lunch,
    rules.MaxSpanDaily: _span,
    rules.MinRestHours: _rest,
    rules.MinDaysBetween: _min_days_between,
    rules.MaxDaysBetween: _max_days_between,
    rules.MinGapsBetween: _min_gaps,
    rules.NotOverlapping: _not_overlapping,
    rules.SameStart: _alike(rules.SameStart, lambda school, each: school.timetable[each.name].start),
    rules.SameDay: _alike(rules.SameDay, lambda school, each: school.begin(each)[0]),
    rules.SameHour: _alike(rules.SameHour, lambda school, each: school.begin(each)[1]),
    rules.Consecutive: _consecutive,
    rules.Ordered: _ordered,
    rules.OrderedIfSameDay: _ordered_that_day,
    rules.Grouped: _grouped,
    rules.PreferredStarts: _starts,
    rules.PreferredSlots: _slots,
    rules.OccupyMaxSlots: _occupy_most,
    rules.OccupyMinSlots: _occupy_least,
    rules.MaxSimultaneous: _most_at_once,
    rules.MinSimultaneous: _least_at_once,
    rules.EndsStudentsDay: _edge(rules.EndsStudentsDay),
    rules.StartsStudentsDay: _edge(rules.StartsStudentsDay),
    rules.PreferredRooms: _preferred_rooms,
    rules.HomeRooms: _home_rooms,
    rules.NeedsFeatures: _features,
    rules.MaxRoomChangesDaily: _changes(rules.MaxRoomChangesDaily),
    rules.MaxRoomChangesWeekly: _changes(rules.MaxRoomChangesWeekly),
    rules.MaxDifferentRooms: _different_rooms,
    rules.SameRoomIfConsecutive: _same_room,
    rules.MinGapsBetweenBuildings: _building_gaps,
}
