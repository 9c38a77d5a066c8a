"""Made-up schools for the timetabling engine: a problem with a timetable that holds to it, and rules it breaks."""

import random
from collections.abc import Mapping
from dataclasses import replace

from lyceum.solver import rules
from lyceum.solver.rules import Rule
from lyceum.testing.timetabling import of_lessons, of_people, of_rooms
from lyceum.testing.timetabling.schools import Planting, School, make_school

__all__ = ["PLANTINGS", "School", "make_school", "plant"]


def plant(kind: type[Rule], school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    held, broken = PLANTINGS[kind](school, chance)
    return (replace(held, ref="held") if held else None), (replace(broken, ref="planted") if broken else None)


PLANTINGS: Mapping[type[Rule], Planting] = {
    rules.NotAvailable: of_people.not_available,
    rules.RoomNotAvailable: of_people.room_not_available,
    rules.MaxDays: of_people.max_days,
    rules.MinDays: of_people.min_days,
    rules.IntervalMaxDays: of_people.interval,
    rules.MaxGapsPerWeek: of_people.week_gaps,
    rules.MaxGapsPerDay: of_people.day_gaps,
    rules.EarlyStarts: of_people.early,
    rules.MaxHoursDaily: of_people.hours_daily,
    rules.MinHoursDaily: of_people.min_hours,
    rules.MaxHoursContinuously: of_people.in_a_row,
    rules.FreeHourWithin: of_people.lunch,
    rules.MaxSpanDaily: of_people.span,
    rules.MinRestHours: of_people.rest,
    rules.MinDaysBetween: of_lessons.min_days_between,
    rules.MaxDaysBetween: of_lessons.max_days_between,
    rules.MinGapsBetween: of_lessons.min_gaps,
    rules.NotOverlapping: of_lessons.not_overlapping,
    rules.SameStart: of_lessons.alike(rules.SameStart, lambda school, each: school.timetable[each.name].start),
    rules.SameDay: of_lessons.alike(rules.SameDay, lambda school, each: school.begin(each)[0]),
    rules.SameHour: of_lessons.alike(rules.SameHour, lambda school, each: school.begin(each)[1]),
    rules.Consecutive: of_lessons.consecutive,
    rules.Ordered: of_lessons.ordered,
    rules.OrderedIfSameDay: of_lessons.ordered_that_day,
    rules.Grouped: of_lessons.grouped,
    rules.PreferredStarts: of_lessons.starts,
    rules.PreferredSlots: of_lessons.slots,
    rules.OccupyMaxSlots: of_lessons.occupy_most,
    rules.OccupyMinSlots: of_lessons.occupy_least,
    rules.MaxSimultaneous: of_lessons.most_at_once,
    rules.MinSimultaneous: of_lessons.least_at_once,
    rules.EndsStudentsDay: of_lessons.edge(rules.EndsStudentsDay),
    rules.StartsStudentsDay: of_lessons.edge(rules.StartsStudentsDay),
    rules.PreferredRooms: of_rooms.preferred_rooms,
    rules.HomeRooms: of_rooms.home_rooms,
    rules.NeedsFeatures: of_rooms.features,
    rules.MaxRoomChangesDaily: of_rooms.changes(rules.MaxRoomChangesDaily),
    rules.MaxRoomChangesWeekly: of_rooms.changes(rules.MaxRoomChangesWeekly),
    rules.MaxDifferentRooms: of_rooms.different_rooms,
    rules.SameRoomIfConsecutive: of_rooms.same_room,
    rules.MinGapsBetweenBuildings: of_rooms.building_gaps,
}
