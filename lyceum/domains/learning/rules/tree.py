"""The tree of courses and what must come before what: never a loop, never more than three levels."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from lyceum.core.errors import FieldError, NotFoundError, invalid_field
from lyceum.core.schools import current_school
from lyceum.domains.learning.models import Course, Prerequisite
from lyceum.domains.learning.rules.refusals import CourseLoopError, TooDeepError

LEVELS = 3
MOST_PREREQUISITES = 20


def lock_tree() -> None:
    """Until this transaction ends nobody else moves a course: two moves that are fine alone may make a loop."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"courses:{current_school()}"])


def check_parent(course_id: UUID, parent_id: UUID) -> None:
    """Refuse a parent that is not there, lies inside the course, or is too deep for what the course holds."""
    parents = dict(Course.objects.values_list("pk", "parent_id"))
    if parent_id not in parents:
        raise invalid_field("/parent_id", "choice", _("There is no such course."))
    above = _way_up(parent_id, parents)
    if course_id in above:
        message = _("A course cannot be a part of itself.")
        raise CourseLoopError(message, errors=[FieldError("/parent_id", "course_loop", message)])
    if len(above) + _height(course_id, parents) > LEVELS:
        message = _("Courses have three levels at most. Choose a course higher up.")
        raise TooDeepError(message, errors=[FieldError("/parent_id", "too_deep", message)])


def _way_up(start: UUID, parents: Mapping[UUID, UUID | None]) -> list[UUID]:
    way: list[UUID] = []
    at: UUID | None = start
    while at is not None and at not in way:
        way.append(at)
        at = parents.get(at)
    return way


def _height(course_id: UUID, parents: Mapping[UUID, UUID | None]) -> int:
    """How many levels a course takes with those inside it."""
    inside = [child for child, parent in parents.items() if parent == course_id]
    return 1 + max((_height(child, parents) for child in inside), default=0)


def set_prerequisites(course: Course, needed: Iterable[UUID]) -> list[str]:
    """What must be completed before the course; returns the ids. Refuses what comes, by whatever way, after it."""
    wanted = list(dict.fromkeys(needed))
    if len(wanted) > MOST_PREREQUISITES:
        message = _("Name at most %(n)s courses that come before.") % {"n": MOST_PREREQUISITES}
        raise invalid_field("/prerequisites", "too_many", message)
    if Course.objects.filter(pk__in=wanted).count() != len(wanted):
        raise invalid_field("/prerequisites", "choice", _("There is no such course."))
    before: dict[UUID, list[UUID]] = {}
    for one, needs in Prerequisite.objects.exclude(course=course).values_list("course_id", "needs_id"):
        before.setdefault(one, []).append(needs)
    seen, todo = set[UUID](), list(wanted)
    while todo:
        at = todo.pop()
        if at == course.pk:
            message = _("A course cannot come before itself.")
            raise CourseLoopError(message, errors=[FieldError("/prerequisites", "course_loop", message)])
        if at not in seen:
            seen.add(at)
            todo += before.get(at, [])
    Prerequisite.objects.filter(course=course).exclude(needs__in=wanted).delete()
    rows = [Prerequisite(course=course, needs_id=each) for each in wanted]
    Prerequisite.objects.bulk_create(rows, ignore_conflicts=True)
    return [str(each) for each in wanted]


def get_course_to_write(course_id: UUID) -> Course:
    """The course, locked."""
    found = Course.objects.select_for_update(of=("self",)).select_related("category").filter(pk=course_id).first()
    if found is None:
        raise NotFoundError(_("There is no such course."))
    return found
