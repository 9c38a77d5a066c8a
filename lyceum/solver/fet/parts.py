"""The parts of a FET file that are no constraints: the grid, people, rooms and activities."""

from collections import Counter
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from lyceum.solver.fet.elements import FieldMissing, source_of, text, text_or_none, texts, truth, whole, whole_number
from lyceum.solver.fet.errors import BadValueError, DuplicateError, MissingError
from lyceum.solver.fet.names import find, unique
from lyceum.solver.problem import Activity, Grid, Kept, Room, StudentSet, Teacher, Unknown

LONGEST_WEEK = 2_000
"""Slots: days times hours."""

KEPT_LISTS = (
    "Mode",
    "Comments",
    "Days_List",
    "Hours_List",
    "Subjects_List",
    "Activity_Tags_List",
    "Teachers_List",
    "Students_List",
    "Buildings_List",
    "Rooms_List",
    "Timetable_Generation_Options_List",
)
"""Written out again as they came, where they still fit what the problem says."""


def section(root: Element, tag: str) -> Element:
    found = root.find(tag)
    if found is None:
        raise MissingError(f"The file has no <{tag}>.")
    return found


def once(names: Iterable[str], what: str) -> tuple[str, ...]:
    """The names, none of them empty and each there once."""
    listed = tuple(names)
    for name, times in Counter(listed).items():
        if not name.strip():
            raise BadValueError(f"A {what} has no name.")
        if times > 1:
            raise DuplicateError(f"The file has the {what} “{name[:80]}” {times} times.")
    return listed


def read_grid(root: Element) -> Grid:
    days = once(_listed(section(root, "Days_List"), "Day"), "day")
    hours = once(_listed(section(root, "Hours_List"), "Hour"), "hour")
    if not days or not hours:
        raise MissingError("The file has no days or no hours.")
    if len(days) * len(hours) > LONGEST_WEEK:
        raise BadValueError(f"The file has {len(days)} days of {len(hours)} hours: more than {LONGEST_WEEK} in all.")
    return Grid(days=days, hours=hours)


def _listed(element: Element, tag: str) -> Iterator[str]:
    """The names of a list: each in an element of its own, or, in old files, one after the other."""
    for each in element:
        if each.tag == tag:
            yield text_or_none(each, "Name") or ""
        elif each.tag == "Name":
            yield each.text or ""


def named(element: Element, tag: str) -> Iterator[tuple[str, Element]]:
    for each in element.findall(tag):
        yield text_or_none(each, "Name") or "", each


def read_names(root: Element, section_tag: str, tag: str, what: str) -> tuple[str, ...]:
    found = root.find(section_tag)
    return () if found is None else once((name for name, _ in named(found, tag)), what)


def read_teachers(root: Element) -> tuple[Teacher, ...]:
    return tuple(Teacher(name) for name in read_names(root, "Teachers_List", "Teacher", "teacher"))


def read_students(root: Element) -> tuple[StudentSet, ...]:
    """Years, their groups and the groups' subgroups. A group may belong to two years, a subgroup to two groups."""
    sets: dict[str, StudentSet] = {}
    levels: dict[str, str] = {}

    def add(name: str, element: Element, level: str, parts: tuple[str, ...]) -> None:
        if not name.strip():
            raise BadValueError(f"A {level} has no name.")
        if levels.setdefault(name, level) != level or (level == "year" and name in sets):
            raise DuplicateError(f"The file has the student set “{name[:80]}” twice.")
        size = whole_number(text_or_none(element, "Number_of_Students") or "0", "Number_of_Students")
        before = sets.get(name)
        if before is not None:
            parts = unique((*before.parts, *parts))
        sets[name] = StudentSet(name=name, size=size, parts=parts)

    for year_name, year in named(section(root, "Students_List"), "Year"):
        groups = tuple(named(year, "Group"))
        add(year_name, year, "year", once((name for name, _ in groups), "group of one year"))
        for group_name, group in groups:
            subgroups = tuple(named(group, "Subgroup"))
            add(group_name, group, "group", once((name for name, _ in subgroups), "subgroup of one group"))
            for subgroup_name, subgroup in subgroups:
                add(subgroup_name, subgroup, "subgroup", ())
    return tuple(sets.values())


def read_rooms(root: Element) -> tuple[tuple[Room, ...], tuple[Unknown, ...]]:
    """Rooms, and the virtual ones among them: those count as rooms of their own, unknown to the real ones."""
    found = root.find("Rooms_List")
    if found is None:
        return (), ()
    elements = tuple(named(found, "Room"))
    once((name for name, _ in elements), "room")
    rooms = tuple(
        Room(
            name=name,
            capacity=whole_number(text_or_none(each, "Capacity") or "30000", "Capacity"),
            building=text_or_none(each, "Building") or "",
        )
        for name, each in elements
    )
    virtual = tuple(
        Unknown("VirtualRoom", source_of(each), "Rooms_List")
        for _, each in elements
        if truth(each, "Virtual", otherwise=False)
    )
    return rooms, virtual


def read_activities(
    root: Element, *, teachers: frozenset[str], students: frozenset[str], hours: int
) -> tuple[tuple[Activity, ...], frozenset[str], tuple[Kept, ...]]:
    """All activities, the names of those not active, and what of them is kept for export alone."""
    activities, inactive, kept = [], set(), []
    subjects = frozenset(read_names(root, "Subjects_List", "Subject", "subject"))
    tags = frozenset(read_names(root, "Activity_Tags_List", "Activity_Tag", "activity tag"))
    for element in section(root, "Activities_List").findall("Activity"):
        try:
            activity = _activity(element, teachers=teachers, students=students, subjects=subjects, tags=tags)
        except FieldMissing as error:
            raise MissingError(f"An activity has no <{error}>.") from error
        if not 1 <= activity.duration <= hours:
            raise BadValueError(f"Activity {activity.name} lasts {activity.duration} hours, and a day has {hours}.")
        activities.append(activity)
        is_active = truth(element, "Active", otherwise=True)
        if not is_active:
            inactive.add(activity.name)
        if not is_active or text_or_none(element, "Comments"):
            kept.append(Kept("Activity", activity.name, source_of(element)))
    once((each.name for each in activities), "activity with the number")
    return tuple(activities), frozenset(inactive), tuple(kept)


def _activity(
    element: Element,
    *,
    teachers: frozenset[str],
    students: frozenset[str],
    subjects: frozenset[str],
    tags: frozenset[str],
) -> Activity:
    group = whole_number(text_or_none(element, "Activity_Group_Id") or "0", "Activity_Group_Id")
    own_size = text_or_none(element, "Number_Of_Students", "Number_of_Students")
    tag_names = [each for each in texts(element, "Activity_Tag") if each]
    return Activity(
        name=str(whole(element, "Id")),
        duration=whole(element, "Duration"),
        teachers=unique(find(each, teachers, "teacher") for each in texts(element, "Teacher") if each),
        students=unique(find(each, students, "student set") for each in texts(element, "Students") if each),
        subject=find(text(element, "Subject"), subjects, "subject"),
        tags=frozenset(find(each, tags, "activity tag") for each in tag_names),
        series=str(group) if group else "",
        size=None if own_size is None else whole_number(own_size, "Number_Of_Students"),
    )


def read_kept(root: Element) -> tuple[Kept, ...]:
    found = ((tag, root.find(tag)) for tag in KEPT_LISTS)
    return tuple(Kept("list", tag, source_of(each)) for tag, each in found if each is not None)
