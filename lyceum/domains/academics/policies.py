"""Which classes somebody may see, and which students are theirs through a class."""

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.academics.models import Class, ClassMembership, ClassTeacher
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import NOBODY, holds_on, relate, visible_students
from lyceum.domains.tenancy.queries import today


def current() -> Q:
    """Memberships and teaching that hold today at the school."""
    return holds_on(today())


def own_classes(actor: Actor) -> Q:
    """The classes the actor teaches now, as a filter on Class."""
    if actor.user_id is None:
        return NOBODY
    teaching = ClassTeacher.objects.filter(current(), staff__person__user=actor.user_id)
    return Q(pk__in=teaching.values("school_class"))


def students_of_own_classes(actor: Actor) -> Q:
    """The students who are now in a class the actor teaches, as a filter on Student."""
    return _members(own_classes(actor)) if actor.user_id else NOBODY


def students_of_own_forms(actor: Actor) -> Q:
    """The students who are now in a form of which the actor is a teacher, as a filter on Student."""
    return _members(own_classes(actor) & Q(kind=Class.Kind.FORM)) if actor.user_id else NOBODY


def _members(classes: Q) -> Q:
    members = ClassMembership.objects.filter(current(), school_class__in=Class.objects.filter(classes))
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
relate(Reach.CLASSES, students_of_own_forms, permission=Permission.CONTACTS_VIEW)
