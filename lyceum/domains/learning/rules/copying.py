"""Copying a run: everything that was prepared, nobody who was there."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, invalid_field
from lyceum.core.files import copy_file
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.models import (
    Assignment,
    CoInstructor,
    CourseLesson,
    LearningSchedule,
    Material,
    Meeting,
    Module,
)
from lyceum.domains.learning.rules.materials import AREA
from lyceum.domains.learning.rules.schedules import get_schedule_to_write
from lyceum.domains.people.queries import find_staff_of_user

M = TypeVar("M", bound=models.Model)
Shift = Callable[[datetime | None], datetime | None]


@transaction.atomic
def copy_schedule(schedule_id: UUID, *, start_on: date, name: str = "", actor: Actor) -> LearningSchedule:
    """A draft with the same modules, lessons, materials, meetings and assignments, all dates shifted by as much."""
    old = get_schedule_to_write(schedule_id, actor=actor)
    days = start_on - old.start_on
    try:
        end_on = old.end_on + days
    except OverflowError:
        raise _out_of_range() from None
    if not 1900 <= start_on.year <= 2200 or end_on.year > 2200:
        raise _out_of_range()
    shift = _shifting(days)
    new = _clone(old, status=LearningSchedule.Status.DRAFT, start_on=start_on, end_on=end_on, copied_from=old)
    new.name, new.version = name or old.name, 1
    new.enrol_from, new.enrol_until = shift(old.enrol_from), shift(old.enrol_until)
    new.published_at = new.cancelled_at = None
    new.reason = ""
    own = find_staff_of_user(actor.user_id)
    if own is not None and not actor.reaches_all(Permission.SCHEDULES_EDIT):
        new.instructor = own
    new.save(force_insert=True)
    _copy_content(old, new, shift, actor)
    record("learning.schedule.copy", target=Target.of(new), changes={"from": [None, str(old.pk)]}, actor=actor)
    return new


def _copy_content(old: LearningSchedule, new: LearningSchedule, shift: Shift, actor: Actor) -> None:
    beside = CoInstructor.objects.filter(schedule=old)
    CoInstructor.objects.bulk_create([_clone(each, schedule=new) for each in beside])
    meetings = Meeting.objects.filter(schedule=old)
    Meeting.objects.bulk_create([
        _clone(each, schedule=new, starts_at=shift(each.starts_at), ends_at=shift(each.ends_at)) for each in meetings
    ])  # fmt: skip
    works = {
        each.pk: _clone(
            each,
            schedule=new,
            status=Assignment.Status.DRAFT,
            due_at=shift(each.due_at),
            publish_at=shift(each.publish_at),
            closes_at=shift(each.closes_at),
            published_at=None,
            released_at=None,
            created_by=actor.id,
            version=1,
        )
        for each in Assignment.objects.filter(schedule=old).exclude(status=Assignment.Status.ARCHIVED)
    }
    Assignment.objects.bulk_create(works.values())
    modules = {
        each.pk: _clone(each, schedule=new, opens_at=shift(each.opens_at))
        for each in Module.objects.filter(schedule=old, is_archived=False)
    }
    Module.objects.bulk_create(modules.values())
    lessons = {
        each.pk: _clone(
            each,
            module=modules[each.module_id],
            assignment=works.get(each.assignment_id) if each.assignment_id else None,
        )
        for each in CourseLesson.objects.filter(module__in=list(modules), is_archived=False)
    }
    for lesson in lessons.values():
        if lesson.assignment_id is None and lesson.completes_on == CourseLesson.CompletesOn.ASSIGNMENT:
            lesson.completes_on = CourseLesson.CompletesOn.MARKED_DONE
    CourseLesson.objects.bulk_create(lessons.values())
    _copy_materials(old, new, modules, lessons, shift)


def _copy_materials(
    old: LearningSchedule,
    new: LearningSchedule,
    modules: Mapping[UUID, Module],
    lessons: Mapping[UUID, CourseLesson],
    shift: Shift,
) -> None:
    """Materials with files of their own: the old run may be deleted."""
    owned = Q(schedule=old) | Q(module__in=list(modules)) | Q(lesson__in=list(lessons))
    copies = []
    for each in Material.objects.filter(owned, is_archived=False):
        copy = _clone(
            each,
            schedule=new if each.schedule_id else None,
            module=modules[each.module_id] if each.module_id else None,
            lesson=lessons[each.lesson_id] if each.lesson_id else None,
            visible_from=shift(each.visible_from),
            visible_until=shift(each.visible_until),
        )
        if each.file:
            copy.file = copy_file(each.file, area=AREA, row=copy.pk)
        copies.append(copy)
    Material.objects.bulk_create(copies)


def _clone(row: M, **values: Any) -> M:
    """A new row with the same fields, but for those that are given."""
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in ("id", "school")}
    copy = type(row)(**{**fields, "id": new_id()})
    for name, value in values.items():
        setattr(copy, name, value)
    return copy


def _shifting(days: timedelta) -> Shift:
    """By whole days on the school's clock: what began at nine begins at nine, also across a change of clocks."""

    def shift(instant: datetime | None) -> datetime | None:
        if instant is None:
            return None
        local = timezone.localtime(instant)
        try:
            moved = (local.replace(tzinfo=None) + days).replace(tzinfo=local.tzinfo)
            return moved.astimezone(instant.tzinfo)
        except OverflowError:  # what is hidden at the end of time stays so
            return instant

    return shift


def _out_of_range() -> InvalidError:
    return invalid_field("/start_date", "range", _("Give a date between 1900 and 2200."))


def _copied(old_id: UUID | None, copies: Mapping[UUID, Assignment]) -> Assignment | None:
    return copies.get(old_id) if old_id else None
