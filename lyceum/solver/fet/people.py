"""Constraints about the day and the week of a teacher or a student set, or of all of them."""

import re
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from lyceum.solver import rules
from lyceum.solver.fet.elements import FieldMissing, text, text_or_none, truth, whole
from lyceum.solver.fet.names import Names, find
from lyceum.solver.rules import Rule, Who

About = Callable[[Who, Element, Names], Rule]

TAG = re.compile(r"Constraint(Teachers?|StudentsSet|Students)([A-Z].*)")


def read_about_people(element: Element, names: Names) -> list[Rule] | None:
    """None where the kind is none of these."""
    found = TAG.fullmatch(element.tag)
    build = KINDS.get(found[2]) if found else None
    if not found or build is None:
        return None
    return [build(_who(found[1], element, names), element, names)]


def _who(scope: str, element: Element, names: Names) -> Who:
    if scope == "Teacher":
        return Who("teacher", find(text(element, "Teacher_Name", "Teacher"), names.teachers, "teacher"))
    if scope == "StudentsSet":
        return Who("students", find(text(element, "Students", "Students_Name"), names.students, "student set"))
    return Who("teacher" if scope == "Teachers" else "students")


def _not_available(who: Who, element: Element, names: Names) -> Rule:
    return rules.NotAvailable(who=who, slots=names.slots(element))


def _interval(who: Who, element: Element, names: Names) -> Rule:
    """The interval ends before its last hour; an end left empty is the end of the day."""
    end = text_or_none(element, "Interval_End_Hour")
    return rules.IntervalMaxDays(
        who=who,
        first=names.hour(text(element, "Interval_Start_Hour")),
        last=(len(names.grid.hours) if end is None else names.hour(end)) - 1,
        days=whole(element, "Max_Days_Per_Week"),
    )


def _min_hours(who: Who, element: Element, names: Names, *, tagged: bool = False) -> Rule:
    return rules.MinHoursDaily(
        who=who,
        hours=whole(element, "Minimum_Hours_Daily"),
        allow_empty_days=truth(element, "Allow_Empty_Days", otherwise=who.kind == "teacher"),
        tag=_tag(element, names) if tagged else None,
    )


def _tag(element: Element, names: Names) -> str:
    return names.tag(element, "Activity_Tag", "Activity_Tag_Name")


def _span(who: Who, element: Element, names: Names) -> Rule:
    del names
    if truth(element, "Allow_One_Day_Exception_of_Plus_One", otherwise=False):
        raise FieldMissing("an exception of one day")
    return rules.MaxSpanDaily(who=who, hours=whole(element, "Max_Span"))


def _rest(who: Who, element: Element, names: Names) -> Rule:
    del names
    return rules.MinRestHours(
        who=who,
        hours=whole(element, "Minimum_Resting_Hours"),
        circular=truth(element, "Circular", otherwise=False),
    )


def _changes(kind: type[rules.MaxRoomChangesDaily] | type[rules.MaxRoomChangesWeekly], field: str) -> About:
    return lambda who, element, _: kind(who=who, changes=whole(element, field), buildings="Building" in field)


KINDS: Mapping[str, About] = {
    "NotAvailableTimes": _not_available,
    "MaxDaysPerWeek": lambda who, element, _: rules.MaxDays(who=who, days=whole(element, "Max_Days_Per_Week")),
    "MinDaysPerWeek": lambda who, element, _: rules.MinDays(
        who=who, days=whole(element, "Minimum_Days_Per_Week", "Min_Days_Per_Week")
    ),
    "IntervalMaxDaysPerWeek": _interval,
    "MaxGapsPerWeek": lambda who, element, _: rules.MaxGapsPerWeek(who=who, gaps=whole(element, "Max_Gaps")),
    "MaxGapsPerDay": lambda who, element, _: rules.MaxGapsPerDay(who=who, gaps=whole(element, "Max_Gaps")),
    "EarlyMaxBeginningsAtSecondHour": lambda who, element, _: rules.EarlyStarts(
        who=who, late=whole(element, "Max_Beginnings_At_Second_Hour")
    ),
    "MaxHoursDaily": lambda who, element, _: rules.MaxHoursDaily(who=who, hours=whole(element, "Maximum_Hours_Daily")),
    "ActivityTagMaxHoursDaily": lambda who, element, names: rules.MaxHoursDaily(
        who=who, hours=whole(element, "Maximum_Hours_Daily"), tag=_tag(element, names)
    ),
    "MinHoursDaily": _min_hours,
    "ActivityTagMinHoursDaily": lambda who, element, names: _min_hours(who, element, names, tagged=True),
    "MaxHoursContinuously": lambda who, element, _: rules.MaxHoursContinuously(
        who=who, hours=whole(element, "Maximum_Hours_Continuously")
    ),
    "ActivityTagMaxHoursContinuously": lambda who, element, names: rules.MaxHoursContinuously(
        who=who, hours=whole(element, "Maximum_Hours_Continuously"), tag=_tag(element, names)
    ),
    "MaxSpanPerDay": _span,
    "MinRestingHours": _rest,
    "HomeRoom": lambda who, element, names: rules.HomeRooms(who=who, rooms=(names.room(element, "Room"),)),
    "HomeRooms": lambda who, element, names: rules.HomeRooms(
        who=who, rooms=names.listed_rooms(element, "Preferred_Room")
    ),
    "MaxRoomChangesPerDay": _changes(rules.MaxRoomChangesDaily, "Max_Room_Changes_Per_Day"),
    "MaxBuildingChangesPerDay": _changes(rules.MaxRoomChangesDaily, "Max_Building_Changes_Per_Day"),
    "MaxRoomChangesPerWeek": _changes(rules.MaxRoomChangesWeekly, "Max_Room_Changes_Per_Week"),
    "MaxBuildingChangesPerWeek": _changes(rules.MaxRoomChangesWeekly, "Max_Building_Changes_Per_Week"),
    "MinGapsBetweenBuildingChanges": lambda who, element, _: rules.MinGapsBetweenBuildings(
        who=who, gaps=whole(element, "Min_Gaps_Between_Building_Changes")
    ),
}
