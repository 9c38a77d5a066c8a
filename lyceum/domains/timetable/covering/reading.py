"""Reads some days for cover, in as many statements however many lessons and staff there are."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import F, Q

from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.covering.days import Candidate, CoverDays, Held, Span
from lyceum.domains.timetable.days import rung_on, takes_place_on
from lyceum.domains.timetable.models import Cover, CoverTally, Lesson, Rule, StaffAbsence
from lyceum.domains.timetable.models.rules import MUST
from lyceum.domains.timetable.together import taught_together

MOST_DAYS = 31
"""Days that are read at once."""


def read_cover_days(wanted: Iterable[date]) -> CoverDays:
    """What cover knows of some days on which school is kept."""
    days = sorted({day for day in wanted if school_days().is_school_day(day)})[:MOST_DAYS]
    return _read(days, _read_held(days), _read_candidates(days)) if days else CoverDays((), {}, (), (), {})


def read_lessons_of(staff: Collection[UUID], on: date) -> CoverDays:
    """A day with the lessons of some staff alone, nobody who might cover them, and no names: to count what is left."""
    if not school_days().is_school_day(on):
        return CoverDays((), {}, (), (), {})
    holds = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    led = ClassTeacher.objects.filter(holds, staff__in=staff, role="lead", starts_on__lte=on).values("school_class")
    theirs = Q(teacher__in=staff) | Q(co_teachers__overlap=list(staff)) | Q(teacher__isnull=True, school_class__in=led)
    return _read([on], _read_held([on], theirs, named=False), {}, named=False)


def _read(
    days: Sequence[date], held: dict[date, list[Held]], candidates: dict[UUID, Candidate], *, named: bool = True
) -> CoverDays:
    covers = Cover.objects.filter(on__in=days, state__in=Cover.LIVE)
    absences = StaffAbsence.objects.filter(
        state=StaffAbsence.State.CONFIRMED, starts_on__lte=days[-1], ends_on__gte=days[0]
    )
    if named:
        covers = covers.select_related("teacher__person", "room", "absence")
        absences = absences.select_related("staff__person")
    cycle = cycle_days()
    return CoverDays(
        days=days,
        held=held,
        covers=list(covers.order_by("part", "pk")),
        absences=list(absences.order_by("starts_on", "pk")),
        candidates=candidates,
        cycle_days={day: number for day in days if (number := cycle.day_on(day))},
    )


def _read_held(days: Sequence[date], *which: Q, named: bool = True) -> dict[date, list[Held]]:
    first, last = days[0], days[-1]
    beside = ("school_class__subject", "subject", "teacher__person", "room") if named else ("school_class",)
    rows = Lesson.objects.filter(
        *which,
        Q(ends_on__isnull=True) | Q(ends_on__gte=first),
        takes_place_on(days),
        starts_on__lte=last,
        school_class__starts__lte=last,
        school_class__ends__gte=first,
    )
    lessons = list(rows.select_related(*beside).order_by("starts_at", "pk"))
    leads: dict[UUID, list[tuple[UUID, date, date | None]]] = {}
    without = {lesson.school_class_id for lesson in lessons if lesson.teacher_id is None}
    for row in ClassTeacher.objects.filter(school_class__in=without, role="lead"):
        leads.setdefault(row.school_class_id, []).append((row.staff_id, row.starts_on, row.ends_on))
    return {
        day: [
            Held(lesson, day, starts_at, ends_at, _takers(lesson, day, leads), _parts(lesson, day))
            for lesson, starts_at, ends_at in rung_on(day, _held_on(day, lessons))
        ]
        for day in days
    }


def _held_on(day: date, lessons: Iterable[Lesson]) -> list[Lesson]:
    """The lessons of a date; what several classes are taught together is one, and is covered once."""
    return taught_together(
        lesson
        for lesson in lessons
        if lesson.is_on(day) and lesson.school_class.starts <= day <= lesson.school_class.ends
    )


def _takers(lesson: Lesson, day: date, leads: dict[UUID, list[tuple[UUID, date, date | None]]]) -> frozenset[UUID]:
    if lesson.teacher_id:
        return frozenset({lesson.teacher_id, *lesson.co_teachers})
    found = leads.get(lesson.school_class_id, ())
    return frozenset({staff for staff, first, last in found if first <= day and (last is None or day <= last)})


def _parts(lesson: Lesson, day: date) -> dict[int, Span]:
    """The times of the single periods of a longer lesson."""
    if lesson.first_period is None or lesson.last_period is None or lesson.first_period == lesson.last_period:
        return {}
    cycle = cycle_days()
    number = lesson.cycle_day or cycle.day_on(day) or day.isoweekday()
    year = lesson.school_class.year_id
    bells = {
        each: cycle.bell(day, number, each, year=year) for each in range(lesson.first_period, lesson.last_period + 1)
    }
    return {
        each: (bell.starts_at, bell.ends_at) if bell else (lesson.starts_at, lesson.ends_at)
        for each, bell in bells.items()
    }


def _read_candidates(days: Sequence[date]) -> dict[UUID, Candidate]:
    first, last = days[0], days[-1]
    there = Q(leaves_on__isnull=True) | Q(leaves_on__gte=last)
    staff = Staff.objects.filter(there, teaching=True, joined_on__lte=last).select_related("person")
    subjects: dict[UUID, set[tuple[UUID, str]]] = {}
    for row in _taught(first):
        subjects.setdefault(row[0], set()).add((row[1], row[2] or ""))
    timetabled = _timetabled(first)
    tallies = {row.staff_id: row for row in CoverTally.objects.filter(year__starts__lte=first, year__ends__gte=first)}
    unavailable = _unavailable(first)
    found = {}
    for member in staff:
        known, tally = subjects.get(member.pk, set()), tallies.get(member.pk)
        found[member.pk] = Candidate(
            member,
            subjects=frozenset(subject for subject, _department in known),
            departments=frozenset(department for _subject, department in known if department),
            has_lessons=member.pk in timetabled,
            unavailable=frozenset(unavailable.get(member.pk, ())),
            given=tally.given if tally else 0,
            received=tally.received if tally else 0,
            limit=tally.limit if tally else None,
        )
    return found


def _taught(day: date) -> list[tuple[UUID, UUID, str]]:
    """Who teaches which subject of which department: by their classes, and by lessons that name them."""
    holds = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    classes = ClassTeacher.objects.filter(holds, school_class__subject__isnull=False).values_list(
        "staff", "school_class__subject", "school_class__subject__department"
    )
    lessons = Lesson.objects.filter(holds, teacher__isnull=False, school_class__subject__isnull=False).values_list(
        "teacher", "school_class__subject", "school_class__subject__department"
    )
    others = Lesson.objects.filter(holds, teacher__isnull=False, subject__isnull=False).values_list(
        "teacher", "subject", "subject__department"
    )
    return [*classes.order_by().union(lessons.order_by(), others.order_by())]


def _timetabled(day: date) -> set[UUID]:
    """Staff who have lessons on some day of the week or cycle."""
    holds = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    named = Lesson.objects.filter(holds, teacher__isnull=False).values_list("teacher")
    leads = ClassTeacher.objects.filter(
        holds, role="lead", school_class__lessons__teacher=None, school_class__lessons__isnull=False
    ).values_list("staff")
    return {row[0] for row in named.order_by().union(leads.order_by())}


def _unavailable(day: date) -> dict[UUID, set[tuple[int, int]]]:
    """When the rules of the year's timetable say that somebody is not there."""
    rows = Rule.objects.filter(
        kind="not_available",
        active=True,
        weight=MUST,
        year__starts__lte=day,
        year__ends__gte=day,
        subjects__staff__isnull=False,
    )
    found: dict[UUID, set[tuple[int, int]]] = {}
    for staff, parameters in rows.annotate(who=F("subjects__staff")).values_list("who", "parameters"):
        slots = parameters.get("slots", [])
        found.setdefault(staff, set()).update((slot[0], slot[1]) for slot in slots if len(slot) == 2)
    return found
