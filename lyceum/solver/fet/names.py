"""What constraints of a file refer to by name, looked up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from xml.etree.ElementTree import Element

from lyceum.solver.fet.elements import text, text_or_none, texts, whole_number
from lyceum.solver.fet.errors import BadValueError, UnknownNameError
from lyceum.solver.problem import Activity, Grid, StudentSet

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
    parts: Mapping[str, frozenset[str]]
    """The smallest parts of each student set."""
    rooms: frozenset[str]
    subjects: frozenset[str]
    tags: frozenset[str]

    @cached_property
    def activity(self) -> dict[str, Activity]:
        return {each.name: each for each in self.activities}

    @property
    def students(self) -> Mapping[str, frozenset[str]]:
        return self.parts

    @cached_property
    def attending(self) -> dict[str, frozenset[str]]:
        """Of each lesson the smallest parts of its student sets."""
        return {
            each.name: frozenset().union(*(self.parts[students] for students in each.students))
            for each in self.activities
        }

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
        duration = text_or_none(element, "Duration")
        component = text_or_none(element, "Component_Number")
        return self.matching(
            teacher=self._known(element, self.teachers, "teacher", "Teacher_Name", "Teacher"),
            students=self._known(element, self.students, "student set", "Students_Name", "Students"),
            subject=self._known(element, self.subjects, "subject", "Subject_Name", "Subject"),
            tag=self._known(element, self.tags, "activity tag", "Activity_Tag_Name", "Activity_Tag"),
            duration=None if duration is None else whole_number(duration, "Duration"),
            component=None if component is None else whole_number(component, "Component_Number"),
        )

    @staticmethod
    def _known(element: Element, known: Collection[str], what: str, *tags: str) -> str | None:
        name = text_or_none(element, *tags)
        return None if name is None else find(name, known, what)

    def matching(
        self,
        *,
        teacher: str | None = None,
        students: str | None = None,
        subject: str | None = None,
        tag: str | None = None,
        duration: int | None = None,
        component: int | None = None,
    ) -> tuple[str, ...]:
        """Students match where the lesson and the set share some (as FET has it: a year stands for its groups)."""
        share = None if students is None else self.parts[students]
        return tuple(
            each.name
            for each in self.activities
            if (teacher is None or teacher in each.teachers)
            and (subject is None or subject == each.subject)
            and (tag is None or tag in each.tags)
            and (duration is None or duration == each.duration)
            and (component is None or component == self.component[each.name])
            and (share is None or not share.isdisjoint(self.attending[each.name]))
        )


def smallest_parts(sets: Iterable[StudentSet]) -> dict[str, frozenset[str]]:
    """Of each set those of its parts, and theirs, that have no parts: itself where it has none."""
    by_name = {each.name: each for each in sets}
    found: dict[str, frozenset[str]] = {}

    def of(name: str, above: frozenset[str]) -> frozenset[str]:
        if name in above:
            raise BadValueError(f"The student set “{name[:80]}” is a part of itself.")
        if name not in found:
            parts = by_name[name].parts
            found[name] = (
                frozenset().union(*(of(each, above | {name}) for each in parts)) if parts else frozenset({name})
            )
        return found[name]

    return {name: of(name, frozenset()) for name in by_name}


def unique(names: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(names))
