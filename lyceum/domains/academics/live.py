"""Who may follow what happens to classes as it happens."""

from uuid import UUID

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.live import Hears
from lyceum.core.permissions import Permission
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.policies import own_classes
from lyceum.domains.academics.queries import get_class
from lyceum.domains.people.policies import ids_kept_from_work
from lyceum.domains.tenancy.queries import today


def class_topic(class_id: UUID) -> str:
    """The topic on which everything about a class is told."""
    return f"class:{class_id}"


def sees_whole_class(class_id: UUID, *, permission: Permission, actor: Actor) -> bool:
    """Whether the actor may do the act for every student of a class: for all of the school, or as its teacher."""
    if actor.reaches_all(permission):
        return True
    return actor.may(permission) and Class.objects.filter(own_classes(actor), pk=class_id).exists()


def follow_class_list(class_id: UUID, *, actor: Actor) -> Hears:
    """Who comes into a class and who leaves it, for those who may see all of its students."""
    get_class(class_id, actor=actor, day=today())
    if not sees_whole_class(class_id, permission=Permission.STUDENTS_VIEW, actor=actor):
        raise not_allowed(Permission.STUDENTS_VIEW)
    return hears_members(actor)


def hears_members(actor: Actor) -> Hears:
    """Who comes and goes; nothing of a child from whom a restriction keeps the actor."""
    kept = ids_kept_from_work(actor)
    return lambda fact: isinstance(fact, MembershipChanged) and fact.student not in kept
