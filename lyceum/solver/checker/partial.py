"""Timetables that lack lessons: what is wrong with them for good."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from lyceum.solver.checker.scene import Scene
from lyceum.solver.problem import Problem
from lyceum.solver.solution import Timetable, Violation

MENDABLE = frozenset({"MaxGapsPerWeek", "MaxGapsPerDay", "EarlyStarts", "MinHoursDaily", "MinDays"})
"""Kinds of which a further hour at the right place mends one violation."""


def lasting(problem: Problem, timetable: Timetable, violations: Iterable[Violation]) -> list[Violation]:
    """Those that the lessons yet to be placed cannot mend, were they where they would help most.

    Of a complete timetable: all. A gap of a teacher with an hour still to come is none yet; a second one is.
    """
    left = _hours_to_come(problem, timetable)
    mended_so_far: dict[tuple[str, str, str], float] = {}
    found = []
    for each in violations:
        one = (each.kind, each.ref, each.who)
        before = mended_so_far.get(one, 0)
        mended = min(each.units, left[each.who] - before) if each.kind in MENDABLE else 0
        mended_so_far[one] = before + mended
        if each.units > mended:
            found.append(replace(each, units=each.units - mended))
    return found


def _hours_to_come(problem: Problem, timetable: Timetable) -> Counter[str]:
    """By teacher and by smallest student set; a name that both have counts the more."""
    scene = Scene.of(problem, timetable)
    hours: Counter[tuple[str, str]] = Counter()
    for activity in problem.activities:
        if activity.name not in timetable:
            for person in scene.who_attends(activity.name):
                hours[person] += activity.duration
    found: Counter[str] = Counter()
    for (_, name), count in hours.items():
        found[name] = max(found[name], count)
    return found
