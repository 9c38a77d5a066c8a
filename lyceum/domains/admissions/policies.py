"""Whose applications somebody may see and act on."""

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import own_children

NOBODY = Q(pk__in=())


def visible_applications(actor: Actor, permission: Permission = Permission.APPLICATIONS_VIEW) -> Q:
    """All of the school for its office; one's own, and those of one's children, for a family. Teachers: none yet."""
    if actor.reaches_all(permission):
        return Q()
    return own_applications(actor) if actor.reaches(permission) & {Reach.OWN, Reach.CHILD} else NOBODY


def own_applications(actor: Actor) -> Q:
    """What somebody filled in, or what is about themselves or their child."""
    if actor.user_id is None:
        return NOBODY
    mine = Q(filled_in_by=actor.user_id) | Q(student__person__user=actor.user_id)
    if Reach.CHILD in actor.reaches(Permission.APPLICATIONS_VIEW):
        mine |= Q(student__in=Student.objects.filter(own_children(actor)))
    return mine
