"""Lessons that several classes, or groups of them, are taught together: they are one lesson, with one register."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from lyceum.domains.timetable.models import GroupMember, Lesson, PlannedClass


def taught_together(lessons: Iterable[Lesson]) -> list[Lesson]:
    """Lessons of one date, those of several classes once: the first class's, with the others `joined` to it.

    One that was entered by hand is its class's alone.
    """
    found: dict[UUID, list[Lesson]] = {}
    for lesson in lessons:
        found.setdefault(lesson.planned_id or lesson.pk, []).append(lesson)
    for rows in found.values():
        rows.sort(key=lambda lesson: (lesson.school_class.name, str(lesson.school_class_id)))
    for first, *others in found.values():
        first.joined = others
    return [rows[0] for rows in found.values()]


def groups_of(lessons: Iterable[Lesson]) -> dict[UUID | None, list[UUID]]:
    """By planned lesson the groups that come to it, of those that have no class of their own. At most one statement."""
    planned = {lesson.planned_id for lesson in lessons} - {None}
    if not planned:
        return {}
    rows = PlannedClass.objects.filter(lesson__in=planned, group__isnull=False, group__taught_as=None)
    found: dict[UUID | None, list[UUID]] = {}
    for lesson_id, group_id in rows.order_by("group").values_list("lesson_id", "group_id"):
        found.setdefault(lesson_id, []).append(group_id)
    return found


def comes_to(student_id: UUID) -> Q:
    """Lessons of a class to which somebody of it comes: the whole class, or groups of which they are in one."""
    of_it = PlannedClass.objects.filter(lesson=OuterRef("planned"), school_class=OuterRef("school_class"))
    divided = of_it.filter(group__isnull=False, group__taught_as=None)
    mine = GroupMember.objects.filter(student=student_id, group=OuterRef("group"))
    return ~Exists(divided) | Q(Exists(divided.filter(Exists(mine))))


def lessons_without(student_id: UUID, lessons: Iterable[Lesson]) -> frozenset[tuple[UUID | None, UUID]]:
    """The planned lessons, each with its class, to which only groups come that the student is not in."""
    planned = {lesson.planned_id for lesson in lessons} - {None}
    if not planned:
        return frozenset()
    rows = PlannedClass.objects.filter(lesson__in=planned, group__isnull=False, group__taught_as=None)
    mine = GroupMember.objects.filter(student=student_id, group=OuterRef("group"))
    comes: dict[tuple[UUID | None, UUID], bool] = {}
    for lesson_id, class_id, is_mine in rows.annotate(is_mine=Exists(mine)).values_list(
        "lesson_id", "school_class_id", "is_mine"
    ):
        comes[lesson_id, class_id] = comes.get((lesson_id, class_id), False) or is_mine
    return frozenset(key for key, is_mine in comes.items() if not is_mine)
