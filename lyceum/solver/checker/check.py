"""The whole check of a timetable."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lyceum.solver import rules
from lyceum.solver.checker import clashes, days, lessons, places, weeks
from lyceum.solver.checker.scene import Finding, Scene
from lyceum.solver.problem import Problem
from lyceum.solver.rules import Rule
from lyceum.solver.solution import Timetable, Violation


def check(problem: Problem, timetable: Timetable) -> list[Violation]:
    """Every violation: of rules, of locks, and of what always holds, by the lessons that are placed.

    Where some are not, `lasting` tells what they could still mend (a gap, say) from what they cannot.
    """
    scene = Scene.of(problem, timetable)
    found = list(clashes.find(scene))
    for rule in problem.rules:
        for finding in findings(scene, rule):
            found.append(
                Violation(
                    kind=type(rule).__name__,
                    ref=rule.ref,
                    activities=finding.activities,
                    units=finding.units,
                    weight=rule.weight if finding.weight is None else finding.weight,
                    who=finding.who,
                    detail=finding.detail,
                )
            )
    return found


def findings(scene: Scene, rule: Rule) -> Iterator[Finding]:
    look = KINDS.get(type(rule))
    if look is None:
        raise NotImplementedError(type(rule).__name__)
    yield from (each for each in look(scene, rule) if each.units > 0)


def cost(violations: Iterable[Violation]) -> float:
    """Of what need not hold: the sum of weight / 100 × units."""
    return sum(each.cost for each in violations if each.weight < 100)


def hard(violations: Iterable[Violation]) -> list[Violation]:
    return [each for each in violations if each.weight >= 100]


def missing(problem: Problem, timetable: Timetable) -> tuple[str, ...]:
    """Lessons that are not placed."""
    return tuple(each.name for each in problem.activities if each.name not in timetable)


Look = Callable[[Scene, Any], Iterable[Finding]]

KINDS: Mapping[type[Rule], Look] = {
    rules.NotAvailable: days.not_available,
    rules.MaxGapsPerDay: days.max_gaps_a_day,
    rules.MaxHoursDaily: days.max_hours,
    rules.MinHoursDaily: days.min_hours,
    rules.MaxHoursContinuously: days.max_in_a_row,
    rules.FreeHourWithin: days.free_hour,
    rules.MaxSpanDaily: days.max_span,
    rules.MaxDays: weeks.max_days,
    rules.MinDays: weeks.min_days,
    rules.IntervalMaxDays: weeks.interval_max_days,
    rules.MaxGapsPerWeek: weeks.max_gaps,
    rules.EarlyStarts: weeks.early_starts,
    rules.MinRestHours: weeks.min_rest,
    rules.MinDaysBetween: lessons.min_days,
    rules.MaxDaysBetween: lessons.max_days,
    rules.MinGapsBetween: lessons.min_gaps,
    rules.NotOverlapping: lessons.not_overlapping,
    rules.SameStart: lessons.same_start,
    rules.SameDay: lessons.same_day,
    rules.SameHour: lessons.same_hour,
    rules.Consecutive: lessons.consecutive,
    rules.Ordered: lessons.ordered,
    rules.OrderedIfSameDay: lessons.ordered_if_same_day,
    rules.Grouped: lessons.grouped,
    rules.PreferredStarts: lessons.preferred_starts,
    rules.PreferredSlots: lessons.preferred_slots,
    rules.OccupyMaxSlots: lessons.occupy_most,
    rules.OccupyMinSlots: lessons.occupy_least,
    rules.MaxSimultaneous: lessons.most_at_once,
    rules.MinSimultaneous: lessons.least_at_once,
    rules.EndsStudentsDay: lessons.ends_day,
    rules.StartsStudentsDay: lessons.starts_day,
    rules.RoomNotAvailable: places.room_not_available,
    rules.PreferredRooms: places.preferred_rooms,
    rules.HomeRooms: places.home_rooms,
    rules.NeedsFeatures: places.features,
    rules.MaxRoomChangesDaily: places.changes_a_day,
    rules.MaxRoomChangesWeekly: places.changes_a_week,
    rules.MaxDifferentRooms: places.different_rooms,
    rules.SameRoomIfConsecutive: places.same_room,
    rules.MinGapsBetweenBuildings: places.gaps_between_buildings,
}
