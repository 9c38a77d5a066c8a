"""A problem, and a timetable for it, as a FET file that FET opens: with everything that came in by such a file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, indent, tostring

from defusedxml.ElementTree import fromstring

from lyceum.solver.fet import parts, tree
from lyceum.solver.fet.elements import text_or_none, weight, whole_number
from lyceum.solver.fet.errors import FetError
from lyceum.solver.fet.lessons import read_about_lessons
from lyceum.solver.fet.names import Names, smallest_parts
from lyceum.solver.fet.out import SPACE, TIME, CannotWriteError, Out, constraint
from lyceum.solver.fet.people import read_about_people
from lyceum.solver.fet.reader import words_of
from lyceum.solver.problem import Kept, Problem
from lyceum.solver.rules import Rule
from lyceum.solver.solution import Timetable

VERSION = "6.8.5"
"""Of FET, whose form the file has."""


@dataclass(frozen=True)
class Written:
    source: bytes
    numbers: Mapping[str, int]
    """FET's number of each lesson: FET has no names for them."""
    left_out: tuple[Rule, ...] = ()
    """Rules that FET has no constraint for."""


def write(problem: Problem, timetable: Timetable | None = None, *, locked: bool = False) -> Written:
    """`locked`: lessons placed are locked for good; otherwise the person may lift each lock in FET."""
    numbers = numbers_of(problem)
    lists = {TIME: Element(TIME), SPACE: Element(SPACE)}
    for place, kind in ((TIME, "BasicCompulsoryTime"), (SPACE, "BasicCompulsorySpace")):
        lists[place].append(constraint(kind, 100, ()))
    left_out = _add_rules(problem, numbers, lists)
    for place, element in _placements(problem, numbers, timetable or {}, locked=locked):
        lists[place].append(element)
    for unknown in problem.unknown:
        if unknown.place in lists:
            lists[unknown.place].append(fromstring(unknown.source))
    for kept in problem.kept:
        if kept.kind in lists:
            lists[kept.kind].append(fromstring(kept.source))
    root = Element("fet", version=VERSION)
    for each in _parts(problem, numbers):
        root.append(each)
    root.extend(lists.values())
    indent(root, "\t")
    return Written(tostring(root, encoding="utf-8", xml_declaration=True), numbers, left_out)


def numbers_of(problem: Problem) -> dict[str, int]:
    """FET's number of each lesson: its name where all names are such numbers already."""
    names = [each.name for each in problem.activities]
    if all(re.fullmatch(r"[1-9][0-9]{0,8}", each) for each in names):
        return {name: int(name) for name in names}
    taken = {int(each.name) for each in problem.kept if each.kind == "Activity" and each.name.isdecimal()}
    free = (number for number in range(1, len(names) + len(taken) + 1) if number not in taken)
    return dict(zip(names, free, strict=False))


def names_of(problem: Problem) -> Names:
    inactive = frozenset(
        each.name for each in problem.kept if each.kind == "Activity" and each.name not in problem.activity
    )
    return Names(
        grid=problem.grid,
        activities=problem.activities,
        inactive=inactive,
        component={},
        teachers=frozenset(each.name for each in problem.teachers),
        parts=smallest_parts(problem.students),
        rooms=frozenset(each.name for each in problem.rooms),
        subjects=frozenset(each.subject for each in problem.activities),
        tags=frozenset(tag for each in problem.activities for tag in each.tags),
    )


def _add_rules(problem: Problem, numbers: Mapping[str, int], lists: Mapping[str, Element]) -> tuple[Rule, ...]:
    names = names_of(problem)
    out = Out(problem, names, numbers)
    sources = {each.name: each for each in problem.kept if each.kind == "rule"}
    left_out = []
    for rule in problem.rules:
        as_it_came = _still_said(rule, sources.get(rule.ref), names)
        try:
            found = out.constraints(rule)
        except CannotWriteError:
            left_out.append(rule)
            continue
        if as_it_came is not None:
            found = [(place, as_it_came) for place, _ in found[:1]]
        for place, element in found:
            _sign(element, rule.ref, names)
            lists[place].append(element)
    return tuple(left_out)


def _still_said(rule: Rule, kept: Kept | None, names: Names) -> Element | None:
    """The constraint as it came, with its lessons not active, if the rule is still the one that was read from it."""
    if kept is None:
        return None
    element: Element = fromstring(kept.source)
    try:
        found = read_about_people(element, names) or read_about_lessons(element, names) or []
    except FetError:
        return None
    same = [replace(each, weight=weight(element), ref=rule.ref) for each in found] == [rule]
    return element if same else None


def _sign(element: Element, ref: str, names: Names) -> None:
    """The rule's name becomes the comment, unless reading the constraint gives it that name anyway."""
    comments = element.find("Comments")
    if comments is not None and re.sub(r" \(\d+\)$", "", ref) != words_of(element, names):
        comments.text = ref


def _placements(
    problem: Problem, numbers: Mapping[str, int], timetable: Timetable, *, locked: bool
) -> Iterator[tuple[str, Element]]:
    grid = problem.grid
    for activity in problem.activities:
        number, lock, placed = numbers[activity.name], problem.locks.get(activity.name), timetable.get(activity.name)
        start = placed.start if placed else lock.start if lock else None
        room = placed.room if placed and placed.room else lock.room if lock else None
        last = ("Permanently_Locked", locked)
        if start is not None:
            day, hour = grid.days[grid.day_of(start)], grid.hours[grid.hour_of(start)]
            where = [("Activity_Id", number), ("Preferred_Day", day), ("Preferred_Hour", hour), last]
            yield TIME, constraint("ActivityPreferredStartingTime", 100, where)
        if room is not None:
            yield SPACE, constraint("ActivityPreferredRoom", 100, [("Activity_Id", number), ("Room", room), last])


def _parts(problem: Problem, numbers: Mapping[str, int]) -> Iterator[Element]:
    """What stands before the constraints: as it came where that still says what the problem says."""
    came = {each.name: fromstring(each.source) for each in problem.kept if each.kind == "list"}
    yield _text("Mode", text=came["Mode"].text if "Mode" in came else "Official")
    yield _text("Institution_Name", text=problem.name)
    yield came.get("Comments", Element("Comments"))
    root = Element("fet")
    root.extend(came.values())
    for tag, made in zip(("Days_List", "Hours_List"), tree.grid_lists(problem.grid), strict=True):
        same = tag in came and _names(came[tag]) == _names(made)
        yield came[tag] if same else made
    subjects = [each.subject or "–" for each in problem.activities]
    yield _completed(came, "Subjects_List", "Subject", subjects)
    tags = sorted({tag for each in problem.activities for tag in each.tags})
    yield _completed(came, "Activity_Tags_List", "Activity_Tag", tags, Printable="true")
    if "Teachers_List" in came and parts.read_teachers(root) == problem.teachers:
        yield came["Teachers_List"]
    else:
        names = [each.name for each in problem.teachers]
        yield tree.named_list("Teachers_List", "Teacher", names, Target_Number_of_Hours="0", Qualified_Subjects="")
    if "Students_List" in came and parts.read_students(root) == problem.students:
        yield came["Students_List"]
    else:
        yield tree.students_list(problem.students, smallest_parts(problem.students))
    yield _activities(problem, numbers)
    buildings = sorted({each.building for each in problem.rooms if each.building})
    yield _completed(came, "Buildings_List", "Building", buildings)
    same = "Rooms_List" in came and parts.read_rooms(root)[0] == problem.rooms
    yield came["Rooms_List"] if same else tree.rooms_list(problem.rooms)
    if "Timetable_Generation_Options_List" in came:
        yield came["Timetable_Generation_Options_List"]


def _text(tag: str, *, text: str | None) -> Element:
    element = Element(tag)
    element.text = text
    return element


def _names(element: Element) -> list[str]:
    return [each.text or "" for each in element.iter("Name")]


def _completed(came: Mapping[str, Element], list_tag: str, tag: str, names: list[str], **more: str) -> Element:
    """The list as it came, and after it those whom it lacks."""
    found = came.get(list_tag, Element(list_tag))
    there = {name for name, _ in parts.named(found, tag)}
    found.extend(tree.named_list("", tag, (name for name in dict.fromkeys(names) if name not in there), **more))
    return found


def _activities(problem: Problem, numbers: Mapping[str, int]) -> Element:
    kept = {each.name: fromstring(each.source) for each in problem.kept if each.kind == "Activity"}
    totals, groups = _series(problem, numbers, kept)
    found = Element("Activities_List")
    for each in problem.activities:
        element = tree.activity_element(
            each,
            number=numbers[each.name],
            group=groups.get(each.series, 0),
            total=totals.get(each.series, each.duration),
        )
        if each.name in kept:
            element = _with_comments(element, kept[each.name])
        found.append(element)
    found.extend(element for name, element in kept.items() if name not in problem.activity)
    return found


def _with_comments(element: Element, came: Element) -> Element:
    comments = element.find("Comments")
    if comments is not None:
        comments.text = text_or_none(came, "Comments")
    return element


def _series(
    problem: Problem, numbers: Mapping[str, int], kept: Mapping[str, Element]
) -> tuple[dict[str, int], dict[str, int]]:
    """Hours of each series in all, and its number: that of the file it came from, or of its first lesson."""
    totals: dict[str, int] = {}
    groups: dict[str, int] = {}
    own = all(name == str(number) for name, number in numbers.items())
    for each in problem.activities:
        if each.series:
            totals[each.series] = totals.get(each.series, 0) + each.duration
            number = int(each.series) if own and each.series.isdecimal() else numbers[each.name]
            groups.setdefault(each.series, number)
    for name, element in kept.items():
        series = text_or_none(element, "Activity_Group_Id") or ""
        if series in totals and name not in problem.activity:
            totals[series] += whole_number(text_or_none(element, "Duration") or "1", "Duration")
    return totals, groups
