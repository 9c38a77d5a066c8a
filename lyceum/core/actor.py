"""Who is acting, in which school, through which door, with which rights."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.errors import NotAllowedError
from lyceum.core.permissions import COVER_PASS_OPENS, POLICY, Permission, Reach, Role


class Via(StrEnum):
    """The door an act came through."""

    REST = "rest"
    GRAPHQL = "graphql"
    PAGE = "page"
    COMMAND = "command"
    JOB = "job"
    SOCKET = "socket"


class ActorKind(StrEnum):
    """What kind of somebody is acting."""

    USER = "user"
    KEY = "key"
    JOB = "job"
    OPERATOR = "operator"
    COVER = "cover"
    """Somebody without an account who covers lessons with a cover pass; the id is the pass's."""
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts. Rights come from the database at the start of each request or job."""

    kind: ActorKind
    id: UUID | None
    """The user's, the API key's or the cover pass's id; None for the public and for the system itself."""
    name: str
    """As it was at the time of the act: the trail keeps it."""
    via: Via
    school_id: int | None = None
    roles: frozenset[Role] = frozenset()
    granted: frozenset[Permission] = frozenset()
    """What the actor's permission sets hold (managers)."""
    scopes: frozenset[str] = frozenset()
    """What an API key may do."""
    locale: str = ""
    request_id: str = ""
    ip: str = ""
    user_agent: str = ""
    session_id: UUID | None = None
    on_behalf_of: UUID | None = field(default=None)

    @property
    def user_id(self) -> UUID | None:
        """The human's id, where a human is acting."""
        return self.id if self.kind in (ActorKind.USER, ActorKind.OPERATOR) else None

    @property
    def school(self) -> int:
        """The school acted in. Raises where there is none."""
        if self.school_id is None:
            raise NotAllowedError(_("Choose a school first."))
        return self.school_id

    def reaches(self, permission: Permission) -> frozenset[Reach]:
        """How far this actor reaches with an act; empty when not at all."""
        row = POLICY[permission]
        if self.kind is ActorKind.JOB:
            return frozenset({Reach.ALL})
        if self.kind is ActorKind.KEY:
            if row.public is Reach.ALL and not row.scope:
                return frozenset({Reach.ALL})  # what strangers may, software may too
            reach = row.school_admin
            return frozenset({reach}) if row.scope and row.scope in self.scopes else frozenset()
        if self.kind is ActorKind.COVER:
            return frozenset({Reach.CLASSES}) if permission in COVER_PASS_OPENS else frozenset()
        reaches = {row.reach_of(role) for role in self.roles} | {row.public}
        if Reach.PERMISSION_SET in reaches:
            reaches.discard(Reach.PERMISSION_SET)
            if permission in self.granted:
                reaches.add(Reach.ALL)
        # Reaches through a group or an operator's grant open nothing by themselves: they need their own scope.
        return frozenset(reaches - {Reach.NONE, Reach.GROUP, Reach.GRANT})

    def may(self, permission: Permission) -> bool:
        """Whether this actor may do the act for at least some rows."""
        return bool(self.reaches(permission))

    def reaches_all(self, permission: Permission) -> bool:
        """Whether this actor may do the act for every row of the school."""
        return Reach.ALL in self.reaches(permission)

    def require(self, permission: Permission) -> None:
        """Refuse unless the actor may do the act for at least some rows."""
        if not self.may(permission):
            raise not_allowed(permission)

    def require_all(self, permission: Permission) -> None:
        """Refuse unless the actor may do the act for every row of the school."""
        if not self.reaches_all(permission):
            raise not_allowed(permission)

    def through(self, via: Via) -> "Actor":
        """The same actor at another door."""
        return replace(self, via=via)


def not_allowed(permission: Permission) -> NotAllowedError:
    """The refusal that names the missing permission."""
    return NotAllowedError(
        _("You may not do this: %(act)s (%(permission)s).")
        % {"act": _(POLICY[permission].act), "permission": permission.value},
        permission=permission.value,
    )


def public_actor(via: Via, *, school_id: int | None = None) -> Actor:
    """Nobody in particular."""
    return Actor(kind=ActorKind.PUBLIC, id=None, name="public", via=via, school_id=school_id)


def system_actor(school_id: int, *, name: str = "Lyceum", via: Via = Via.JOB) -> Actor:
    """The system itself, at work in one school."""
    return Actor(kind=ActorKind.JOB, id=None, name=name, via=via, school_id=school_id)


def widest(reaches: Iterable[Reach]) -> Reach:
    """The reach that contains the others, in the order all, classes, child, own."""
    found = set(reaches)
    for reach in (Reach.ALL, Reach.CLASSES, Reach.CHILD, Reach.OWN):
        if reach in found:
            return reach
    return Reach.NONE
