"""Whom somebody may record something about, and in which lesson they are."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.queries import in_class
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import is_on_roll, matching
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Lesson


def _recordable(actor: Actor) -> QuerySet[Student]:
    actor.require(Permission.INCIDENTS_RECORD)
    rows = Student.objects.filter(visible_students(actor, Permission.INCIDENTS_RECORD)).filter(is_on_roll(today()))
    return rows.select_related("person").order_by("person__sort_name", "pk")


def find_students(text: str, *, actor: Actor) -> QuerySet[Student]:
    """Students on roll by name or number."""
    return _recordable(actor).filter(matching(text))


def students_of_class(class_id: UUID, *, actor: Actor) -> list[Student]:
    """The students of a class, in name order."""
    return list(_recordable(actor).filter(in_class(class_id, today())))


def students_of_ids(ids: Sequence[UUID], *, actor: Actor) -> list[Student]:
    """The students of those ids, as far as the actor may record anything about them."""
    return list(_recordable(actor).filter(pk__in=ids)) if ids else []


def find_lesson(lesson_id: UUID | None) -> Lesson | None:
    """The lesson, with its class and room."""
    if lesson_id is None:
        return None
    return Lesson.objects.filter(pk=lesson_id).select_related("school_class", "room").first()
