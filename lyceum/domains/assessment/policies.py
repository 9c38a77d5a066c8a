"""Whose gradebooks somebody reads: at work those of classes that they teach now, or all; at home by child.

Who covers a lesson reads none: a cover is no teaching assignment.
"""

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.policies import own_classes
from lyceum.domains.assessment.models import Gradebook
from lyceum.domains.people.policies import NOBODY


def taught_gradebooks(actor: Actor) -> Q:
    """Those of classes that the actor teaches now, as a filter on Gradebook."""
    if actor.user_id is None:
        return NOBODY
    return Q(school_class__in=Class.objects.filter(own_classes(actor)))


def staff_gradebooks(actor: Actor, permission: Permission = Permission.MARKS_VIEW) -> Q:
    """The gradebooks for which the actor may do an act at work, as a filter on Gradebook."""
    reaches = actor.reaches(permission)
    if Reach.ALL in reaches:
        return Q()
    return taught_gradebooks(actor) if Reach.CLASSES in reaches else NOBODY


def is_staff_here(actor: Actor) -> bool:
    """Whether the actor reads gradebooks at work, and not as a family alone."""
    return bool(actor.reaches(Permission.MARKS_VIEW) & {Reach.ALL, Reach.CLASSES})


def is_taught_by(book: Gradebook, actor: Actor) -> bool:
    """Whether the actor teaches its class now."""
    return Gradebook.objects.filter(taught_gradebooks(actor), pk=book.pk).exists()
