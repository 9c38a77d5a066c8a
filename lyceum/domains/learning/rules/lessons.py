"""Lessons: the pages of a module."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.richtext import to_html
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.models import Assignment, CourseLesson, LessonProgress
from lyceum.domains.learning.rules.modules import MOST_ORDER, get_module_to_write
from lyceum.domains.learning.rules.ordering import MOST_ROWS, next_order, put_in_order, refuse_taken
from lyceum.domains.learning.rules.stored import forget_files_of
from lyceum.domains.learning.rules.wording import choice, line, long_text, number
from lyceum.domains.learning.settings import school_settings

LONGEST_TITLE, LONGEST_CONTENT, MOST_MINUTES = 200, 100_000, 10_000
ByAssignment = CourseLesson.CompletesOn.ASSIGNMENT


@transaction.atomic
def create_lesson(*, module_id: UUID, values: Mapping[str, Any], actor: Actor) -> CourseLesson:
    """One more lesson of a module, the last unless the call says where."""
    module = get_module_to_write(module_id, actor=actor, pointer="/module_id")
    rows = CourseLesson.objects.filter(module=module)
    if rows.count() >= MOST_ROWS:
        raise invalid_field("/module_id", "too_many", _("A module has %(n)s lessons at most.") % {"n": MOST_ROWS})
    lesson = CourseLesson(module=module, access=school_settings().lesson_access_default)
    changed_fields(lesson, _checked({"title": "", **values}))
    _check_completion(lesson, module.schedule_id)
    if values.get("order") is None:
        lesson.order = next_order(rows)
    else:
        refuse_taken(rows, lesson.order)
    lesson.save(force_insert=True)
    record("learning.lesson.create", target=Target.of(lesson), actor=actor)
    return lesson


@transaction.atomic
def edit_lesson(lesson_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> CourseLesson:
    """Change some of a lesson, its place included."""
    lesson = get_lesson_to_write(lesson_id, actor=actor)
    given = dict(values)
    if given.pop("module_id", lesson.module_id) != lesson.module_id:
        raise invalid_field("/module_id", "fixed", _("A lesson stays in its module. Make another."))
    changes = changed_fields(lesson, _checked(given))
    _check_completion(lesson, lesson.module.schedule_id)
    if "order" in changes:
        refuse_taken(CourseLesson.objects.filter(module=lesson.module_id), lesson.order, but=lesson.pk)
    if changes:
        lesson.save()
        told = {name: pair for name, pair in changes.items() if not name.startswith("content")}
        if "content" in changes:
            told["content"] = [len(changes["content"][0]), len(changes["content"][1])]
        record("learning.lesson.edit", target=Target.of(lesson), changes=told, actor=actor)
    return lesson


@transaction.atomic
def delete_lesson(lesson_id: UUID, *, actor: Actor) -> bool:
    """Delete a lesson; archive it where learners have progress in it. Returns whether it is gone."""
    lesson = get_lesson_to_write(lesson_id, actor=actor)
    if LessonProgress.objects.filter(lesson=lesson).exists():
        lesson.is_archived = True
        lesson.order = next_order(CourseLesson.objects.filter(module=lesson.module_id))
        lesson.save(update_fields=["is_archived", "order", "updated_at"])
        record("learning.lesson.archive", target=Target.of(lesson), actor=actor)
        return False
    forget_files_of(Q(lesson=lesson))
    record("learning.lesson.delete", target=Target.of(lesson), actor=actor)
    lesson.delete()
    return True


@transaction.atomic
def order_lessons(module_id: UUID, *, ids: Sequence[UUID], actor: Actor) -> None:
    """Put the lessons of a module into an order."""
    module = get_module_to_write(module_id, actor=actor)
    put_in_order(CourseLesson, CourseLesson.objects.filter(module=module), ids)
    record("learning.lesson.order", target=Target.of(module), changes={"lessons": [None, len(ids)]}, actor=actor)


def get_lesson_to_write(lesson_id: UUID, *, actor: Actor) -> CourseLesson:
    """The lesson, with its run locked."""
    lesson = CourseLesson.objects.select_related("module").filter(pk=lesson_id).first()
    if lesson is None:
        raise NotFoundError(_("There is no such lesson."))
    get_module_to_write(lesson.module_id, actor=actor)
    lesson.refresh_from_db()
    return lesson


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "title" in given:
        fields["title"] = line(given, "title", LONGEST_TITLE, needed=True)
    if "content" in given:
        fields["content"] = long_text(given, "content", LONGEST_CONTENT)
        fields["content_html"] = to_html(fields["content"])
    if given.get("order") is not None:
        fields["order"] = number(given, "order", 0, MOST_ORDER)
    if "duration_minutes" in given:
        fields["duration_minutes"] = number(given, "duration_minutes", 1, MOST_MINUTES)
    if given.get("is_required") is not None:
        fields["is_required"] = given["is_required"]
    if given.get("access") is not None:
        fields["access"] = choice(given, "access", CourseLesson.Access.values)
    if given.get("completes_on") is not None:
        fields["completes_on"] = choice(given, "completes_on", CourseLesson.CompletesOn.values)
    if "assignment_id" in given:
        fields["assignment_id"] = given["assignment_id"]
    return fields


def _check_completion(lesson: CourseLesson, schedule_id: UUID) -> None:
    """An assignment is named exactly where it completes the lesson, and is one of the run's."""
    if (lesson.completes_on == ByAssignment) != (lesson.assignment_id is not None):
        raise invalid_field(
            "/assignment_id", "required", _("Name the assignment where it completes the lesson, and only there.")
        )
    if lesson.assignment_id is None:
        return
    if not Assignment.objects.filter(pk=lesson.assignment_id, schedule=schedule_id).exists():
        raise invalid_field("/assignment_id", "choice", _("There is no such assignment in this run."))
