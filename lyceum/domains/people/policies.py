"""Which students and adults somebody may see. Domains above add the relations that only they know."""

from collections.abc import Callable

from django.db.models import Q

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.people.models import ContactRestriction, GuardianLink

Relation = Callable[[Actor], Q]
_relations: dict[Reach, list[Relation]] = {}
NOBODY = Q(pk__in=())


def relate(reach: Reach, relation: Relation) -> None:
    """Add what a reach means for students: a filter on Student for an actor."""
    _relations.setdefault(reach, []).append(relation)


def visible_students(actor: Actor, permission: Permission = Permission.STUDENTS_VIEW) -> Q:
    """The students for whom the actor may do the act."""
    reaches = actor.reaches(permission)
    if Reach.ALL in reaches:
        return Q()
    allowed = NOBODY
    for reach in reaches:
        for relation in _relations.get(reach, ()):
            allowed |= relation(actor)
    return allowed


def own_record(actor: Actor) -> Q:
    """A student sees their own record."""
    return Q(person__user=actor.user_id) if actor.user_id else NOBODY


def own_children(actor: Actor) -> Q:
    """A guardian with access sees the child, unless a restriction says no."""
    if actor.user_id is None:
        return NOBODY
    day = clock.now().date()
    links = GuardianLink.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), guardian__user=actor.user_id, portal__in=("view", "full")
    )
    barred = ContactRestriction.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        person__user=actor.user_id,
        ended_reason="",
        kinds__overlap=["no_contact", "no_information"],
    )
    return Q(pk__in=links.values("student")) & ~Q(pk__in=barred.values("student"))


relate(Reach.OWN, own_record)
relate(Reach.CHILD, own_children)
