"""Lessons entered by hand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.references import count_references
from lyceum.core.text import tidy
from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.models import Class, ClassTeacher, Location
from lyceum.domains.journal.rules import Entry, Target, changed_fields, record_all
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.facts import LessonChanged
from lyceum.domains.timetable.models import Lesson, PlannedLesson
from lyceum.domains.timetable.rules.versions import lock_timetable

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class LessonClashError(RuleError):
    """A class, a teacher or a room is in another lesson at that time already."""

    code = "lesson_clash"


@dataclass(frozen=True)
class NewLesson:
    """A weekly lesson to be made. Weekday: Monday = 1."""

    school_class: Class
    weekday: int
    period: str
    starts_at: time
    ends_at: time
    starts_on: date | None = None
    ends_on: date | None = None
    teacher_id: UUID | None = None
    room_id: UUID | None = None


@transaction.atomic
def create_lessons(new: Sequence[NewLesson], *, actor: Actor) -> list[Lesson]:
    """Make lessons of classes. A class, a teacher and a room are in one lesson at a time."""
    actor.require_all(Permission.LESSONS_EDIT)
    lock_timetable()
    lessons = [
        Lesson(
            school_class=each.school_class,
            teacher_id=each.teacher_id,
            room_id=each.room_id,
            weekday=each.weekday,
            period=tidy(each.period),
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            starts_on=each.starts_on or each.school_class.starts,
            ends_on=each.ends_on,
        )
        for each in new
    ]
    _check(lessons)
    Lesson.objects.bulk_create(lessons)
    record_all([Entry("timetable.lesson.create", Target.of(lesson)) for lesson in lessons], actor=actor)
    return lessons


def _check(lessons: Sequence[Lesson]) -> None:
    faults = [fault for lesson in lessons for fault in _faults(lesson)] or _unknown(lessons)
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    _refuse_clashes(lessons)


def _faults(lesson: Lesson) -> list[FieldError]:
    faults = []
    if lesson.cycle_day is None and not 1 <= (lesson.weekday or 0) <= 7:
        faults.append(FieldError("/weekday", "range", _("Give the weekday as a number, Monday = 1 to Sunday = 7.")))
    if not 0 < len(lesson.period) <= 20:
        faults.append(FieldError("/period", "length", _("Name the period with 1 to 20 letters.")))
    if not lesson.starts_at < lesson.ends_at:
        faults.append(FieldError("/ends_at", "order", _("A lesson ends after it starts.")))
    row = lesson.school_class
    if not row.starts <= lesson.starts_on <= (lesson.ends_on or row.ends) <= row.ends:
        faults.append(
            FieldError(
                "/starts_on",
                "range",
                _("%(row)s runs from %(starts)s to %(ends)s.") % {"row": row, "starts": row.starts, "ends": row.ends},
            )
        )
    return faults


_UNKNOWN = {
    "class": gettext_noop("There is no such class here."),
    "teacher": gettext_noop("There is no such teacher here."),
    "room": gettext_noop("There is no such room here."),
}


def _unknown(lessons: Sequence[Lesson]) -> list[FieldError]:
    """What lessons refer to that is not of this school."""
    for name, model, pointer, word in (
        ("school_class_id", Class, "/class", "class"),
        ("teacher_id", Staff, "/teacher", "teacher"),
        ("room_id", Location, "/room", "room"),
    ):
        wanted = {getattr(lesson, name) for lesson in lessons} - {None}
        if wanted and model._default_manager.filter(pk__in=wanted).count() < len(wanted):
            return [FieldError(pointer, f"{word}_unknown", _(_UNKNOWN[word]))]
    return []


_MEETS = {
    "class": gettext_noop("%(lesson)s meets %(other)s: the same class."),
    "teacher": gettext_noop("%(lesson)s meets %(other)s: the same teacher."),
    "room": gettext_noop("%(lesson)s meets %(other)s: the same room."),
}


def _refuse_clashes(lessons: Sequence[Lesson]) -> None:
    """Refuse lessons that meet another of the same class, teacher or room, naming the first pair."""
    ours = {lesson.pk for lesson in lessons}
    others = Lesson.objects.filter(weekday__in={lesson.weekday for lesson in lessons}).exclude(pk__in=ours)
    first = min(lesson.starts_on for lesson in lessons) if lessons else today()
    placed = list(others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first)).select_related("school_class"))
    leads = _leads([*placed, *lessons])
    by_day: dict[int | None, list[Lesson]] = {}
    for lesson in placed:
        by_day.setdefault(lesson.weekday, []).append(lesson)
    for lesson in lessons:
        there = by_day.setdefault(lesson.weekday, [])
        for other in there:
            what = _shared(lesson, other, leads) if _in_same_weeks(lesson, other) else ""
            if what:
                raise LessonClashError(
                    _(_MEETS[what]) % {"lesson": said_lesson(lesson), "other": said_lesson(other)},
                    clash=str(other.pk),
                )
        there.append(lesson)


def _leads(lessons: Iterable[Lesson]) -> dict[UUID, set[UUID]]:
    """The leads of the classes whose lessons name no teacher of their own."""
    classes = {lesson.school_class_id for lesson in lessons if lesson.teacher_id is None}
    rows = ClassTeacher.objects.filter(school_class__in=classes, role="lead", ends_on__isnull=True)
    found: dict[UUID, set[UUID]] = {}
    for class_id, staff_id in rows.values_list("school_class_id", "staff_id"):
        found.setdefault(class_id, set()).add(staff_id)
    return found


def _in_same_weeks(one: Lesson, other: Lesson) -> bool:
    last_one, last_other = (one.ends_on or one.school_class.ends), (other.ends_on or other.school_class.ends)
    return one.starts_on <= last_other and other.starts_on <= last_one


def _shared(one: Lesson, other: Lesson, leads: dict[UUID, set[UUID]]) -> str:
    """What two lessons of a weekday both need at the same time, or nothing."""
    meet = one.starts_at < other.ends_at and other.starts_at < one.ends_at
    if one.school_class_id == other.school_class_id and (meet or one.period == other.period):
        return "class"
    if not meet:
        return ""
    if one.room_id and one.room_id == other.room_id:
        return "room"
    return "teacher" if _takers(one, leads) & _takers(other, leads) else ""


def _takers(lesson: Lesson, leads: dict[UUID, set[UUID]]) -> set[UUID]:
    return {lesson.teacher_id} if lesson.teacher_id else leads.get(lesson.school_class_id, set())


def shared_by_lessons(new: Sequence[Lesson], others: Sequence[Lesson]) -> Iterator[tuple[Lesson, Lesson]]:
    """Each new lesson with another of the same weekday that needs the same class, teacher or room at the same time."""
    leads = _leads([*new, *others])
    by_day: dict[int | None, list[Lesson]] = {}
    for other in others:
        by_day.setdefault(other.weekday, []).append(other)
    for lesson in new:
        for other in by_day.get(lesson.weekday, ()) if lesson.weekday else ():
            if _in_same_weeks(lesson, other) and _shared(lesson, other, leads):
                yield lesson, other


def cycle_day_name(lesson: Lesson) -> str:
    """What the year of a lesson calls the day of its cycle."""
    cycle = cycle_days().cycles.get(lesson.school_class.year_id)
    day = lesson.cycle_day or 1
    return cycle.names[day - 1] if cycle and day <= len(cycle.names) else str(day)


def said_lesson(lesson: Lesson) -> str:
    """A lesson in words: its class, day, period and times."""
    return _("%(name)s on %(day)s, %(period)s (%(starts)s–%(ends)s)") % {
        "name": lesson.school_class,
        "day": _(WEEKDAYS[lesson.weekday - 1]) if lesson.weekday else cycle_day_name(lesson),
        "period": lesson.period,
        "starts": f"{lesson.starts_at:%H:%M}",
        "ends": f"{lesson.ends_at:%H:%M}",
    }


CHANGEABLE = frozenset({"weekday", "period", "starts_at", "ends_at", "starts_on", "ends_on", "teacher_id", "room_id"})
_PLACE = frozenset({"weekday", "period", "starts_at", "ends_at"})
_PLANNED = _PLACE | {"teacher_id", "room_id"}


@transaction.atomic
def edit_lesson(lesson_id: UUID, *, values: dict[str, Any], actor: Actor) -> Lesson:
    """Move or change a lesson. One that has been given counts as beginning today: its registers stay as they are."""
    lesson = get_lesson_for_edit(lesson_id, actor=actor)
    unknown = sorted(values.keys() - CHANGEABLE)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": unknown[0]}
        )
    given = {name: tidy(value) if isinstance(value, str) else value for name, value in values.items()}
    changes = changed_fields(lesson, given)
    if not changes:
        return lesson
    if "weekday" in changes:  # a lesson of a cycle becomes one of every week
        lesson.cycle_day = None
    day = today()
    if _PLACE & changes.keys() and lesson.starts_on < day and lesson.school_class.is_active(day):
        changes |= changed_fields(lesson, {"starts_on": day})
    _check([lesson])
    if lesson.version_id and _PLANNED & changes.keys():
        _take_out_of_version(lesson)
    lesson.save()
    fact = LessonChanged(lesson_id=lesson.pk, fields=sorted(changes))
    record_all([Entry("timetable.lesson.edit", Target.of(lesson), changes, facts=[fact])], actor=actor)
    return lesson


def _take_out_of_version(lesson: Lesson) -> None:
    """A lesson of a version that is changed by hand is one by hand from now on, and has no place in the version."""
    if lesson.planned_id:
        PlannedLesson.objects.filter(pk=lesson.planned_id).update(day=None, period=None, reasons=[{"code": "by_hand"}])
    lesson.version, lesson.planned = None, None


def get_lesson_for_edit(lesson_id: UUID, *, actor: Actor) -> Lesson:
    """The lesson, for somebody who may change it; the timetable is locked with it."""
    actor.require_all(Permission.LESSONS_EDIT)
    lock_timetable()
    rows = Lesson.objects.select_for_update(of=("self",)).select_related("school_class")
    lesson = rows.filter(pk=lesson_id).first()
    if lesson is None:
        raise NotFoundError
    return lesson


@transaction.atomic
def end_lesson(lesson_id: UUID, *, last_day: date, actor: Actor) -> Lesson:
    """End a lesson with a last day; its registers stay as they are."""
    lesson = get_lesson_for_edit(lesson_id, actor=actor)
    changes = changed_fields(lesson, {"ends_on": last_day})
    lesson.save(update_fields=["ends_on", "updated_at"])
    fact = LessonChanged(lesson_id=lesson.pk, fields=sorted(changes))
    record_all([Entry("timetable.lesson.end", Target.of(lesson), changes, facts=[fact])], actor=actor)
    return lesson


@transaction.atomic
def remove_lesson(lesson_id: UUID, *, actor: Actor) -> Lesson | None:
    """Delete a lesson that no register holds; end any other with yesterday. Returns it if it is still there."""
    lesson = get_lesson_for_edit(lesson_id, actor=actor)
    if count_references(lesson):
        return end_lesson(lesson_id, last_day=today() - timedelta(days=1), actor=actor)
    target = Target.of(lesson)
    lesson.delete()
    record_all([Entry("timetable.lesson.delete", target)], actor=actor)
    return None
