"""The parts of a problem that are no rules, as lists of a FET file."""

from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement

from lyceum.solver.problem import Activity, Grid, Room, StudentSet


def add(parent: Element, tag: str, value: object = "") -> Element:
    element = SubElement(parent, tag)
    element.text = str(value)
    return element


def grid_lists(grid: Grid) -> list[Element]:
    days, hours = Element("Days_List"), Element("Hours_List")
    add(days, "Number_of_Days", len(grid.days))
    add(hours, "Number_of_Hours", len(grid.hours))
    for parent, tag, names in ((days, "Day", grid.days), (hours, "Hour", grid.hours)):
        for name in names:
            add(SubElement(parent, tag), "Name", name)
    return [days, hours]


def named_list(list_tag: str, tag: str, names: Iterable[str], **more: str) -> Element:
    found = Element(list_tag)
    for name in names:
        element = SubElement(found, tag)
        add(element, "Name", name)
        for field, value in more.items():
            add(element, field, value)
        add(element, "Comments")
    return found


def rooms_list(rooms: Sequence[Room]) -> Element:
    found = Element("Rooms_List")
    for room in rooms:
        element = SubElement(found, "Room")
        add(element, "Name", room.name)
        add(element, "Building", room.building)
        add(element, "Capacity", 30000 if room.capacity is None else room.capacity)
        add(element, "Virtual", "false")
        add(element, "Comments")
    return found


def students_list(sets: Sequence[StudentSet], parts: Mapping[str, frozenset[str]]) -> Element:
    """Years, groups and subgroups; where the sets are no such tree, one year of groups of their smallest parts."""
    found = Element("Students_List")
    by_name = {each.name: each for each in sets}
    years = _years(by_name)
    if years is None:
        everybody = _unused("Everybody", by_name)
        size = sum(each.size for each in sets if not each.parts)
        inner = frozenset().union(*(parts[each.name] for each in sets if each.parts))
        groups = [each for each in sets if each.parts or each.name not in inner]
        year = _set(found, "Year", StudentSet(everybody, size))
        for each in groups:
            group = _set(year, "Group", each)
            for part in sorted(parts[each.name] - {each.name}):
                _set(group, "Subgroup", by_name[part])
        return found
    for each in years:
        year = _set(found, "Year", each)
        for group_name in each.parts:
            group = _set(year, "Group", by_name[group_name])
            for subgroup in by_name[group_name].parts:
                _set(group, "Subgroup", by_name[subgroup])
    return found


def _years(by_name: Mapping[str, StudentSet]) -> list[StudentSet] | None:
    """The outermost sets, if the others are groups of theirs, or subgroups of those, and never both."""
    groups = {part for each in by_name.values() for part in each.parts}
    years = [each for each in by_name.values() if each.name not in groups]
    second = {part for each in years for part in each.parts}
    third = {part for name in second for part in by_name[name].parts}
    deeper = any(by_name[name].parts for name in third)
    return None if second & third or deeper else years


def _unused(name: str, taken: Mapping[str, StudentSet]) -> str:
    while name in taken:
        name += "’"
    return name


def _set(parent: Element, tag: str, students: StudentSet) -> Element:
    element = SubElement(parent, tag)
    add(element, "Name", students.name)
    add(element, "Number_of_Students", students.size)
    add(element, "Comments")
    return element


def activity_element(activity: Activity, *, number: int, group: int, total: int) -> Element:
    element = Element("Activity")
    for teacher in activity.teachers:
        add(element, "Teacher", teacher)
    add(element, "Subject", activity.subject or "–")
    for tag in sorted(activity.tags):
        add(element, "Activity_Tag", tag)
    for students in activity.students:
        add(element, "Students", students)
    add(element, "Duration", activity.duration)
    add(element, "Total_Duration", total)
    add(element, "Id", number)
    add(element, "Activity_Group_Id", group)
    if activity.size is not None:
        add(element, "Number_Of_Students", activity.size)
    add(element, "Active", "true")
    add(element, "Comments")
    return element
