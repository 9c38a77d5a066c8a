"""Some days as cover sees them: the lessons that take place, who is away, who covers, who might."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from uuid import UUID

from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.models import Cover, Lesson, StaffAbsence

_NUMBER = re.compile(r"\d+")
Span = tuple[time, time]


@dataclass(frozen=True)
class Held:
    """A lesson as it takes place on a date."""

    lesson: Lesson
    on: date
    starts_at: time
    ends_at: time
    takers: frozenset[UUID]
    """Staff who take it by the timetable."""
    parts: Mapping[int, Span] = field(default_factory=dict)
    """The periods of a lesson of several, each with its times."""

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """The numbers of its periods; None where its period has none."""
        return numbers_of(self.lesson)

    @property
    def subject_id(self) -> UUID | None:
        """What is taught."""
        return self.lesson.subject_id or self.lesson.school_class.subject_id

    def is_one_with(self, other: Held) -> bool:
        """Whether both are classes of one lesson: whoever takes one takes the other."""
        planned = self.lesson.planned_id
        return self.lesson.pk == other.lesson.pk or (planned is not None and planned == other.lesson.planned_id)

    def span(self, part: int = 0) -> Span:
        """When it, or one period of it, begins and ends."""
        return self.parts.get(part, (self.starts_at, self.ends_at))


def numbers_of(lesson: Lesson) -> tuple[int | None, ...]:
    """The numbers of a lesson's periods. By hand it is the number in the name of its period: "P3"."""
    if lesson.first_period is not None:
        last = lesson.last_period if lesson.last_period is not None else lesson.first_period
        return tuple(range(lesson.first_period, last + 1))
    found = _NUMBER.search(lesson.period)
    return (int(found[0]),) if found else (None,)


def is_away(absence: StaffAbsence, on: date, number: int | None) -> bool:
    """Whether somebody is away in a period of a date. Without a number: at any time of that date."""
    if not absence.starts_on <= on <= absence.ends_on:
        return False
    if number is None:
        return True
    if on == absence.starts_on and absence.starts_period is not None and number < absence.starts_period:
        return False
    return not (on == absence.ends_on and absence.ends_period is not None and number > absence.ends_period)


@dataclass(frozen=True)
class Candidate:
    """A member of staff who might cover, with all that speaks for and against."""

    staff: Staff
    subjects: frozenset[UUID] = frozenset()
    departments: frozenset[str] = frozenset()
    has_lessons: bool = False
    """On whatever day: who has some, but none on a date, may not be there on it."""
    unavailable: frozenset[tuple[int, int]] = frozenset()
    """Days of the cycle with numbers of periods in which rules of the timetable say that they are not there."""
    given: int = 0
    received: int = 0
    limit: int | None = None


@dataclass(frozen=True)
class CoverDays:
    """All that is known of some days."""

    days: Sequence[date]
    held: Mapping[date, Sequence[Held]]
    """In the order of the day."""
    covers: Sequence[Cover]
    """Those that are asked for or stand."""
    absences: Sequence[StaffAbsence]
    """Confirmed ones."""
    candidates: Mapping[UUID, Candidate]
    cycle_days: Mapping[date, int] = field(default_factory=dict)

    @cached_property
    def _by_lesson(self) -> Mapping[tuple[UUID, date], Sequence[Cover]]:
        found: dict[tuple[UUID, date], list[Cover]] = {}
        for cover in self.covers:
            found.setdefault((cover.lesson_id, cover.on), []).append(cover)
        return found

    @cached_property
    def _busy(self) -> Mapping[tuple[UUID, date], Sequence[tuple[Span, Held]]]:
        """When everybody teaches or covers. A lesson that others cover leaves its own teachers free."""
        found: dict[tuple[UUID, date], list[tuple[Span, Held]]] = {}
        for held in (each for day in self.days for each in self.held.get(day, ())):
            covers = self.covers_of(held)
            kept = _kept_spans(held, covers)
            taken = [(cover.teacher_id, held.span(cover.part)) for cover in covers if cover.teacher_id]
            for staff, span in [*((taker, span) for taker in held.takers for span in kept), *taken]:
                found.setdefault((staff, held.on), []).append((span, held))
        return found

    @cached_property
    def _there(self) -> frozenset[tuple[UUID, date]]:
        """Who has lessons by the timetable on which date."""
        return frozenset((taker, day) for day in self.days for held in self.held.get(day, ()) for taker in held.takers)

    @cached_property
    def _away(self) -> Mapping[UUID, Sequence[StaffAbsence]]:
        found: dict[UUID, list[StaffAbsence]] = {}
        for absence in self.absences:
            found.setdefault(absence.staff_id, []).append(absence)
        return found

    def find(self, lesson_id: UUID, on: date) -> Held | None:
        """The lesson on that date, where it takes place; of several classes taught together whichever is named."""
        of_day = self.held.get(on, ())
        return next((h for h in of_day if lesson_id in (h.lesson.pk, *(each.pk for each in h.lesson.joined))), None)

    def covers_of(self, held: Held) -> Sequence[Cover]:
        """The covers of a lesson on its date, whole or in parts."""
        return self._by_lesson.get((held.lesson.pk, held.on), ())

    def find_absence(self, staff_id: UUID, on: date, numbers: Iterable[int | None]) -> StaffAbsence | None:
        """The absence that keeps somebody from one of some periods of a date."""
        found = self._away.get(staff_id, ())
        return next((each for each in found for number in numbers if is_away(each, on, number)), None)

    def find_busy(self, staff_id: UUID, on: date, span: Span, *, besides: Held) -> Held | None:
        """The lesson of that time in which somebody teaches or covers, besides one that they take anyway."""
        taken = self._busy.get((staff_id, on), ())
        return next((held for each, held in taken if _meet(span, each) and not held.is_one_with(besides)), None)

    def find_taken(self, staff_id: UUID, on: date, span: Span) -> Held | None:
        """The lesson of that time in which somebody teaches or covers."""
        return next((held for each, held in self._busy.get((staff_id, on), ()) if _meet(span, each)), None)

    def find_in_room(self, room_id: UUID, on: date, span: Span) -> Held | None:
        """The lesson that is held in a room at that time, moved there or by the timetable."""
        for held in self.held.get(on, ()):
            for part in held.parts or (0,):
                if _meet(span, held.span(part)) and self._room_of(held, part) == room_id:
                    return held
        return None

    def _room_of(self, held: Held, part: int) -> UUID | None:
        """Where a lesson, or one period of it, is held; nowhere where it is cancelled or joined with another."""
        room = held.lesson.room_id
        for cover in self.covers_of(held):
            if cover.part not in (0, part) or cover.state not in Cover.STANDING:
                continue
            if cover.kind in (Cover.Kind.CANCEL, Cover.Kind.MERGE):
                return None
            room = cover.room_id or room
        return room

    def find_away(self, staff_id: UUID, on: date, span: Span) -> StaffAbsence | None:
        """The absence of somebody at that time, which need not be that of a period."""
        return next((each for each in self._away.get(staff_id, ()) if self._is_away_at(each, on, span)), None)

    def _is_away_at(self, absence: StaffAbsence, on: date, span: Span) -> bool:
        if not absence.starts_on <= on <= absence.ends_on:
            return False
        first = absence.starts_period if on == absence.starts_on else None
        last = absence.ends_period if on == absence.ends_on else None
        begins, ends = self._bells(on, first), self._bells(on, last)
        return not ((begins and span[1] <= begins[0]) or (ends and ends[1] <= span[0]))

    def _bells(self, on: date, number: int | None) -> Span | None:
        """When a period rings on a date; None where it has no bell there."""
        lessons = self.held.get(on, ())
        if number is None or not lessons:
            return None
        year = lessons[0].lesson.school_class.year_id
        bell = cycle_days().bell(on, self.cycle_days.get(on, on.isoweekday()), number, year=year)
        if bell:
            return bell.starts_at, bell.ends_at
        return next((held.span() for held in lessons if held.numbers == (number,)), None)  # by hand, without bells

    def load(self, staff_id: UUID, on: date) -> int:
        """In how many lessons somebody is on a date, taught and covered."""
        return len({held.lesson.planned_id or held.lesson.pk for _span, held in self._busy.get((staff_id, on), ())})

    def is_in(self, staff_id: UUID, on: date) -> bool:
        """Whether somebody has lessons on a date, or none on any."""
        return not self.candidates[staff_id].has_lessons or (staff_id, on) in self._there


def _kept_spans(held: Held, covers: Sequence[Cover]) -> list[Span]:
    """The times of a lesson that its own teachers still take."""
    parts = {cover.part for cover in covers if cover.kind != Cover.Kind.ROOM_CHANGE}
    if 0 in parts:
        return []
    if not parts:
        return [(held.starts_at, held.ends_at)]
    return [span for part, span in held.parts.items() if part not in parts]


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
