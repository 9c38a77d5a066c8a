"""A timetable laid out: who is where in which hour."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lyceum.solver.problem import Problem
from lyceum.solver.rules import NotAvailable, Who
from lyceum.solver.solution import Timetable


@dataclass(frozen=True)
class Finding:
    """One place where a rule does not hold. `weight`: another than the rule's own."""

    units: float
    activities: tuple[str, ...] = ()
    who: str = ""
    detail: str = ""
    weight: float | None = None


@dataclass(frozen=True)
class Lesson:
    """A lesson that is placed. `end` is the hour after its last."""

    name: str
    day: int
    begin: int
    end: int
    room: str | None
    subject: str
    tags: frozenset[str]

    @property
    def hours(self) -> set[int]:
        return set(range(self.begin, self.end))


@dataclass(frozen=True)
class Person:
    """A teacher, or students who have no smaller parts."""

    kind: str
    name: str
    lessons: list[Lesson] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)
    """Slots in which the person has none: breaks, and hours not available."""

    def on(self, day: int) -> list[Lesson]:
        return sorted((each for each in self.lessons if each.day == day), key=lambda each: (each.begin, each.name))


@dataclass(frozen=True)
class Scene:
    problem: Problem
    lessons: dict[str, Lesson]
    people: dict[tuple[str, str], Person]
    breaks: set[int]

    @classmethod
    def of(cls, problem: Problem, timetable: Timetable) -> "Scene":
        lessons = {}
        for activity in problem.activities:
            placed = timetable.get(activity.name)
            if placed is not None:
                begin = problem.grid.hour_of(placed.start)
                lessons[activity.name] = Lesson(
                    name=activity.name,
                    day=problem.grid.day_of(placed.start),
                    begin=begin,
                    end=begin + activity.duration,
                    room=placed.room,
                    subject=activity.subject,
                    tags=activity.tags,
                )
        scene = cls(problem, lessons, {}, set())
        scene._gather_people()
        scene._close_hours()
        return scene

    def _gather_people(self) -> None:
        for teacher in self.problem.teachers:
            self.people["teacher", teacher.name] = Person("teacher", teacher.name)
        for students in self.problem.students:
            if not students.parts:
                self.people["students", students.name] = Person("students", students.name)
        for activity in self.problem.activities:
            if activity.name in self.lessons:
                for kind, name in self.who_attends(activity.name):
                    self.people[kind, name].lessons.append(self.lessons[activity.name])

    def _close_hours(self) -> None:
        for rule in self.problem.rules:
            if isinstance(rule, NotAvailable) and rule.is_hard:
                if rule.who is None:
                    self.breaks.update(rule.slots)
                for person in self.everybody() if rule.who is None else self.whom(rule.who):
                    person.closed.update(rule.slots)

    def who_attends(self, activity: str) -> Iterator[tuple[str, str]]:
        for teacher in dict.fromkeys(self.problem.activity[activity].teachers):
            yield "teacher", teacher
        for part in sorted(self.parts(self.problem.activity[activity].students)):
            yield "students", part

    def parts(self, names: Iterable[str]) -> set[str]:
        """The sets without parts that these consist of."""
        found = set()
        waiting = list(names)
        seen = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                parts = self.problem.student_set[name].parts
                waiting += parts
                if not parts:
                    found.add(name)
        return found

    def everybody(self) -> list[Person]:
        return list(self.people.values())

    def whom(self, who: Who) -> list[Person]:
        """The people a rule is about."""
        if who.name is None:
            return [each for each in self.everybody() if each.kind == who.kind]
        names = {who.name} if who.kind == "teacher" else self.parts([who.name])
        return [each for each in self.everybody() if each.kind == who.kind and each.name in names]

    @property
    def days(self) -> range:
        return range(len(self.problem.grid.days))

    @property
    def hours(self) -> range:
        return range(len(self.problem.grid.hours))

    def slots(self, lesson: Lesson) -> list[int]:
        return [self.problem.grid.slot(lesson.day, hour) for hour in range(lesson.begin, lesson.end)]

    def placed(self, names: Iterable[str]) -> list[Lesson]:
        return [self.lessons[each] for each in dict.fromkeys(names) if each in self.lessons]

    def only_breaks(self, day: int, begin: int, end: int) -> bool:
        """Whether all hours from `begin` to before `end` are breaks."""
        return all(self.problem.grid.slot(day, hour) in self.breaks for hour in range(begin, end))
