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
    students = list(_students())
    teachers = tuple(Teacher(f"T{number}") for number in range(4))
    rooms = tuple(Room(f"R{number}", capacity=30, building="AB"[number % 2]) for number in range(4))
    grid = Grid(tuple(f"D{day}" for day in range(days)), tuple(f"H{hour}" for hour in range(hours)), half=hours // 2)
    leaves = {each.name: leaves_of(each.name, {one.name: one for one in students}) for each in students}
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


def leaves_of(name: str, sets: Mapping[str, StudentSet]) -> set[str]:
    parts = sets[name].parts
    return set().union(*(leaves_of(each, sets) for each in parts)) if parts else {name}


Planting = Callable[[School, random.Random], "tuple[Rule | None, Rule | None]"]
"""A rule of a kind that the school's timetable holds to, and one that it breaks; None where chance gave no such."""
