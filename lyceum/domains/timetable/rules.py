"""Lessons entered by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from django.db import transaction

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.models import Class
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.timetable.models import Lesson


class LessonClashError(RuleError):
    """The class has a lesson in that period already."""

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
    """Make lessons of classes."""
    actor.require_all(Permission.LESSONS_EDIT)
    for each in new:
        if not 1 <= each.weekday <= 7:
            raise invalid_field("/weekday", "range", "Give the weekday as a number, Monday = 1 to Sunday = 7.")
        if not each.starts_at < each.ends_at:
            raise invalid_field("/ends_at", "order", "A lesson ends after it starts.")
    _refuse_clash(new)
    lessons = [
        Lesson(
            school_class=each.school_class,
            teacher_id=each.teacher_id,
            room_id=each.room_id,
            weekday=each.weekday,
            period=tidy(each.period)[:20],
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            starts_on=each.starts_on or each.school_class.starts,
            ends_on=each.ends_on,
        )
        for each in new
    ]
    Lesson.objects.bulk_create(lessons)
    record_all([Entry("timetable.lesson.create", Target.of(lesson)) for lesson in lessons], actor=actor)
    return lessons


def _refuse_clash(new: Sequence[NewLesson]) -> None:
    wanted = {(each.school_class.pk, each.weekday, tidy(each.period)) for each in new}
    rows = Lesson.objects.filter(school_class__in={w[0] for w in wanted}, ends_on__isnull=True)
    for row in rows.select_related("school_class"):
        if (row.school_class_id, row.weekday, row.period) in wanted:
            raise LessonClashError(f"{row.school_class} has a lesson in {row.period} on that day already.")


@transaction.atomic
def end_lesson(lesson_id: UUID, *, last_day: date, actor: Actor) -> Lesson:
    """End a lesson with a last day; its registers stay as they are."""
    actor.require_all(Permission.LESSONS_EDIT)
    lesson = Lesson.objects.select_for_update().filter(pk=lesson_id).first()
    if lesson is None:
        raise NotFoundError
    lesson.ends_on = last_day
    lesson.save(update_fields=["ends_on", "updated_at"])
    record_all([Entry("timetable.lesson.end", Target.of(lesson), {"ends_on": [None, str(last_day)]})], actor=actor)
    return lesson
