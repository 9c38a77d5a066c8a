"""What constraints of a file refer to by name, looked up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from xml.etree.ElementTree import Element

from lyceum.solver.fet.elements import text, text_or_none, texts, whole_number
from lyceum.solver.fet.errors import UnknownNameError
from lyceum.solver.problem import Activity, Grid

T = TypeVar("T")


def find(name: str, known: Collection[str], what: str) -> str:
    if name not in known:
        raise UnknownNameError(f"The file speaks of the {what} “{name[:80]}”, and has none of that name.")
    return name


@dataclass(frozen=True)
class Names:
    """Everything that a file's constraints may name."""

    grid: Grid
    activities: Sequence[Activity]
    """The active ones."""
    inactive: frozenset[str]
    component: Mapping[str, int]
    """Each lesson's number in its series, from 1, those not active counted as well."""
    teachers: frozenset[str]
    students: frozenset[str]
    rooms: frozenset[str]
    subjects: frozenset[str]
    tags: frozenset[str]

    @cached_property
    def activity(self) -> dict[str, Activity]:
        return {each.name: each for each in self.activities}

    @cached_property
    def _days(self) -> dict[str, int]:
        return {name: day for day, name in enumerate(self.grid.days)}

    @cached_property
    def _hours(self) -> dict[str, int]:
        return {name: hour for hour, name in enumerate(self.grid.hours)}

    def day(self, name: str) -> int:
        return self._days[find(name, self._days, "day")]

    def hour(self, name: str) -> int:
        return self._hours[find(name, self._hours, "hour")]

    def slots(self, element: Element) -> frozenset[int]:
        """All slots that the element lists, whatever it calls them: a day and an hour each."""
        found = set()
        for each in element:
            day = next((field.text or "" for field in each if field.tag.endswith("Day")), None)
            hour = next((field.text or "" for field in each if field.tag.endswith("Hour")), None)
            if day is not None and hour is not None:
                found.add(self.grid.slot(self.day(day), self.hour(hour)))
        return frozenset(found)

    def room(self, element: Element, *tags: str) -> str:
        return find(text(element, *tags), self.rooms, "room")

    def listed_rooms(self, element: Element, *tags: str) -> tuple[str, ...]:
        return unique(find(each, self.rooms, "room") for each in texts(element, *tags))

    def tag(self, element: Element, *tags: str) -> str:
        return find(text(element, *tags), self.tags, "activity tag")

    def active(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The lessons of the ids, those not active left out."""
        known = self.activity
        stripped = [each.strip() for each in ids]
        return unique(find(each, known, "activity with the number") for each in stripped if each not in self.inactive)

    def listed_activities(self, element: Element, *tags: str) -> tuple[str, ...]:
        return self.active(texts(element, *(tags or ("Activity_Id",))))

    def selected(self, element: Element) -> tuple[str, ...]:
        """The lessons that the element's filter lets through; a field left empty lets everything through."""
        teacher = text_or_none(element, "Teacher_Name", "Teacher")
        students = text_or_none(element, "Students_Name", "Students")
        subject = text_or_none(element, "Subject_Name", "Subject")
        tag = text_or_none(element, "Activity_Tag_Name", "Activity_Tag")
        duration = text_or_none(element, "Duration")
        component = text_or_none(element, "Component_Number")
        for name, known, what in (
            (teacher, self.teachers, "teacher"),
            (students, self.students, "student set"),
            (subject, self.subjects, "subject"),
            (tag, self.tags, "activity tag"),
        ):
            if name is not None:
                find(name, known, what)
        return tuple(
            each.name
            for each in self.activities
            if (teacher is None or teacher in each.teachers)
            and (students is None or students in each.students)
            and (subject is None or subject == each.subject)
            and (tag is None or tag in each.tags)
            and (duration is None or whole_number(duration, "Duration") == each.duration)
            and (component is None or whole_number(component, "Component_Number") == self.component[each.name])
        )


def unique(names: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(names))
