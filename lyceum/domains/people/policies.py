"""Which students and adults somebody may see. Domains above add the relations that only they know."""

from collections.abc import Callable
from datetime import date

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.people.models import ContactRestriction, GuardianLink
from lyceum.domains.tenancy.queries import today

Relation = Callable[[Actor], Q]
_relations: dict[tuple[Reach, Permission | None], list[Relation]] = {}
NOBODY = Q(pk__in=())


def relate(reach: Reach, relation: Relation, *, permission: Permission | None = None) -> None:
    """Add what a reach means for students: a filter on Student for an actor. For one permission it may mean less."""
    _relations.setdefault((reach, permission), []).append(relation)


def visible_students(actor: Actor, permission: Permission = Permission.STUDENTS_VIEW) -> Q:
    """The students for whom the actor may do the act. A restricted person works with no restricted child."""
    reaches = actor.reaches(permission)
    own = _any(actor, reaches & {Reach.OWN, Reach.CHILD}, permission)
    at_work = reaches - {Reach.OWN, Reach.CHILD}
    if not at_work:
        return own
    as_staff = Q() if Reach.ALL in at_work else _any(actor, at_work, permission)
    if actor.user_id is None:
        return as_staff
    return as_staff & ~kept_from(actor, "no_contact", "no_information", "address_withheld") | own


def _any(actor: Actor, reaches: frozenset[Reach], permission: Permission) -> Q:
    allowed = NOBODY
    for reach in reaches:
        for relation in _relations.get((reach, permission), _relations.get((reach, None), [])):
            allowed |= relation(actor)
    return allowed


def holds_on(day: date) -> Q:
    """Rows with a first and perhaps a last day that hold on a day."""
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))


def own_record(actor: Actor) -> Q:
    """A student sees their own record."""
    return Q(person__user=actor.user_id) if actor.user_id else NOBODY


def own_children(actor: Actor) -> Q:
    """A guardian with access sees the child, unless a restriction says no."""
    if actor.user_id is None:
        return NOBODY
    links = GuardianLink.objects.filter(holds_on(today()), guardian__user=actor.user_id, portal__in=("view", "full"))
    return Q(pk__in=links.values("student")) & ~kept_from(actor, "no_contact", "no_information")


def kept_from(actor: Actor, *kinds: str) -> Q:
    """The students from whom a restriction of these kinds keeps the actor now."""
    restrictions = ContactRestriction.objects.filter(
        holds_on(today()), person__user=actor.user_id, ended_reason="", kinds__overlap=list(kinds)
    )
    return Q(pk__in=restrictions.values("student"))


relate(Reach.OWN, own_record)
relate(Reach.CHILD, own_children)
