"""Reading for many classes or students at once, always within the actor's school and rights."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Class, ClassMembership, ClassTeacher, Grade
from lyceum.domains.academics.policies import visible_classes
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import on_roll


def read_classes(classes: Iterable[UUID], *, actor: Actor) -> dict[UUID, Class]:
    """Those of the classes that the actor may see."""
    rows = Class.objects.filter(visible_classes(actor), pk__in=set(classes))
    return {row.pk: row for row in rows.select_related("subject", "room", "year")}


def list_rolls(classes: Iterable[UUID], *, actor: Actor, day: date) -> QuerySet[ClassMembership]:
    """Who is in classes on a day and on roll, as far as the actor may see the students."""
    actor.require(Permission.STUDENTS_VIEW)
    rows = _on_roll(classes, day)
    if not actor.reaches_all(Permission.STUDENTS_VIEW):
        rows = rows.filter(student__in=Student.objects.filter(visible_students(actor)))
    return rows.select_related("student__person")


def _on_roll(classes: Iterable[UUID], day: date) -> QuerySet[ClassMembership]:
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    enrolled = Enrolment.objects.filter(on_roll(day)).values("student")
    wanted = set(classes)
    return ClassMembership.objects.filter(current, school_class__in=wanted, starts_on__lte=day, student__in=enrolled)


def count_rolls(classes: Iterable[UUID], *, day: date) -> dict[UUID, int]:
    """How many students are in each class on a day."""
    wanted = set(classes)
    counted = _on_roll(wanted, day).values_list("school_class").annotate(size=Count("*"))
    return dict.fromkeys(wanted, 0) | dict(counted)


def list_class_teachers(classes: Iterable[UUID], *, day: date) -> QuerySet[ClassTeacher]:
    """Who teaches classes on a day."""
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    rows = ClassTeacher.objects.filter(current, school_class__in=set(classes), starts_on__lte=day)
    return rows.select_related("staff__person")


def list_memberships(students: Iterable[UUID], *, actor: Actor, day: date) -> QuerySet[ClassMembership]:
    """The classes that students are in on a day, as far as the actor may see them."""
    actor.require(Permission.CLASSES_VIEW)
    current = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    classes = Class.objects.filter(visible_classes(actor))
    rows = ClassMembership.objects.filter(
        current, student__in=set(students), starts_on__lte=day, school_class__in=classes
    )
    return rows.select_related("school_class__subject", "school_class__room", "school_class__year")


def read_grades(grades: Iterable[UUID]) -> dict[UUID, Grade]:
    """Year groups by id."""
    return {grade.pk: grade for grade in Grade.objects.filter(pk__in=set(grades))}


def read_open_memberships(class_id: UUID, students: Iterable[UUID], *, last_day: date) -> list[UUID]:
    """The memberships of students in a class that run beyond a day. Every student must have one."""
    wanted = set(students)
    beyond = Q(ends_on__isnull=True) | Q(ends_on__gt=last_day)
    rows = ClassMembership.objects.filter(beyond, school_class=class_id, student__in=wanted)
    found = dict(rows.values_list("pk", "student_id"))
    if wanted - set(found.values()):
        raise NotFoundError("Not all of these students are in the class after that day.")
    return list(found)
