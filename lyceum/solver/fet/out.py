"""Rules as constraints of a FET file."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, SubElement

from lyceum.solver import rules
from lyceum.solver.fet.names import Names
from lyceum.solver.problem import Problem
from lyceum.solver.rules import Rule, Who

TIME, SPACE = "Time_Constraints_List", "Space_Constraints_List"
Field = tuple[str, object]
R = TypeVar("R", bound=Rule)


class CannotWriteError(ValueError):
    """FET has no constraint that says this."""


def constraint(kind: str, weight: float, fields: Iterable[Field]) -> Element:
    element = Element(f"Constraint{kind}")
    SubElement(element, "Weight_Percentage").text = f"{weight:g}"
    for tag, value in fields:
        if isinstance(value, Element):
            element.append(value)
        else:
            SubElement(element, tag).text = str(value).lower() if isinstance(value, bool) else str(value)
    SubElement(element, "Active").text = "true"
    SubElement(element, "Comments")
    return element


class Out:
    """Turns rules into constraints, each with the list it belongs to."""

    def __init__(self, problem: Problem, names: Names, numbers: Mapping[str, int]) -> None:
        self.problem = problem
        self.names = names
        self.numbers = numbers

    def constraints(self, rule: Rule) -> list[tuple[str, Element]]:
        """Raises `CannotWriteError` for what the format has no words for."""
        build = KINDS.get(type(rule))
        if build is None:
            raise CannotWriteError(type(rule).__name__)
        return [
            (SPACE if kind.endswith(_SPACE_ENDINGS) else TIME, constraint(kind, rule.weight, fields))
            for kind, fields in build(self, rule)
        ]

    def ids(self, activities: Iterable[str], tag: str = "Activity_Id") -> list[Field]:
        return [(tag, self.numbers[each]) for each in activities]

    def counted_ids(self, activities: tuple[str, ...]) -> list[Field]:
        return [("Number_of_Activities", len(activities)), *self.ids(activities)]

    def slots(self, count: str, tag: str, slots: Iterable[int], prefix: str = "") -> list[Field]:
        grid, found = self.problem.grid, sorted(slots)
        fields: list[Field] = [(count, len(found))]
        for slot in found:
            element = Element(tag)
            SubElement(element, f"{prefix}Day").text = grid.days[grid.day_of(slot)]
            SubElement(element, f"{prefix}Hour").text = grid.hours[grid.hour_of(slot)]
            fields.append((tag, element))
        return fields

    def everybody(self, who: Who) -> Iterator[str]:
        """The person, or, of all, each teacher or each year."""
        if who.name is not None:
            yield who.name
        elif who.kind == "teacher":
            yield from (each.name for each in self.problem.teachers)
        else:
            inner = {part for each in self.problem.students for part in each.parts}
            yield from (each.name for each in self.problem.students if each.name not in inner)

    def filters(self, activities: tuple[str, ...], *, fields: frozenset[str]) -> dict[str, str] | None:
        """A filter that lets exactly these lessons through, if there is one."""
        found = [self.names.activity[each] for each in activities]
        teachers = set.intersection(*({*each.teachers} for each in found)) if "teacher" in fields else set()
        tags = set.intersection(*({*each.tags} for each in found)) if "tag" in fields else set()
        subjects = {each.subject for each in found} if "subject" in fields else set()
        durations = {each.duration for each in found} if "duration" in fields else set()
        students: list[str | None] = [None]
        if "students" in fields:
            attending = [self.names.attending[each] for each in activities]
            students += [
                name
                for name, parts in self.names.parts.items()
                if all(not parts.isdisjoint(each) for each in attending)
            ]
        subject = subjects.pop() if len(subjects) == 1 else None
        duration = durations.pop() if len(durations) == 1 else None
        for teacher, tag, share in product([None, *sorted(teachers)], [None, *sorted(tags)], students):
            for length in (None, duration) if duration is not None else (None,):
                selected = self.names.matching(
                    teacher=teacher, students=share, subject=subject, tag=tag, duration=length
                )
                if set(selected) == set(activities):
                    chosen = {"teacher": teacher, "students": share, "subject": subject, "tag": tag}
                    return {
                        **{field: value or "" for field, value in chosen.items()},
                        "duration": str(length or ""),
                    }
        return None


Built = Iterator[tuple[str, list[Field]]]

_SPACE_ENDINGS = (
    "Room", "Rooms", "RoomNotAvailableTimes", "DifferentRooms", "RoomIfConsecutive",
    "ChangesPerDay", "ChangesPerWeek", "BuildingChanges",
)  # fmt: skip
_TIME_FILTER = frozenset({"teacher", "students", "subject", "tag", "duration"})
_FIELDS = {
    "teacher": "Teacher_Name",
    "students": "Students_Name",
    "subject": "Subject_Name",
    "tag": "Activity_Tag_Name",
    "duration": "Duration",
}


def _about(suffix: str, fields: Callable[[Any], list[Field]], *, teachers: bool = True, students: bool = True) -> Any:
    """For a kind that FET has for one teacher, all teachers, one student set and all students."""

    def build(_: Out, rule: Any) -> Built:
        who: Who = rule.who
        if not (teachers if who.kind == "teacher" else students):
            raise CannotWriteError(f"{suffix} of {who.kind}")
        if who.name is None:
            yield ("Teachers" if who.kind == "teacher" else "Students") + suffix, fields(rule)
        elif who.kind == "teacher":
            tag = "Teacher" if suffix.endswith(_SPACE_ENDINGS) else "Teacher_Name"
            yield f"Teacher{suffix}", [(tag, who.name), *fields(rule)]
        else:
            yield f"StudentsSet{suffix}", [("Students", who.name), *fields(rule)]

    return build


def _not_available(out: Out, rule: rules.NotAvailable) -> Built:
    if rule.who is None:
        yield "BreakTimes", out.slots("Number_of_Break_Times", "Break_Time", rule.slots)
        return
    kind, tag = ("Teacher", "Teacher") if rule.who.kind == "teacher" else ("StudentsSet", "Students")
    slots = out.slots("Number_of_Not_Available_Times", "Not_Available_Time", rule.slots)
    for name in out.everybody(rule.who):
        yield f"{kind}NotAvailableTimes", [(tag, name), *slots]


def _room_not_available(out: Out, rule: rules.RoomNotAvailable) -> Built:
    slots = out.slots("Number_of_Not_Available_Times", "Not_Available_Time", rule.slots)
    yield "RoomNotAvailableTimes", [("Room", rule.room), *slots]


def _interval(out: Out, rule: rules.IntervalMaxDays) -> Built:
    hours = out.problem.grid.hours
    end = hours[rule.last + 1] if rule.last + 1 < len(hours) else ""
    fields: list[Field] = [
        ("Interval_Start_Hour", hours[rule.first]),
        ("Interval_End_Hour", end),
        ("Max_Days_Per_Week", rule.days),
    ]
    yield from _about("IntervalMaxDaysPerWeek", lambda _: fields)(out, rule)


def _hours(before: str, after: str, field: str) -> Any:
    def build(out: Out, rule: Any) -> Built:
        if getattr(rule, "subject", None) or getattr(rule, "half_day", False):
            raise CannotWriteError("hours of a subject or of half a day")
        fields: list[Field] = [(field, rule.hours)]
        if rule.tag is not None:
            fields.append(("Activity_Tag" if rule.who.kind == "students" else "Activity_Tag_Name", rule.tag))
        if isinstance(rule, rules.MinHoursDaily):
            fields.append(("Allow_Empty_Days", rule.allow_empty_days))
        yield from _about(f"{'ActivityTag' if rule.tag is not None else ''}{before}{after}", lambda _: fields)(
            out, rule
        )

    return build


def _changes(period: str) -> Any:
    def build(out: Out, rule: rules.MaxRoomChangesDaily | rules.MaxRoomChangesWeekly) -> Built:
        what = "Building" if rule.buildings else "Room"
        yield from _about(
            f"Max{what}Changes{period}", lambda _: [(f"Max_{what}_Changes_Per_{period[3:]}", rule.changes)]
        )(out, rule)

    return build


def _homes(out: Out, rule: rules.HomeRooms) -> Built:
    kind, tag = ("Teacher", "Teacher") if rule.who.kind == "teacher" else ("StudentsSet", "Students")
    for name in out.everybody(rule.who):
        if len(rule.rooms) == 1:
            yield f"{kind}HomeRoom", [(tag, name), ("Room", rule.rooms[0])]
        else:
            yield f"{kind}HomeRooms", [(tag, name), *_rooms(rule.rooms)]


def _rooms(rooms: tuple[str, ...]) -> list[Field]:
    return [("Number_of_Preferred_Rooms", len(rooms)), *(("Preferred_Room", each) for each in rooms)]


def _preferred_rooms(out: Out, rule: rules.PreferredRooms) -> Built:
    where: list[Field] = [("Room", rule.rooms[0])] if len(rule.rooms) == 1 else _rooms(rule.rooms)
    ending = "PreferredRoom" if len(rule.rooms) == 1 else "PreferredRooms"
    found = None
    if len(rule.activities) > 1:
        found = out.filters(rule.activities, fields=frozenset({"subject", "tag"}))
    if found is not None and (found["subject"] or found["tag"]):
        subject: list[Field] = [("Subject", found["subject"])] if found["subject"] else []
        tag: list[Field] = [("Activity_Tag", found["tag"])] if found["tag"] else []
        kind = ("Subject" if subject else "") + ("ActivityTag" if tag else "")
        yield f"{kind}{ending}", [*subject, *tag, *where]
        return
    for activity in rule.activities:
        last: list[Field] = [("Permanently_Locked", True)] if len(rule.rooms) == 1 else []
        yield f"Activity{ending}", [*out.ids([activity]), *where, *last]


def _features(out: Out, rule: rules.NeedsFeatures) -> Built:
    """FET knows no features: the rooms that have them take their place."""
    rooms = tuple(each.name for each in out.problem.rooms if rule.features <= each.features)
    if not rooms:
        raise CannotWriteError("features that no room has")
    yield from _preferred_rooms(out, rules.PreferredRooms(activities=rule.activities, rooms=rooms))


def _preferred_starts(out: Out, rule: rules.PreferredStarts) -> Built:
    grid = out.problem.grid
    slots = out.slots(
        "Number_of_Preferred_Starting_Times", "Preferred_Starting_Time", rule.slots, prefix="Preferred_Starting_"
    )
    found = out.filters(rule.activities, fields=_TIME_FILTER) if len(rule.activities) > 1 else None
    if found is not None:
        yield "ActivitiesPreferredStartingTimes", [*((_FIELDS[key], found[key]) for key in _FIELDS), *slots]
        return
    for activity in rule.activities:
        if len(rule.slots) == 1:
            (slot,) = rule.slots
            day, hour = grid.days[grid.day_of(slot)], grid.hours[grid.hour_of(slot)]
            fields = [("Preferred_Day", day), ("Preferred_Hour", hour), ("Permanently_Locked", True)]
            yield "ActivityPreferredStartingTime", [*out.ids([activity]), *fields]
        else:
            yield "ActivityPreferredStartingTimes", [*out.ids([activity]), *slots]


def _preferred_slots(out: Out, rule: rules.PreferredSlots) -> Built:
    slots = out.slots("Number_of_Preferred_Time_Slots", "Preferred_Time_Slot", rule.slots, prefix="Preferred_")
    found = out.filters(rule.activities, fields=_TIME_FILTER) if len(rule.activities) > 1 else None
    if found is not None:
        yield "ActivitiesPreferredTimeSlots", [*((_FIELDS[key], found[key]) for key in _FIELDS), *slots]
        return
    for activity in rule.activities:
        yield "ActivityPreferredTimeSlots", [*out.ids([activity]), *slots]


def _edge(one: str, many: str) -> Any:
    def build(out: Out, rule: rules.EndsStudentsDay | rules.StartsStudentsDay) -> Built:
        fields = _TIME_FILTER - {"duration"}
        found = out.filters(rule.activities, fields=fields) if len(rule.activities) > 1 else None
        if found is not None:
            yield many, [(tag, found[key]) for key, tag in _FIELDS.items() if key in fields]
            return
        for activity in rule.activities:
            yield one, out.ids([activity])

    return build


def _listed(kind: str, *fields: tuple[str, str]) -> Any:
    """For a kind with a list of activities; `fields`: tag, and the rule's attribute it has the value of."""

    def build(out: Out, rule: Any) -> Built:
        yield kind, [*out.counted_ids(rule.activities), *((tag, getattr(rule, name)) for tag, name in fields)]

    return build


def _selection(kind: str, *fields: tuple[str, str]) -> Any:
    def build(out: Out, rule: Any) -> Built:
        slots = out.slots("Number_of_Selected_Time_Slots", "Selected_Time_Slot", rule.slots, prefix="Selected_")
        numbers = [(tag, getattr(rule, name)) for tag, name in fields]
        yield kind, [*out.counted_ids(rule.activities), *slots, *numbers]

    return build


def _min_days(out: Out, rule: rules.MinDaysBetween) -> Built:
    yield (
        "MinDaysBetweenActivities",
        [
            ("Consecutive_If_Same_Day", rule.consecutive_if_same_day),
            *out.counted_ids(rule.activities),
            ("MinDays", rule.days),
        ],
    )


def _two(kind: str) -> Any:
    def build(out: Out, rule: rules.Consecutive | rules.Ordered | rules.OrderedIfSameDay) -> Built:
        yield kind, [*out.ids([rule.first], "First_Activity_Id"), *out.ids([rule.second], "Second_Activity_Id")]

    return build


def _grouped(out: Out, rule: rules.Grouped) -> Built:
    tags = ("First_Activity_Id", "Second_Activity_Id", "Third_Activity_Id")
    if len(rule.activities) not in (2, 3):
        raise CannotWriteError("a group of more than three lessons")
    fields = [field for each, tag in zip(rule.activities, tags, strict=False) for field in out.ids([each], tag)]
    yield f"{'Two' if len(rule.activities) == 2 else 'Three'}ActivitiesGrouped", fields


KINDS: Mapping[type[Rule], Callable[[Out, Any], Built]] = {
    rules.NotAvailable: _not_available,
    rules.RoomNotAvailable: _room_not_available,
    rules.MaxDays: _about("MaxDaysPerWeek", lambda rule: [("Max_Days_Per_Week", rule.days)]),
    rules.MinDays: _about("MinDaysPerWeek", lambda rule: [("Minimum_Days_Per_Week", rule.days)], students=False),
    rules.IntervalMaxDays: _interval,
    rules.MaxGapsPerWeek: _about("MaxGapsPerWeek", lambda rule: [("Max_Gaps", rule.gaps)]),
    rules.MaxGapsPerDay: _about("MaxGapsPerDay", lambda rule: [("Max_Gaps", rule.gaps)]),
    rules.EarlyStarts: _about(
        "EarlyMaxBeginningsAtSecondHour", lambda rule: [("Max_Beginnings_At_Second_Hour", rule.late)], teachers=False
    ),
    rules.MaxHoursDaily: _hours("Max", "HoursDaily", "Maximum_Hours_Daily"),
    rules.MinHoursDaily: _hours("Min", "HoursDaily", "Minimum_Hours_Daily"),
    rules.MaxHoursContinuously: _hours("Max", "HoursContinuously", "Maximum_Hours_Continuously"),
    rules.MaxSpanDaily: _about("MaxSpanPerDay", lambda rule: [("Max_Span", rule.hours)]),
    rules.MinRestHours: _about(
        "MinRestingHours", lambda rule: [("Minimum_Resting_Hours", rule.hours), ("Circular", rule.circular)]
    ),
    rules.MinDaysBetween: _min_days,
    rules.MaxDaysBetween: _listed("MaxDaysBetweenActivities", ("MaxDays", "days")),
    rules.MinGapsBetween: _listed("MinGapsBetweenActivities", ("MinGaps", "gaps")),
    rules.NotOverlapping: _listed("ActivitiesNotOverlapping"),
    rules.SameStart: _listed("ActivitiesSameStartingTime"),
    rules.SameDay: _listed("ActivitiesSameStartingDay"),
    rules.SameHour: _listed("ActivitiesSameStartingHour"),
    rules.Consecutive: _two("TwoActivitiesConsecutive"),
    rules.Ordered: _two("TwoActivitiesOrdered"),
    rules.OrderedIfSameDay: _two("TwoActivitiesOrderedIfSameDay"),
    rules.Grouped: _grouped,
    rules.PreferredStarts: _preferred_starts,
    rules.PreferredSlots: _preferred_slots,
    rules.OccupyMaxSlots: _selection(
        "ActivitiesOccupyMaxTimeSlotsFromSelection", ("Max_Number_of_Occupied_Time_Slots", "most")
    ),
    rules.OccupyMinSlots: _selection(
        "ActivitiesOccupyMinTimeSlotsFromSelection", ("Min_Number_of_Occupied_Time_Slots", "least")
    ),
    rules.MaxSimultaneous: _selection(
        "ActivitiesMaxSimultaneousInSelectedTimeSlots", ("Max_Number_of_Simultaneous_Activities", "most")
    ),
    rules.MinSimultaneous: _selection(
        "ActivitiesMinSimultaneousInSelectedTimeSlots",
        ("Min_Number_of_Simultaneous_Activities", "least"),
        ("Allow_Empty_Slots", "or_none"),
    ),
    rules.EndsStudentsDay: _edge("ActivityEndsStudentsDay", "ActivitiesEndStudentsDay"),
    rules.StartsStudentsDay: _edge("ActivityBeginsStudentsDay", "ActivitiesBeginStudentsDay"),
    rules.PreferredRooms: _preferred_rooms,
    rules.HomeRooms: _homes,
    rules.NeedsFeatures: _features,
    rules.MaxRoomChangesDaily: _changes("PerDay"),
    rules.MaxRoomChangesWeekly: _changes("PerWeek"),
    rules.MinGapsBetweenBuildings: _about(
        "MinGapsBetweenBuildingChanges", lambda rule: [("Min_Gaps_Between_Building_Changes", rule.gaps)]
    ),
    rules.MaxDifferentRooms: _listed("ActivitiesOccupyMaxDifferentRooms", ("Max_Number_of_Different_Rooms", "rooms")),
    rules.SameRoomIfConsecutive: _listed("ActivitiesSameRoomIfConsecutive"),
}
