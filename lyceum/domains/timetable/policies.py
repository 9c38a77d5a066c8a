"""Which lessons somebody may see."""

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import NOBODY, holds_on, visible_students
from lyceum.domains.tenancy.queries import today


def visible_lessons(actor: Actor) -> Q:
    """The lessons the actor may see: all, or those of one's own and one's children's classes."""
    reaches = actor.reaches(Permission.LESSONS_VIEW)
    if Reach.ALL in reaches:
        return Q()
    if not reaches & {Reach.OWN, Reach.CHILD}:
        return NOBODY
    students = Student.objects.filter(visible_students(actor))
    members = ClassMembership.objects.filter(holds_on(today()), student__in=students)
    return Q(school_class__in=members.values("school_class"))
