"""Reading groups: the parts of classes that are taught by themselves. For those who make the timetable."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Class, ClassMembership
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import holds_on, kept_from_work
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Group, GroupMember

GROUP_ORDER = ("school_class__name", "division", "name", "pk")


def list_groups(actor: Actor, *, year: UUID | None = None, school_class: UUID | None = None) -> QuerySet[Group]:
    """Groups with their class and who is in them, by class."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    rows = Group.objects.filter(school_class__year=year) if year else Group.objects.all()
    if school_class:
        rows = rows.filter(school_class=school_class)
    hidden: Any = kept_from_work(actor)  # ids, which only filters read
    members = GroupMember.objects.exclude(student__in=hidden).select_related("student__person")
    shown = Prefetch("members", members.order_by("student__person__sort_name", "student"))
    return rows.select_related("school_class__year", "taught_as").prefetch_related(shown).order_by(*GROUP_ORDER)


def get_group(group_id: UUID, *, actor: Actor) -> Group:
    """One group."""
    row = list_groups(actor).filter(pk=group_id).first()
    if row is None:
        raise NotFoundError
    return row


def list_day(school_class: Class) -> date:
    """The day whose class list counts for groups: today, or the nearest on which the class runs."""
    return min(max(today(), school_class.starts), school_class.ends)


@dataclass(frozen=True)
class Choice:
    """A student of a class, and the other groups of it that they are in."""

    student: Student
    groups: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What stands for the student in a form."""
        return str(self.student.pk)


def list_choices(
    classes: Sequence[Class], *, besides: UUID | None = None, actor: Actor
) -> list[tuple[Class, list[Choice]]]:
    """The students of each class, of whom a group is made, `besides` or a new one. Two statements."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    hidden: Any = kept_from_work(actor)  # ids, which only filters read
    groups: dict[tuple[UUID, UUID], list[str]] = {}
    in_groups = GroupMember.objects.filter(group__school_class__in=classes).exclude(group=besides)
    for school_class, student, name in in_groups.order_by("group__name").values_list(
        "group__school_class", "student", "group__name"
    ):
        groups.setdefault((school_class, student), []).append(name)
    found: dict[UUID, list[Choice]] = {row.pk: [] for row in classes}
    members = ClassMembership.objects.filter(holds_on(list_day(classes[0])), school_class__in=classes)
    members = members.exclude(student__in=hidden).select_related("student__person")
    for row in members.order_by("student__person__sort_name", "student"):
        choice = Choice(row.student, groups.get((row.school_class_id, row.student_id), []))
        found[row.school_class_id].append(choice)
    return [(row, found[row.pk]) for row in classes]
