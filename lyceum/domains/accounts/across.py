"""Reading across the schools of a group: the one way in which anything that is counted in several schools is put
together.

Each school is entered by itself, one after the other: no statement sees two schools, and what leaves a school is what
the reading function makes of it. It is to be numbers: who administers a group sees no names by that. Every school has
it in its own trail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, not_allowed, system_actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import POLICY, Permission, Reach, Role
from lyceum.core.schools import crossing_to
from lyceum.domains.accounts.models import Membership
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.models import Group, School

T = TypeVar("T")
LEVELS = 3
"""How deep groups lie in groups."""


@dataclass(frozen=True)
class ReadIn(Generic[T]):
    """A school of the group, and what was read in it; nothing where the school is not open."""

    school: School
    found: T | None


def list_groups(actor: Actor, permission: Permission) -> QuerySet[Group]:
    """The groups that somebody administers, with those inside them, by name; refused to everybody else."""
    own = _own_groups(actor, permission)
    if not own:
        raise not_allowed(permission)
    return _with_inner(own)


def _with_inner(own: list[object]) -> QuerySet[Group]:
    inside = Q(pk__in=own)
    for level in range(1, LEVELS):
        inside |= Q(**{"__".join(["parent"] * level) + "__in": own})
    return Group.objects.filter(inside, status="active").order_by("name", "pk")


def _own_groups(actor: Actor, permission: Permission) -> list[object]:
    """Read from the database whichever school somebody is signed in to: there a group is no role."""
    if actor.user_id is None or POLICY[permission].group_admin not in (Reach.GROUP, Reach.ALL):
        return []
    day = clock.today("UTC")
    rows = Membership.objects.filter(
        Q(ends__isnull=True) | Q(ends__gte=day),
        user=actor.user_id,
        role=Role.GROUP_ADMIN,
        group__status="active",
        state=Membership.State.ACTIVE,
        starts__lte=day,
    )
    return list(rows.values_list("group_id", flat=True))


def get_group(slug: str, *, permission: Permission, actor: Actor) -> Group:
    """One of them. Unknown and somebody else's are the same."""
    found = _with_inner(_own_groups(actor, permission)).filter(slug=slug).first()
    if found is None:
        raise NotFoundError(_("There is no such group."))
    return found


def list_group_schools(group: Group, *, permission: Permission, actor: Actor) -> QuerySet[School]:
    """The schools of a group and of the groups inside it, by name."""
    allowed = list_groups(actor, permission)
    inside = Q(group=group)
    for level in range(1, LEVELS):
        inside |= Q(**{"group__" + "__".join(["parent"] * level): group})
    rows = School.objects.filter(inside, group__in=allowed).exclude(status=School.Status.DELETED)
    return rows.select_related("group").order_by("name", "pk")


def read_across(
    schools: Sequence[School], read: Callable[[Actor], T], *, permission: Permission, what: str, actor: Actor
) -> list[ReadIn[T]]:
    """Read something in each of some schools of one's groups: `read` is called inside, as the system on one's behalf.

    `what` names it in the trail of each school.
    """
    allowed = set(list_groups(actor, permission).values_list("pk", flat=True))
    if any(school.group_id not in allowed for school in schools):
        raise not_allowed(permission)
    return [ReadIn(school, _read_in(school, read, what, actor)) for school in schools]


def _read_in(school: School, read: Callable[[Actor], T], what: str, actor: Actor) -> T | None:
    if school.status not in (School.Status.ACTIVE, School.Status.RESTRICTED):
        return None
    inside = replace(system_actor(school.pk, name=actor.name, via=actor.via), on_behalf_of=actor.user_id)
    with crossing_to(school.pk):
        found = read(inside)
        reader = replace(actor, school_id=school.pk, roles=frozenset({Role.GROUP_ADMIN}))
        record(what, target=Target.of(school), actor=reader)
    return found
