"""Which classes somebody may see, and which students are theirs through a class."""

from django.db.models import Q

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.academics.models import Class, ClassMembership, ClassTeacher
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import NOBODY, relate, visible_students


def current(first: str = "starts_on", last: str = "ends_on") -> Q:
    """Rows whose days hold today, in any time zone a school may have."""
    day = clock.now().date()
    return Q(**{f"{first}__lte": day}) & (Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": day}))


def own_classes(actor: Actor) -> Q:
    """The classes the actor teaches now, as a filter on Class."""
    if actor.user_id is None:
        return NOBODY
    teaching = ClassTeacher.objects.filter(current(), staff__person__user=actor.user_id)
    return Q(pk__in=teaching.values("school_class"))


def students_of_own_classes(actor: Actor) -> Q:
    """The students who are now in a class the actor teaches, as a filter on Student."""
    if actor.user_id is None:
        return NOBODY
    classes = Class.objects.filter(own_classes(actor))
    members = ClassMembership.objects.filter(current(), school_class__in=classes)
    return Q(pk__in=members.values("student"))


def visible_classes(actor: Actor) -> Q:
    """The classes the actor may see, as a filter on Class."""
    reaches = actor.reaches(Permission.CLASSES_VIEW)
    if Reach.ALL in reaches:
        return Q()
    if not reaches & {Reach.OWN, Reach.CHILD}:
        return NOBODY
    students = Student.objects.filter(visible_students(actor))
    members = ClassMembership.objects.filter(current(), student__in=students)
    return Q(pk__in=members.values("school_class"))


relate(Reach.CLASSES, students_of_own_classes)
