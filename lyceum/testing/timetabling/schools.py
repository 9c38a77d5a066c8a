"""Made-up schools for the timetabling engine: a problem with a timetable that holds to it, and rules it breaks."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from lyceum.solver.problem import Activity, Grid, Problem, Room, StudentSet, Teacher
from lyceum.solver.rules import Rule
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
    empty = _empty_school(days, hours)
    taken: set[tuple[str, int]] = set()
    activities: list[Activity] = []
    timetable: dict[str, Placement] = {}
    for _ in range(lessons * 20):
        if len(activities) == lessons:
            break
        placed = _place_somewhere(empty, chance, str(len(activities) + 1), taken)
        if placed is not None:
            activities.append(placed[0])
            timetable[placed[0].name] = placed[1]
    return School(replace(empty, activities=tuple(activities)), timetable)


def _empty_school(days: int, hours: int) -> Problem:
    return Problem(
        name="Made up",
        grid=Grid(tuple(f"D{day}" for day in range(days)), tuple(f"H{hour}" for hour in range(hours)), half=hours // 2),
        activities=(),
        teachers=tuple(Teacher(f"T{number}") for number in range(4)),
        students=tuple(_students()),
        rooms=tuple(Room(f"R{number}", capacity=30, building="AB"[number % 2]) for number in range(4)),
    )


def _place_somewhere(
    school: Problem, chance: random.Random, name: str, taken: set[tuple[str, int]]
) -> tuple[Activity, Placement] | None:
    """A lesson by chance, if nobody whom it needs is `taken` then; who and what it needs is taken from then on."""
    who = chance.choice([each.name for each in school.students if each.name != "Y0"])
    teacher = chance.choice(school.teachers).name
    duration = chance.choice((1, 1, 1, 2))
    day, hour = chance.randrange(len(school.grid.days)), chance.randrange(len(school.grid.hours) - duration + 1)
    room = chance.choice((*school.rooms, None))
    start = school.grid.slot(day, hour)
    needed = {teacher, *leaves_of(who, school.student_set)} | ({room.name} if room else set())
    occupied = {(each, slot) for slot in range(start, start + duration) for each in needed}
    if occupied & taken:
        return None
    taken |= occupied
    subject = chance.choice(SUBJECTS)
    activity = Activity(
        name=name,
        duration=duration,
        teachers=(teacher,),
        students=(who,),
        subject=subject,
        tags=frozenset({chance.choice(TAGS)}),
    )
    return activity, Placement(start, room.name if room else None)


def _students() -> Iterator[StudentSet]:
    for year in range(2):
        classes = [f"Y{year}C{number}" for number in range(2)]
        yield StudentSet(f"Y{year}", 20, tuple(classes))
        for name in classes:
            yield StudentSet(name, 10, (f"{name}a", f"{name}b"))
            yield StudentSet(f"{name}a", 5)
            yield StudentSet(f"{name}b", 5)


def leaves_of(name: str, sets: Mapping[str, StudentSet]) -> set[str]:
    parts = sets[name].parts
    return set().union(*(leaves_of(each, sets) for each in parts)) if parts else {name}


Planting = Callable[[School, random.Random], "tuple[Rule | None, Rule | None]"]
"""A rule of a kind that the school's timetable holds to, and one that it breaks; None where chance gave no such."""
