"""`python -m bench contradictions FOLDER`: rules that cannot hold are added to real files; are they the ones named?

Each of twenty cases takes a file that has a complete timetable, draws a kind of contradiction and plants it (the same
every time). The engine is asked why there is no timetable. Then what it named is taken out: there has to be a timetable
again, which the one from before is where everything planted is out, and which is looked for where it is not.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.results import Result
from bench.timetables import KEPT, find_timetable
from lyceum.solver import rules
from lyceum.solver.checker import check, hard
from lyceum.solver.fet.reader import read
from lyceum.solver.problem import Activity, Problem
from lyceum.solver.reasons import explain
from lyceum.solver.reasons.saying import Reasons
from lyceum.solver.rules import Rule, Who
from lyceum.solver.solution import State, Timetable
from lyceum.solver.solving import solve
from lyceum.solver.terms.ground import Ground, take_apart
from lyceum.solver.terms.people import Person


@dataclass(frozen=True)
class Place:
    """Where a contradiction is planted."""

    ground: Ground
    before: Timetable
    chance: random.Random

    @property
    def lessons(self) -> tuple[Activity, ...]:
        return self.ground.problem.activities

    @property
    def hours(self) -> int:
        return self.ground.hours

    def start(self, lesson: Activity) -> int:
        return self.before[lesson.name].start

    def somebody(self, kind: str, least: int = 4) -> Person:
        """A teacher or some students with so many lessons at least."""
        people = [each for each in self.ground.people if each.who.kind == kind and len(each.members) >= least]
        return self.chance.choice(people)

    def hours_of(self, person: Person) -> int:
        return sum(self.ground.durations[index] for index in person.members)

    def names_of(self, person: Person, count: int | None = None) -> tuple[str, ...]:
        members = person.members if count is None else self.chance.sample(person.members, count)
        return tuple(self.lessons[index].name for index in members)


Planted = Callable[[Place], list[Rule]]


def _closed(place: Place, person: Person) -> list[Rule]:
    """One hour more is closed than the person's lessons leave."""
    size = place.ground.problem.grid.size
    already, needed = person.closed, size - place.hours_of(person) + 1
    rest = [slot for slot in range(size) if slot not in already]
    slots = already | frozenset(place.chance.sample(rest, max(1, needed - len(already))))
    return [rules.NotAvailable(who=person.who, slots=slots)]


def teacher_has_too_few_hours(place: Place) -> list[Rule]:
    return _closed(place, place.somebody("teacher"))


def students_have_too_few_hours(place: Place) -> list[Rule]:
    return _closed(place, place.somebody("students"))


def too_few_days(place: Place) -> list[Rule]:
    person = place.somebody("teacher")
    most = max(1, (place.hours_of(person) - 1) // 2)
    return [rules.MaxDays(who=person.who, days=2), rules.MaxHoursDaily(who=person.who, hours=most)]


def start_not_available(place: Place) -> list[Rule]:
    lesson = place.chance.choice([each for each in place.lessons if each.teachers])
    slots = frozenset({place.start(lesson)})
    who = Who("teacher", lesson.teachers[0])
    return [rules.PreferredStarts(activities=(lesson.name,), slots=slots), rules.NotAvailable(who=who, slots=slots)]


def teacher_and_students_never_together(place: Place) -> list[Rule]:
    lesson = place.chance.choice([each for each in place.lessons if each.teachers and each.students])
    days = place.ground.days
    half = frozenset(range(days // 2 * place.hours))
    other = frozenset(range(days * place.hours)) - half
    first, second = Who("teacher", lesson.teachers[0]), Who("students", lesson.students[0])
    return [rules.NotAvailable(who=first, slots=half), rules.NotAvailable(who=second, slots=other)]


def three_lessons_for_two_starts(place: Place) -> list[Rule]:
    names = place.names_of(place.somebody("teacher"), 3)
    slots = frozenset(place.before[name].start for name in names[:2])
    return [rules.PreferredStarts(activities=(name,), slots=slots) for name in names]


def same_start_of_one_teacher(place: Place) -> list[Rule]:
    return [rules.SameStart(activities=place.names_of(place.somebody("teacher"), 2))]


def circle(place: Place) -> list[Rule]:
    one, two, three = (each.name for each in place.chance.sample(place.lessons, 3))
    pairs = ((one, two), (two, three), (three, one))
    return [rules.Ordered(first=first, second=second) for first, second in pairs]


def one_day_and_another(place: Place) -> list[Rule]:
    names = tuple(each.name for each in place.chance.sample(place.lessons, 2))
    return [rules.SameDay(activities=names), rules.MinDaysBetween(activities=names, days=1)]


def more_days_and_fewer(place: Place) -> list[Rule]:
    who = place.somebody("teacher").who
    return [rules.MinDays(who=who, days=4), rules.MaxDays(who=who, days=3)]


def more_hours_than_there_are(place: Place) -> list[Rule]:
    person = place.somebody("teacher")
    least = place.hours_of(person) // place.ground.days + 1
    return [rules.MinHoursDaily(who=person.who, hours=least, allow_empty_days=False)]


def more_lessons_apart_than_days(place: Place) -> list[Rule]:
    lessons = place.chance.sample(place.lessons, place.ground.days + 1)
    return [rules.MinDaysBetween(activities=tuple(each.name for each in lessons), days=1)]


def fewer_slots_than_hours(place: Place) -> list[Rule]:
    person = place.somebody("teacher")
    slots = frozenset(place.chance.sample(range(place.ground.problem.grid.size), place.hours_of(person) - 1))
    return [rules.PreferredSlots(activities=place.names_of(person), slots=slots)]


PLANTED: tuple[Planted, ...] = (
    teacher_has_too_few_hours,
    students_have_too_few_hours,
    too_few_days,
    start_not_available,
    teacher_and_students_never_together,
    three_lessons_for_two_starts,
    same_start_of_one_teacher,
    circle,
    one_day_and_another,
    more_days_and_fewer,
    more_hours_than_there_are,
    more_lessons_apart_than_days,
    fewer_slots_than_hours,
)


@dataclass(frozen=True)
class Row:
    file: str
    kind: str
    verdict: str
    named: int
    """Rules."""
    planted: int
    planted_named: int
    is_restored: bool
    """Without the rules named there is a timetable."""
    seconds: float
    cpu: float
    load: float


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    result = Result("contradictions")
    files = [each for each in sorted(options.folder.glob("*.fet")) if not options.only or each.stem in options.only]
    found = ((file, find_timetable(file, options.before, options.making)) for file in files)
    schools = [(file, timetable) for file, timetable in found if timetable is not None]
    result.say(f"{'file':16} {'planted':36} verdict     named  of planted  restored  seconds    cpu  load")
    rows = []
    for number in range(options.cases):
        file, before = schools[number % len(schools)]
        rows.append(_measure(number, file, before, options.seconds))
        result.say(_line(rows[-1]))
    result.keep("rows", [asdict(row) for row in rows])
    result.say(f"restored: {sum(row.is_restored for row in rows)} of {len(rows)}")
    result.say(f"everything planted named: {sum(row.planted_named == row.planted for row in rows)}")
    result.say(f"nothing else named: {sum(row.named == row.planted_named > 0 for row in rows)}")
    result.say(f"written to {result.write()}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench contradictions", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the .fet files are")
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0, help="for the reasons of each (30)")
    parser.add_argument("--making", type=float, default=45.0, help="seconds for a timetable to begin with (45)")
    parser.add_argument("--before", type=Path, default=KEPT, help="where those are kept")
    parser.add_argument("--only", nargs="*", help="names of files, without .fet")
    return parser


def plant(number: int, file: Path, problem: Problem, before: Timetable) -> tuple[str, Problem, frozenset[int]]:
    """The kind, the problem with the rules, and which they are."""
    kind = PLANTED[number % len(PLANTED)]
    place = Place(take_apart(problem), before, random.Random(f"{file.stem} {number}"))
    found = [replace(each, ref=f"planted {at}") for at, each in enumerate(kind(place))]
    count = len(problem.rules)
    changed = replace(problem, rules=(*problem.rules, *found))
    return kind.__name__.replace("_", " "), changed, frozenset(range(count, count + len(found)))


def _measure(number: int, file: Path, before: Timetable, seconds: float) -> Row:
    kind, problem, planted = plant(number, file, read(file.read_bytes()), before)
    began, used = time.monotonic(), time.process_time()
    reasons = explain(problem, seconds=seconds)
    took, cpu = time.monotonic() - began, time.process_time() - used
    named = named_in(reasons)
    return Row(
        file=file.stem,
        kind=kind,
        verdict=reasons.verdict.value,
        named=len(named),
        planted=len(planted),
        planted_named=len(named & planted),
        is_restored=bool(named) and _has_timetable(problem, named, before),
        seconds=round(took, 2),
        cpu=round(cpu, 2),
        load=round(os.getloadavg()[0], 1),
    )


def named_in(reasons: Reasons) -> frozenset[int]:
    counted = (at for each in reasons.counts for at in each.rules)
    return frozenset((*counted, *(reasons.conflict.rules if reasons.conflict else ())))


def _has_timetable(problem: Problem, without: frozenset[int], before: Timetable) -> bool:
    kept = tuple(rule for at, rule in enumerate(problem.rules) if at not in without)
    smaller = replace(problem, rules=kept)
    if not hard(check(smaller, before)):
        return True
    count = len(smaller.activities)
    found = solve(smaller, seconds=30.0, hints=before, watch=lambda progress: progress.placed < count)
    return found.state is State.COMPLETE


def _line(row: Row) -> str:
    return (
        f"{row.file:16} {row.kind:36} {row.verdict:11} {row.named:5} {row.planted_named:5} of {row.planted:2}"
        f" {'yes' if row.is_restored else 'no':>9} {row.seconds:8.2f} {row.cpu:6.2f} {row.load:5.1f}"
    )


if __name__ == "__main__":
    main()
