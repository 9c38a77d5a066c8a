"""Which slot fits a student: the earliest one, and for each nearer one the reason why it was passed over."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.behaviour.models import Detention, DetentionSlot, DetentionType, StudentDay
from lyceum.domains.calendars.taken import Taken, list_invited
from lyceum.domains.tenancy.queries import time_zone
from lyceum.domains.timetable.days import takes_place_on

AHEAD = timedelta(days=60)
"""How far ahead slots are looked at."""
MOST_SLOTS, MOST_PASSED = 500, 20
HOLDING = ("scheduled", "completed", "missed", "escalated")
"""The states in which a detention takes a seat of its slot."""


@dataclass(frozen=True)
class Passed:
    """A nearer slot, and why it does not fit: a stable code, and words."""

    slot: DetentionSlot
    code: str
    why: str


@dataclass(frozen=True)
class Proposal:
    """The slot that fits a student, if any does, and the nearer ones that do not."""

    student_id: UUID
    slot: DetentionSlot | None
    passed: tuple[Passed, ...]


@dataclass
class _Known:
    """What is known of the students: each by one statement for all."""

    detentions: Mapping[UUID, list[Detention]]
    away: Mapping[UUID, list[tuple[str, Taken]]]
    """Why, as a code, and when: days that a student is away, events in which they take part."""
    lessons: Mapping[UUID, list[Any]]
    """((weekday, cycle day), starts, ends, first day, last day, period) of each lesson of a student's classes."""


@dataclass
class Fitting:
    """Slots of one type in order of time, as they stand: seats that are proposed here are taken at once."""

    kind: DetentionType
    slots: Sequence[DetentionSlot]
    instant: datetime
    known: _Known
    grades: Mapping[UUID, UUID | None]
    taken: dict[UUID, int]
    deadlines: dict[date, datetime | None] = field(default_factory=dict)

    def propose(self, student_id: UUID) -> Proposal:
        """The earliest slot that fits, whose seat is taken by it."""
        passed: list[Passed] = []
        for slot in self.slots:
            found = self.why_not(slot, student_id)
            if found is None:
                self.taken[slot.pk] += 1
                return Proposal(student_id, slot, tuple(passed))
            if len(passed) < MOST_PASSED:
                passed.append(Passed(slot, *found))
        return Proposal(student_id, None, tuple(passed))

    def why_not(self, slot: DetentionSlot, student_id: UUID, *, is_told: bool = False) -> tuple[str, str] | None:
        """Why a slot does not fit a student: a code and words; None where it does.

        To a family that `is_told` of it already no notice is owed.
        """
        return self._why_nobody(slot, is_told) or self._why_not_this_one(slot, student_id)

    def _why_nobody(self, slot: DetentionSlot, is_told: bool) -> tuple[str, str] | None:
        if not slot.takes_students(self.instant):
            return "closed", _("It takes nobody any more.")
        if not school_days().is_school_day(slot.on):
            return "no_school", _("No school is kept: %(why)s.") % {"why": school_days().why_closed(slot.on)}
        if slot.starts_at < self.earliest() and not is_told:
            return "notice_too_short", _("Families are told %(hours)s hours ahead.") % {"hours": self.kind.notice_hours}
        deadline = self._deadline(slot.on)
        if deadline and self.instant > deadline and not is_told:
            return "cut_off", _("It had to be set by %(deadline)s.") % {"deadline": said(deadline)}
        if self.taken[slot.pk] >= slot.capacity:
            return "slot_full", _("No seat is left.")
        return None

    def _why_not_this_one(self, slot: DetentionSlot, student_id: UUID) -> tuple[str, str] | None:
        if self.kind.grades and self.grades.get(student_id) not in self.kind.grades:
            return "grade", _("%(type)s is not for this grade.") % {"type": self.kind}
        for code, taken in self.known.away.get(student_id, ()):
            if taken.meets(slot.on, slot.starts_at, slot.ends_at):
                return code, _away_in_words(code, taken.title)
        for other in self.known.detentions.get(student_id, ()):
            if other.starts_at and other.ends_at and other.starts_at < slot.ends_at and slot.starts_at < other.ends_at:
                return "detention_overlaps", _("The student has a detention then: %(other)s.") % {"other": other}
            if other.on == slot.on and not self.kind.several_a_day and other.one_a_day:
                return "one_a_day", _("The student has a detention that day: %(other)s.") % {"other": other}
        lesson = None if self.kind.in_teaching_time else self._lesson(slot, student_id)
        if lesson:
            return "teaching_time", _("The student has a lesson then: %(period)s.") % {"period": lesson}
        return None

    def earliest(self) -> datetime:
        """From when on a slot may begin, for the sake of the notice that families get."""
        return self.instant + timedelta(hours=self.kind.notice_hours if self.kind.tell_guardians else 0)

    def _deadline(self, day: date) -> datetime | None:
        """The instant by which a detention for a day had to be set: on the school day before it."""
        if self.kind.cut_off is None:
            return None
        if day not in self.deadlines:
            before = school_days().between(day - timedelta(days=30), day - timedelta(days=1))
            on = before[-1] if before else day - timedelta(days=1)
            self.deadlines[day] = datetime.combine(on, self.kind.cut_off, tzinfo=clock.zone(time_zone()))
        return self.deadlines[day]

    def _lesson(self, slot: DetentionSlot, student_id: UUID) -> str:
        starts, ends = local_times(slot)
        of_day = ((slot.on.isoweekday(), None), (None, cycle_days().day_on(slot.on) or 0))
        for held_on, begins, finishes, first, last, period in self.known.lessons.get(student_id, ()):
            on = held_on in of_day and first <= slot.on and (last is None or slot.on <= last)
            if on and begins < ends and starts < finishes:
                return str(period)
        return ""


def fitting(
    kind: DetentionType,
    grades: Mapping[UUID, UUID | None],
    *,
    slots: QuerySet[DetentionSlot] | None = None,
    leaving: Collection[UUID] = (),
    besides: Collection[UUID] = (),
) -> Fitting:
    """The slots of a type and what is known of some students, each given with their grade. Four statements.

    `leaving` are detentions that give their time up; `besides` are slots that are not looked at.
    """
    instant = clock.now()
    rows = upcoming_slots(kind, instant) if slots is None else slots
    found = [slot for slot in with_seats(rows) if slot.pk not in besides]
    for slot in found:
        slot.type = kind
    return Fitting(
        kind=kind,
        slots=found,
        instant=instant,
        known=_read_known(list(grades), found, set(leaving), teaching=not kind.in_teaching_time),
        grades=grades,
        taken=defaultdict(int, {slot.pk: slot.seats_taken for slot in found}),  # type: ignore[attr-defined]  # annotated
    )


def upcoming_slots(kind: DetentionType, instant: datetime) -> QuerySet[DetentionSlot]:
    """The slots of a type that have not begun."""
    rows = DetentionSlot.objects.filter(type=kind, starts_at__range=(instant, instant + AHEAD))
    return rows.filter(state__in=("open", "full"))


def with_seats(rows: QuerySet[DetentionSlot]) -> QuerySet[DetentionSlot]:
    """Slots in order of time, each with how many of its seats are taken."""
    seats = Count("detentions", filter=Q(detentions__state__in=HOLDING))
    return rows.annotate(seats_taken=seats).order_by("starts_at", "pk")[:MOST_SLOTS]


def _read_known(students: list[UUID], slots: Sequence[DetentionSlot], leaving: set[UUID], *, teaching: bool) -> _Known:
    if not slots:
        return _Known({}, {}, {})
    first, last = slots[0].on, slots[-1].on
    live = Detention.objects.filter(student__in=students, state="scheduled", on__range=(first, last))
    detentions: dict[UUID, list[Detention]] = defaultdict(list)
    for row in live.exclude(pk__in=leaving).select_related("type"):
        detentions[row.student_id].append(row)
    lessons = _read_lessons(students, first, last, slots) if teaching else {}
    return _Known(detentions, _read_away(students, first, last), lessons)


def _read_away(students: list[UUID], first: date, last: date) -> dict[UUID, list[tuple[str, Taken]]]:
    """Days that students are away and events in which they take part: one statement for both."""
    invited = list_invited("students", students, first=first, last=last).annotate(code=_word("event"))
    never = Cast(Value(None), DateTimeField())
    days = StudentDay.objects.filter(student__in=students, on__range=(first, last), off_site=True)
    away: dict[UUID, list[tuple[str, Taken]]] = defaultdict(list)
    rows = invited.union(
        days.values_list("student_id", "on", F("on"), never, never, _word(""), _word("away")), all=True
    )
    for student_id, *times, code in rows:
        away[student_id].append((code, Taken(*times)))
    return away


def _word(text: str) -> Cast:
    return Cast(Value(text), CharField())


def _away_in_words(code: str, title: str) -> str:
    if code == "away":
        return _("The student is away that day.")
    if not title:
        return _("The student is at an event then.")
    return _("The student is at an event then: %(event)s.") % {"event": title}


def _read_lessons(
    students: list[UUID], first: date, last: date, slots: Sequence[DetentionSlot]
) -> dict[UUID, list[Any]]:
    rows = ClassMembership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=first),
        Q(school_class__lessons__ends_on__isnull=True) | Q(school_class__lessons__ends_on__gte=first),
        takes_place_on((slot.on for slot in slots), through="school_class__lessons__"),
        student__in=students,
        starts_on__lte=last,
        school_class__lessons__starts_on__lte=last,
    )
    prefix = "school_class__lessons__"
    found: dict[UUID, list[Any]] = defaultdict(list)
    names = ("weekday", "cycle_day", "starts_at", "ends_at", "starts_on", "ends_on", "period")
    for student_id, joined, left, ends, *lesson in rows.values_list(
        "student_id", "starts_on", "ends_on", "school_class__ends", *(prefix + name for name in names)
    ):
        weekday, cycle_day, begins, finishes, starts_on, ends_on, period = lesson
        last_day = min(day for day in (left, ends_on, ends) if day is not None)
        found[student_id].append(((weekday, cycle_day), begins, finishes, max(joined, starts_on), last_day, period))
    return found


def local_times(slot: DetentionSlot) -> tuple[time, time]:
    """When a slot begins and ends, by the clock of the school."""
    zone = time_zone()
    return clock.local(slot.starts_at, zone).time(), clock.local(slot.ends_at, zone).time()


def said(instant: datetime) -> str:
    """An instant as the school says it: day and time."""
    local = clock.local(instant, time_zone())
    return f"{date_format(local.date(), 'D j M')} {local:%H:%M}"
