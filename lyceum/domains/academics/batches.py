"""Reading for many classes or students at once, always within the actor's school and rights."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Class, ClassMembership, ClassTeacher, Grade
from lyceum.domains.academics.policies import visible_classes
from lyceum.domains.academics.queries import get_class
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import holds_on, visible_students
from lyceum.domains.people.queries import on_roll


def read_classes(classes: Iterable[UUID], *, actor: Actor) -> dict[UUID, Class]:
    """Those of the classes that the actor may see."""
    rows = Class.objects.filter(visible_classes(actor), pk__in=set(classes))
    return {row.pk: row for row in rows.select_related("subject", "room", "year")}


def list_rolls(classes: Iterable[UUID], *, actor: Actor, day: date) -> QuerySet[ClassMembership]:
    """Who is in classes on a day and on roll, as far as the actor may see the students."""
    actor.require(Permission.STUDENTS_VIEW)
    visible = Student.objects.filter(visible_students(actor))
    return _on_roll(classes, day).filter(student__in=visible).select_related("student__person")


def list_visible_roll(class_id: UUID, *, actor: Actor, day: date) -> QuerySet[Student]:
    """The students of a class on a day whose records the actor may see, in name order."""
    get_class(class_id, actor=actor, day=day)
    members = list_rolls([class_id], actor=actor, day=day).values("student")
    return Student.objects.filter(pk__in=members).select_related("person").order_by("person__sort_name", "pk")


def _on_roll(classes: Iterable[UUID], day: date) -> QuerySet[ClassMembership]:
    enrolled = Enrolment.objects.filter(on_roll(day)).values("student")
    return ClassMembership.objects.filter(holds_on(day), school_class__in=set(classes), student__in=enrolled)


def count_rolls(classes: Iterable[UUID], *, day: date) -> dict[UUID, int]:
    """How many students are in each class on a day."""
    wanted = set(classes)
    counted = _on_roll(wanted, day).values_list("school_class").annotate(size=Count("*"))
    return dict.fromkeys(wanted, 0) | dict(counted)


def list_class_teachers(classes: Iterable[UUID], *, day: date) -> QuerySet[ClassTeacher]:
    """Who teaches classes on a day."""
    rows = ClassTeacher.objects.filter(holds_on(day), school_class__in=set(classes))
    return rows.select_related("staff__person")


def list_memberships(students: Iterable[UUID], *, actor: Actor, day: date) -> QuerySet[ClassMembership]:
    """The classes that students are in on a day, as far as the actor may see them."""
    actor.require(Permission.CLASSES_VIEW)
    classes = Class.objects.filter(visible_classes(actor))
    rows = ClassMembership.objects.filter(holds_on(day), student__in=set(students), school_class__in=classes)
    return rows.select_related("school_class__subject", "school_class__room", "school_class__year")


def read_grades(grades: Iterable[UUID]) -> dict[UUID, Grade]:
    """Year groups by id."""
    return {grade.pk: grade for grade in Grade.objects.filter(pk__in=set(grades))}
