"""Timetabling files: a FET file becomes a draft, any version becomes a FET file."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.models import AcademicYear, BellSchedule, Class, Location, Subject
from lyceum.domains.academics.models.cycles import MOST_DAYS
from lyceum.domains.academics.rules.bells import MOST_PERIODS, NewCycle, NewPeriod, save_bell_schedule, set_cycle
from lyceum.domains.academics.rules.calendar import NewSubject, create_subjects
from lyceum.domains.academics.rules.classes import NewClass, create_classes
from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.people.models import Staff
from lyceum.domains.people.rules.adults import NewStaff, create_staff
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.timetable.models import (
    ImportedProblem,
    PlannedClass,
    PlannedLesson,
    PlannedTeacher,
    Requirement,
    Rule,
    Version,
)
from lyceum.domains.timetable.models.requirements import MOST_LENGTH
from lyceum.domains.timetable.rules.requirements import NewRequirement, create_requirements
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.solver.fet.errors import FetError
from lyceum.solver.fet.reader import read
from lyceum.solver.problem import Activity, Problem

MOST_BYTES = 20_000_000
_TIMES = re.compile(r"(\d{1,2})[:.h](\d{2})\D+(\d{1,2})[:.h](\d{2})")


class TimetableInUseError(RuleError):
    """The year has a published timetable: a file would give it other days and bells."""

    code = "timetable_in_use"


@dataclass(frozen=True)
class FileTaken:
    """What came of a file: the draft, how many lessons it has, and what has no effect here."""

    version: Version
    lessons: int
    rules: int
    unknown: list[dict[str, object]]


@transaction.atomic
def import_fet(year_id: UUID, source: bytes, *, file_name: str, actor: Actor) -> FileTaken:
    """Make a draft from a FET file. Teachers, rooms, subjects and classes that the school lacks are made with it."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = AcademicYear.objects.filter(pk=year_id).first()
    if year is None:
        raise NotFoundError(_("There is no such year here."))
    problem = _read(source)
    if Version.objects.filter(year=year, state=Version.State.PUBLISHED).exists():
        raise TimetableInUseError(
            _("%(year)s has a published timetable; a file would change its bells.") % {"year": year}
        )
    _set_cycle(problem, year, actor)
    names = _find_or_make(problem, year, actor)
    counts = Counter(each.kind for each in problem.unknown)
    unknown: list[dict[str, object]] = [{"kind": kind, "count": count} for kind, count in sorted(counts.items())]
    kept = ImportedProblem.objects.create(
        year=year,
        file_name=tidy(file_name)[:200],
        source=source,
        names={sort: {name: str(row) for name, row in rows.items()} for sort, rows in names.items()},
        unknown=unknown,
    )
    Rule.objects.filter(year=year, kind="imported").delete()
    Rule.objects.bulk_create(
        Rule(
            year=year,
            kind="imported",
            parameters={"place": place, "engine": type(rule).__name__, "words": rule.ref},
            weight=round(rule.weight),
            source=Rule.Source.IMPORT,
        )
        for place, rule in enumerate(problem.rules)
    )
    version = _make_draft(problem, year, kept, names, actor)
    changes: Changes = {"file": [None, kept.file_name], "lessons": [None, len(problem.activities)]}
    record("timetable.import", target=Target.of(version), changes=changes, actor=actor)
    return FileTaken(version, len(problem.activities), len(problem.rules), unknown)


def _read(source: bytes) -> Problem:
    if len(source) > MOST_BYTES:
        raise invalid_field("/file", "too_large", _("The file is larger than 20 MB."))
    try:
        problem = read(source)
    except FetError as error:
        raise invalid_field("/file", error.code, error.detail) from None
    if len(problem.grid.days) > MOST_DAYS or len(problem.grid.hours) > MOST_PERIODS:
        raise invalid_field(
            "/file", "range", _("The file has more than %(days)s days or %(hours)s hours a day.")
            % {"days": MOST_DAYS, "hours": MOST_PERIODS},
        )  # fmt: skip
    if any(each.duration > MOST_LENGTH for each in problem.activities):
        raise invalid_field(
            "/file", "range", _("A lesson of the file is longer than %(most)s hours.") % {"most": MOST_LENGTH}
        )
    if not problem.activities:
        raise invalid_field("/file", "empty", _("The file has no lessons."))
    return problem


def _set_cycle(problem: Problem, year: AcademicYear, actor: Actor) -> None:
    """The file's days are those of the cycle, its hours the periods; their times from their names where they tell."""
    name = _("Bells of the file")
    row = BellSchedule.objects.filter(name=name).first()
    schedule = save_bell_schedule(
        name, periods_of(problem.grid.hours), schedule_id=row.pk if row else None, actor=actor
    )
    weekdays = sorted(year.weekdays)
    every = map(date.fromordinal, range(year.starts.toordinal(), year.ends.toordinal() + 1))
    days = range(1, len(problem.grid.days) + 1)
    new = NewCycle(
        names=[tidy(day)[:30] or str(n) for n, day in enumerate(problem.grid.days, start=1)],
        anchor=next(day for day in every if day.isoweekday() == weekdays[0]),
        on_holiday="skip",
        schedules=dict.fromkeys(days, schedule.pk),
    )
    set_cycle(year.pk, new, actor=actor)


def periods_of(hours: Sequence[str]) -> list[NewPeriod]:
    """Periods of the hours of a file: at the times that their names say, else one after the other from eight."""
    told = [_TIMES.search(hour) for hour in hours]
    spans = []
    for match in told:
        if match is None:
            break
        a, b, c, d = map(int, match.groups())
        if a > 23 or c > 23 or b > 59 or d > 59:
            break
        spans.append((time(a, b), time(c, d)))
    in_order = all(one < other for one, other in spans) and all(one[1] <= other[0] for one, other in pairwise(spans))
    if len(spans) < len(hours) or not in_order:
        minutes = min(50, 900 // len(hours))
        first = datetime(2000, 1, 1, 8)
        starts = [first + timedelta(minutes=minutes * n) for n in range(len(hours))]
        spans = [(each.time(), (each + timedelta(minutes=minutes - 5)).time()) for each in starts]
    return [
        NewPeriod(number, tidy(hour)[:20] or str(number), *span)
        for number, (hour, span) in enumerate(zip(hours, spans, strict=True), start=1)
    ]


Ids = dict[str, dict[str, UUID]]


def _find_or_make(problem: Problem, year: AcademicYear, actor: Actor) -> Ids:
    """Our rows for the file's names: those of the same name, else new ones."""
    used = {name for each in problem.activities for name in each.students}
    sizes = problem.student_set
    return {
        "subjects": _subjects({each.subject for each in problem.activities if each.subject}, actor),
        "teachers": _teachers({name for each in problem.activities for name in each.teachers}, actor),
        "rooms": _rooms({each.name: each.capacity for each in problem.rooms}, actor),
        "students": _classes({name: sizes[name].size if name in sizes else 0 for name in used}, year, actor),
    }


def _lacking(names: Iterable[str], there: Iterable[str]) -> list[str]:
    return sorted({*names} - {*there})


def _subjects(names: set[str], actor: Actor) -> dict[str, UUID]:
    found = {row.name: row.pk for row in Subject.objects.filter(name__in=names)}
    taken = set(Subject.objects.values_list("code", flat=True))
    new = []
    for name in _lacking(names, found):
        code = next(c for c in (name[:34] + (f"-{n}" if n else "") for n in range(1000)) if c not in taken)
        taken.add(code)
        new.append(NewSubject(code, name[:120]))
    made = create_subjects(new, actor=actor) if new else []
    return found | dict(zip(_lacking(names, found), (row.pk for row in made), strict=True))


def _teachers(names: set[str], actor: Actor) -> dict[str, UUID]:
    found = {
        row.person.full_name: row.pk
        for row in Staff.objects.select_related("person").filter(person__full_name__in=names)
    }
    lacking = _lacking(names, found)
    new = [NewStaff(NewPerson(full_name=name[:200]), confirm_new=True) for name in lacking]
    made = create_staff(new, actor=actor) if new else []
    return found | dict(zip(lacking, (row.pk for row in made), strict=True))


def _rooms(rooms: dict[str, int | None], actor: Actor) -> dict[str, UUID]:
    found = {row.name: row.pk for row in Location.objects.filter(name__in=rooms)}
    for name in _lacking(rooms, found):
        capacity = rooms[name]
        seats = capacity if capacity and 1 <= capacity <= 30_000 else None
        found[name] = create_location(name=name[:80], capacity=seats, actor=actor).pk
    return found


def _classes(sizes: dict[str, int], year: AcademicYear, actor: Actor) -> dict[str, UUID]:
    found = {row.name: row.pk for row in Class.objects.filter(year=year, name__in=sizes)}
    lacking = _lacking(sizes, found)
    new = [NewClass(year, name[:120], capacity=min(500, max(40, sizes[name]))) for name in lacking]
    made = create_classes(new, actor=actor) if new else []
    return found | dict(zip(lacking, (row.pk for row in made), strict=True))


def _make_draft(problem: Problem, year: AcademicYear, kept: ImportedProblem, names: Ids, actor: Actor) -> Version:
    """The file's lessons as a draft: placed where the file locks them."""
    Requirement.objects.filter(year=year, lessons__isnull=True).exclude(reference="").delete()
    version = create_version(year.pk, name=_free_name(kept.file_name, year), actor=actor)
    version.lessons.all().delete()
    version.imported, version.source = kept, Version.Source.IMPORT
    version.save(update_fields=["imported", "source", "updated_at"])
    series: dict[tuple[object, ...], list[Activity]] = {}
    for each in problem.activities:
        key = (each.series or each.name, each.teachers, each.students, each.subject)
        series.setdefault(key, []).append(each)
    groups = list(series.values())
    with_students = [group for group in groups if group[0].students]
    rows = create_requirements(year.pk, [_requirement(group, names) for group in with_students], actor=actor)
    of = {group[0].name: row for group, row in zip(with_students, rows, strict=True)}
    lessons = []
    for group in groups:
        for each in group:
            lock = problem.locks.get(each.name)
            hours = len(problem.grid.hours)
            start = lock.start if lock else None
            lessons.append(
                PlannedLesson(
                    version=version,
                    requirement=of.get(group[0].name),
                    subject_id=names["subjects"].get(each.subject),
                    name="" if each.subject else each.name[:120],
                    length=each.duration,
                    reference=each.name[:120],
                    day=None if start is None else start // hours + 1,
                    period=None if start is None else start % hours + 1,
                    time_locked=start is not None,
                    room_id=names["rooms"].get(lock.room) if lock and lock.room else None,
                    room_locked=bool(lock and lock.room),
                )
            )
    PlannedLesson.objects.bulk_create(lessons)
    every = [each for group in groups for each in group]
    PlannedClass.objects.bulk_create(
        PlannedClass(lesson=lesson, school_class_id=names["students"][name])
        for lesson, each in zip(lessons, every, strict=True)
        for name in dict.fromkeys(each.students)
    )
    PlannedTeacher.objects.bulk_create(
        PlannedTeacher(lesson=lesson, staff_id=names["teachers"][name])
        for lesson, each in zip(lessons, every, strict=True)
        for name in dict.fromkeys(each.teachers)
    )
    return version


def _free_name(file_name: str, year: AcademicYear) -> str:
    taken = set(Version.objects.filter(year=year).values_list("name", flat=True))
    stem = file_name.removesuffix(".fet")[:70] or _("File")
    return next(name for name in (stem, *(f"{stem} {n}" for n in range(2, 1000))) if name not in taken)


def _requirement(group: Sequence[Activity], names: Ids) -> NewRequirement:
    first = group[0]
    return NewRequirement(
        subject_id=names["subjects"].get(first.subject),
        name="" if first.subject else first.name[:120],
        classes=[(names["students"][name], None) for name in dict.fromkeys(first.students)],
        teachers=[names["teachers"][name] for name in first.teachers],
        lengths=sorted((each.duration for each in group), reverse=True),
        source="import",
        reference=(first.series or first.name)[:120],
    )
