"""A FET file (versions 5 and 6) as a `Problem`. Constraint kinds that the engine does not know are listed, not lost."""

import re
from collections import Counter
from dataclasses import replace
from xml.etree.ElementTree import Element

from lyceum.solver.fet import parts
from lyceum.solver.fet.elements import FieldMissing, parse, source_of, text_or_none, texts, truth, weight
from lyceum.solver.fet.lessons import read_about_lessons
from lyceum.solver.fet.names import Names, smallest_parts
from lyceum.solver.fet.people import read_about_people
from lyceum.solver.problem import Activity, Kept, Lock, Problem, Unknown
from lyceum.solver.rules import PreferredRooms, PreferredStarts, Rule

LISTS = ("Time_Constraints_List", "Space_Constraints_List")
WITHOUT_WORDS = {"Weight_Percentage", "Weight", "Active", "Comments", "Permanently_Locked", "Consecutive_If_Same_Day"}


def read(source: bytes) -> Problem:
    """The problem in a FET file. Raises `FetError` with a code where the file cannot be taken as it is."""
    root = parse(source)
    grid, teachers, students = parts.read_grid(root), parts.read_teachers(root), parts.read_students(root)
    rooms, virtual = parts.read_rooms(root)
    everything, inactive, kept = parts.read_activities(
        root,
        teachers=frozenset(each.name for each in teachers),
        students=frozenset(each.name for each in students),
        hours=len(grid.hours),
    )
    names = Names(
        grid=grid,
        activities=tuple(each for each in everything if each.name not in inactive),
        inactive=inactive,
        component=_components(everything),
        teachers=frozenset(each.name for each in teachers),
        parts=smallest_parts(students),
        rooms=frozenset(each.name for each in rooms),
        subjects=frozenset(parts.read_names(root, "Subjects_List", "Subject", "subject")),
        tags=frozenset(parts.read_names(root, "Activity_Tags_List", "Activity_Tag", "activity tag")),
    )
    constraints = Constraints(names)
    for place in LISTS:
        for element in parts.section(root, place):
            constraints.take(element, place)
    return Problem(
        name=text_or_none(root, "Institution_Name") or "",
        grid=grid,
        activities=tuple(names.activities),
        teachers=teachers,
        students=students,
        rooms=rooms,
        rules=tuple(constraints.rules),
        locks=constraints.locks,
        unknown=(*_mode(root), *virtual, *constraints.unknown),
        kept=(*parts.read_kept(root), *kept, *constraints.kept),
    )


def _mode(root: Element) -> tuple[Unknown, ...]:
    """In the other modes days stand for half days, which the engine does not know of."""
    mode = text_or_none(root, "Mode") or "Official"
    return () if mode == "Official" else (Unknown(f"Mode {mode}", "", ""),)


def _components(activities: tuple[Activity, ...]) -> dict[str, int]:
    numbers, seen = {}, Counter[str]()
    for each in activities:
        seen[each.series] += 1
        numbers[each.name] = seen[each.series] if each.series else 1
    return numbers


class Constraints:
    """What the constraints of a file come to, gathered one after the other."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.rules: list[Rule] = []
        self.locks: dict[str, Lock] = {}
        self.unknown: list[Unknown] = []
        self.kept: list[Kept] = []
        self._refs: Counter[str] = Counter()

    def take(self, element: Element, place: str) -> None:
        if not truth(element, "Active", otherwise=True):
            self.kept.append(Kept(place, "", source_of(element)))
            return
        try:
            found = read_about_people(element, self.names)
            if found is None:
                found = read_about_lessons(element, self.names)
            share = weight(element) if found else 100.0
        except FieldMissing:
            found = None
        if found is None:
            self.unknown.append(Unknown(element.tag.removeprefix("Constraint"), source_of(element), place))
        elif len(found) == 1 and self._lift(element, found[0], share):
            pass
        elif found:
            ref = self._ref(element)
            self.rules += [replace(each, weight=share, ref=ref) for each in found]
            self._keep_if_partly_active(element, ref)
        elif not element.tag.startswith("ConstraintBasicCompulsory"):
            self.kept.append(Kept(place, "", source_of(element)))

    def _lift(self, element: Element, rule: Rule, share: float) -> bool:
        """A time or a room that the person locked in the timetable and may unlock again is no rule but a lock."""
        if share < 100 or truth(element, "Permanently_Locked", otherwise=True):
            return False
        if isinstance(rule, PreferredStarts) and len(rule.slots) == 1:
            (start,), (activity,) = rule.slots, rule.activities
            before = self.locks.get(activity, Lock())
            if before.start is None:
                self.locks[activity] = replace(before, start=start)
                return True
        if isinstance(rule, PreferredRooms) and not any(texts(element, "Real_Room")):
            (room,), (activity,) = rule.rooms, rule.activities
            before = self.locks.get(activity, Lock())
            if before.room is None:
                self.locks[activity] = replace(before, room=room)
                return True
        return False

    def _keep_if_partly_active(self, element: Element, ref: str) -> None:
        """A list with activities not active is kept whole: the rule has the others alone."""
        ids = (each.text or "" for each in element.iter() if each.tag.endswith("Activity_Id"))
        if any(each.strip() in self.names.inactive for each in ids):
            self.kept.append(Kept("rule", ref, source_of(element)))

    def _ref(self, element: Element) -> str:
        """What a person recognises the constraint by: their own comment, or its kind and whom it is about."""
        ref = (text_or_none(element, "Comments") or "").strip() or words_of(element, self.names)
        self._refs[ref] += 1
        return ref if self._refs[ref] == 1 else f"{ref} ({self._refs[ref]})"


def words_of(element: Element, names: Names) -> str:
    """The kind in words and what it is about: “Teacher max days per week: A. Smith, 3”."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", element.tag.removeprefix("Constraint")).capitalize()
    about = []
    for field in element:
        value = (field.text or "").strip()
        if len(field) or not value or field.tag in WITHOUT_WORDS or field.tag.startswith("Number_of"):
            continue
        if field.tag.endswith("Activity_Id") and value in names.activity:
            activity = names.activity[value]
            value = " ".join(each for each in (activity.subject, *activity.students[:1], f"({value})") if each)
        about.append(value)
    shown = ", ".join(about[:3]) + (" …" if len(about) > 3 else "")
    return f"{kind}: {shown}" if shown else kind
