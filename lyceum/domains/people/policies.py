"""Which students and adults somebody may see. Domains above add the relations that only they know."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.people.models import ContactRestriction, GuardianLink
from lyceum.domains.tenancy.queries import today

Relation = Callable[[Actor], Q]
_relations: dict[tuple[Reach, Permission | None], list[Relation]] = {}
NOBODY = Q(pk__in=())
KEPT_FROM_WORK_SQL = """
SELECT r.student_id FROM people_contactrestriction r
JOIN people_person kept ON kept.school_id = r.school_id AND kept.id = r.person_id
WHERE r.school_id = %(school)s AND kept.user_id = %(user)s AND r.ended_reason = ''
  AND r.starts_on <= %(today)s AND (r.ends_on IS NULL OR r.ends_on >= %(today)s)
  AND r.kinds && '{no_contact,no_information,address_withheld}'::varchar[]
"""
"""What `kept_from_work` finds, for a statement that is written out."""


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
    return as_staff & ~Q(pk__in=kept_from_work(actor)) | own


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
    return Q(pk__in=links.values("student")) & ~Q(pk__in=_kept_from(actor, "no_contact", "no_information"))


def kept_from_work(actor: Actor) -> QuerySet[ContactRestriction, Any]:
    """The ids of students with whom the actor may not work now, whatever their role: a restriction says so."""
    return _kept_from(actor, "no_contact", "no_information", "address_withheld")


# Any: rows of ids, which only filters read.
def _kept_from(actor: Actor, *kinds: str) -> QuerySet[ContactRestriction, Any]:
    rows = ContactRestriction.objects.filter(holds_on(today()), ended_reason="", kinds__overlap=list(kinds))
    if actor.user_id is None:  # nobody's account is not the account of somebody who has none
        rows = rows.none()
    return rows.filter(person__user=actor.user_id).values("student")


relate(Reach.OWN, own_record)
relate(Reach.CHILD, own_children)
