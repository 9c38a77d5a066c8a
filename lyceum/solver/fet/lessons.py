"""Constraints about activities: where they stand to each other, when and in which room they may be."""

from collections.abc import Callable, Mapping
from itertools import product
from xml.etree.ElementTree import Element

from lyceum.solver import rules
from lyceum.solver.fet.elements import FieldMissing, text, truth, whole
from lyceum.solver.fet.names import Names
from lyceum.solver.rules import Rule

Reading = Callable[[Element, Names], list[Rule]]
Several = type[rules.NotOverlapping | rules.SameStart | rules.SameDay | rules.SameHour | rules.SameRoomIfConsecutive]


def read_about_lessons(element: Element, names: Names) -> list[Rule] | None:
    """None where the kind is none of these; no rules where too few of its activities are active to matter."""
    read = KINDS.get(element.tag.removeprefix("Constraint"))
    return None if read is None else read(element, names)


def _breaks(element: Element, names: Names) -> list[Rule]:
    return [rules.NotAvailable(who=None, slots=names.slots(element))]


def _room_not_available(element: Element, names: Names) -> list[Rule]:
    return [rules.RoomNotAvailable(room=names.room(element, "Room"), slots=names.slots(element))]


def _one(element: Element, names: Names, *tags: str) -> tuple[str, ...]:
    text(element, *tags)
    return names.listed_activities(element, *tags)


def _starts(activities: tuple[str, ...], slots: frozenset[int]) -> list[Rule]:
    return [rules.PreferredStarts(activities=activities, slots=slots)] if activities else []


def _one_start(element: Element, names: Names) -> list[Rule]:
    day, hour = names.day(text(element, "Preferred_Day")), names.hour(text(element, "Preferred_Hour"))
    return _starts(_one(element, names, "Activity_Id"), frozenset({names.grid.slot(day, hour)}))


def _slots_of(activities: tuple[str, ...], slots: frozenset[int]) -> list[Rule]:
    return [rules.PreferredSlots(activities=activities, slots=slots)] if activities else []


def _ends(activities: tuple[str, ...]) -> list[Rule]:
    return [rules.EndsStudentsDay(activities=activities)] if activities else []


def _begins(activities: tuple[str, ...]) -> list[Rule]:
    return [rules.StartsStudentsDay(activities=activities)] if activities else []


def _together(kind: Several) -> Reading:
    def read(element: Element, names: Names) -> list[Rule]:
        activities = names.listed_activities(element)
        return [kind(activities=activities)] if len(activities) > 1 else []

    return read


def _grouped(element: Element, names: Names) -> list[Rule]:
    activities = names.listed_activities(element, "First_Activity_Id", "Second_Activity_Id", "Third_Activity_Id")
    return [rules.Grouped(activities=activities)] if len(activities) > 1 else []


def _two(kind: type[rules.Consecutive | rules.Ordered | rules.OrderedIfSameDay]) -> Reading:
    def read(element: Element, names: Names) -> list[Rule]:
        first = _one(element, names, "First_Activity_Id")
        second = _one(element, names, "Second_Activity_Id")
        return [kind(first=first[0], second=second[0])] if first and second else []

    return read


def _two_sets(element: Element, names: Names) -> list[Rule]:
    """Each lesson of the first set before each of the second: FET counts by such pairs, too."""
    first, second = element.find("First_Activities_Ids_Set"), element.find("Second_Activities_Ids_Set")
    if first is None or second is None:
        raise FieldMissing("First_Activities_Ids_Set")
    pairs = product(names.listed_activities(first), names.listed_activities(second))
    return [rules.Ordered(first=one, second=other) for one, other in pairs if one != other]


def _min_days(element: Element, names: Names) -> list[Rule]:
    activities = names.listed_activities(element)
    consecutive = truth(element, "Consecutive_If_Same_Day", otherwise=False)
    days = whole(element, "MinDays", "Min_Days")
    if len(activities) < 2:
        return []
    return [rules.MinDaysBetween(activities=activities, days=days, consecutive_if_same_day=consecutive)]


def _max_days(element: Element, names: Names) -> list[Rule]:
    activities, days = names.listed_activities(element), whole(element, "MaxDays", "Max_Days")
    return [rules.MaxDaysBetween(activities=activities, days=days)] if len(activities) > 1 else []


def _min_gaps(element: Element, names: Names) -> list[Rule]:
    activities, gaps = names.listed_activities(element), whole(element, "MinGaps", "Min_Gaps")
    return [rules.MinGapsBetween(activities=activities, gaps=gaps)] if len(activities) > 1 else []


def _occupy_most(element: Element, names: Names) -> list[Rule]:
    activities, slots = names.listed_activities(element), names.slots(element)
    most = whole(element, "Max_Number_of_Occupied_Time_Slots")
    return [rules.OccupyMaxSlots(activities=activities, slots=slots, most=most)] if activities else []


def _occupy_least(element: Element, names: Names) -> list[Rule]:
    activities, slots = names.listed_activities(element), names.slots(element)
    least = whole(element, "Min_Number_of_Occupied_Time_Slots")
    return [rules.OccupyMinSlots(activities=activities, slots=slots, least=least)] if activities else []


def _most_at_once(element: Element, names: Names) -> list[Rule]:
    activities, slots = names.listed_activities(element), names.slots(element)
    most = whole(element, "Max_Number_of_Simultaneous_Activities")
    return [rules.MaxSimultaneous(activities=activities, slots=slots, most=most)] if activities else []


def _least_at_once(element: Element, names: Names) -> list[Rule]:
    activities, slots = names.listed_activities(element), names.slots(element)
    least = whole(element, "Min_Number_of_Simultaneous_Activities")
    or_none = truth(element, "Allow_Empty_Slots", otherwise=False)
    return [rules.MinSimultaneous(activities=activities, slots=slots, least=least, or_none=or_none)]


def _different_rooms(element: Element, names: Names) -> list[Rule]:
    activities, rooms = names.listed_activities(element), whole(element, "Max_Number_of_Different_Rooms")
    return [rules.MaxDifferentRooms(activities=activities, rooms=rooms)] if len(activities) > 1 else []


def _rooms(activities: tuple[str, ...], rooms: tuple[str, ...]) -> list[Rule]:
    return [rules.PreferredRooms(activities=activities, rooms=rooms)] if activities else []


def _room_of_one(element: Element, names: Names) -> list[Rule]:
    return _rooms(_one(element, names, "Activity_Id"), (names.room(element, "Room"),))


def _rooms_of_one(element: Element, names: Names) -> list[Rule]:
    return _rooms(_one(element, names, "Activity_Id"), names.listed_rooms(element, "Preferred_Room"))


def _room_of_many(element: Element, names: Names) -> list[Rule]:
    return _rooms(names.selected(element), (names.room(element, "Room"),))


def _rooms_of_many(element: Element, names: Names) -> list[Rule]:
    text(element, "Preferred_Room")
    return _rooms(names.selected(element), names.listed_rooms(element, "Preferred_Room"))


def _starts_of_one(element: Element, names: Names) -> list[Rule]:
    return _starts(_one(element, names, "Activity_Id"), names.slots(element))


def _starts_of_many(element: Element, names: Names) -> list[Rule]:
    return _starts(names.selected(element), names.slots(element))


def _slots_of_one(element: Element, names: Names) -> list[Rule]:
    return _slots_of(_one(element, names, "Activity_Id"), names.slots(element))


def _slots_of_many(element: Element, names: Names) -> list[Rule]:
    return _slots_of(names.selected(element), names.slots(element))


def _compulsory(_: Element, __: Names) -> list[Rule]:
    """That nobody is in two places at once needs no rule here."""
    return []


KINDS: Mapping[str, Reading] = {
    "BasicCompulsoryTime": _compulsory,
    "BasicCompulsorySpace": _compulsory,
    "BreakTimes": _breaks,
    "ActivityPreferredStartingTime": _one_start,
    "ActivityPreferredStartingTimes": _starts_of_one,
    "ActivitiesPreferredStartingTimes": _starts_of_many,
    "SubactivitiesPreferredStartingTimes": _starts_of_many,
    "ActivityPreferredTime": _one_start,
    "ActivityPreferredTimes": _starts_of_one,
    "ActivitiesPreferredTimes": _starts_of_many,
    "ActivityPreferredTimeSlots": _slots_of_one,
    "ActivitiesPreferredTimeSlots": _slots_of_many,
    "SubactivitiesPreferredTimeSlots": _slots_of_many,
    "ActivityEndsStudentsDay": lambda element, names: _ends(_one(element, names, "Activity_Id")),
    "ActivitiesEndStudentsDay": lambda element, names: _ends(names.selected(element)),
    "ActivityBeginsStudentsDay": lambda element, names: _begins(_one(element, names, "Activity_Id")),
    "ActivitiesBeginStudentsDay": lambda element, names: _begins(names.selected(element)),
    "ActivitiesNotOverlapping": _together(rules.NotOverlapping),
    "ActivitiesSameStartingTime": _together(rules.SameStart),
    "ActivitiesSameStartingDay": _together(rules.SameDay),
    "ActivitiesSameStartingHour": _together(rules.SameHour),
    "TwoActivitiesConsecutive": _two(rules.Consecutive),
    "TwoActivitiesOrdered": _two(rules.Ordered),
    "TwoActivitiesOrderedIfSameDay": _two(rules.OrderedIfSameDay),
    "TwoSetsOfActivitiesOrdered": _two_sets,
    "TwoActivitiesGrouped": _grouped,
    "ThreeActivitiesGrouped": _grouped,
    "MinDaysBetweenActivities": _min_days,
    "MinNDaysBetweenActivities": _min_days,
    "MaxDaysBetweenActivities": _max_days,
    "MinGapsBetweenActivities": _min_gaps,
    "ActivitiesOccupyMaxTimeSlotsFromSelection": _occupy_most,
    "ActivitiesOccupyMinTimeSlotsFromSelection": _occupy_least,
    "ActivitiesMaxSimultaneousInSelectedTimeSlots": _most_at_once,
    "ActivitiesMinSimultaneousInSelectedTimeSlots": _least_at_once,
    "RoomNotAvailableTimes": _room_not_available,
    "ActivityPreferredRoom": _room_of_one,
    "ActivityPreferredRooms": _rooms_of_one,
    "SubjectPreferredRoom": _room_of_many,
    "SubjectPreferredRooms": _rooms_of_many,
    "SubjectActivityTagPreferredRoom": _room_of_many,
    "SubjectActivityTagPreferredRooms": _rooms_of_many,
    "ActivityTagPreferredRoom": _room_of_many,
    "ActivityTagPreferredRooms": _rooms_of_many,
    "ActivitiesOccupyMaxDifferentRooms": _different_rooms,
    "ActivitiesSameRoomIfConsecutive": _together(rules.SameRoomIfConsecutive),
}
