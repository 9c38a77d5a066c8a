"""What the operations of accounts answer with."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from lyceum.domains.accounts.models import Membership, User
from lyceum.domains.accounts.rules.sessions import Opened
from lyceum.domains.accounts.rules.tokens import TokenPair
from lyceum.domains.tenancy.models import School


class SchoolName(Schema):
    """A school, as far as anybody may know it."""

    slug: str
    name: str


class MembershipOut(Schema):
    """What somebody is in the school, from when to when."""

    id: UUID
    user: UUID
    full_name: str
    role: str
    state: str
    permission_sets: list[UUID]
    starts: date
    ends: date | None


class UserOut(Schema):
    """A user as the school knows them. `is_active` is false for those who may not come in at present."""

    id: UUID
    full_name: str
    first_name: str
    last_name: str
    preferred_name: str
    email: str | None
    username: str | None
    roles: list[str]
    state: str
    is_active: bool
    created_at: datetime
    memberships: list[MembershipOut]


class PersonOut(Schema):
    """A signed-in human, by name."""

    id: UUID
    full_name: str
    preferred_name: str


class TokensOut(Schema):
    """A pair of tokens: access for `expires_in` seconds, refresh for seven days and to be used once."""

    access: str
    refresh: str
    expires_in: int


class SignedInOut(TokensOut):
    """Who signed in, where, as what."""

    user: PersonOut
    roles: list[str]
    school: SchoolName | None


def shown_school(school: School | None) -> dict[str, Any] | None:
    """A school by its names."""
    return None if school is None else {"slug": school.slug, "name": school.name}


def shown_tokens(pair: TokenPair) -> dict[str, Any]:
    """A pair of tokens."""
    return {"access": pair.access, "refresh": pair.refresh, "expires_in": pair.expires_in}


def shown_sign_in(opened: Opened, pair: TokenPair) -> dict[str, Any]:
    """Tokens, and whose they are."""
    return shown_tokens(pair) | {
        "user": opened.user,
        "roles": [role.value for role in opened.roles],
        "school": shown_school(opened.school),
    }


def shown_membership(membership: Membership) -> dict[str, Any]:
    """A membership; its user comes loaded."""
    return {
        "id": membership.pk,
        "user": membership.user_id,
        "full_name": membership.user.full_name,
        "role": membership.role,
        "state": membership.state,
        "permission_sets": membership.permission_sets,
        "starts": membership.starts,
        "ends": membership.ends,
    }


def shown_user(user: User) -> dict[str, Any]:
    """A user with what they are in the school; addresses, logins and memberships come loaded."""
    memberships = list(user.memberships.all())
    for membership in memberships:
        membership.user = user
    present = [m for m in memberships if m.state != Membership.State.ENDED]
    state = state_of(present)
    return {
        "id": user.pk,
        "full_name": user.full_name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "preferred_name": user.preferred_name,
        "email": next((e.address for e in user.emails.all() if e.primary), None),
        "username": next((login.username for login in user.logins.all()), None),
        "roles": list(dict.fromkeys(m.role for m in present)),
        "state": state,
        "is_active": state == Membership.State.ACTIVE and user.is_active,
        "created_at": user.created_at,
        "memberships": [shown_membership(m) for m in memberships],
    }


_FURTHEST = (Membership.State.ACTIVE, Membership.State.SUSPENDED, Membership.State.INVITED)


def state_of(memberships: list[Membership]) -> str:
    """What somebody is in the school altogether: active if any of their roles is."""
    states = {m.state for m in memberships}
    return next((state.value for state in _FURTHEST if state in states), Membership.State.ENDED.value)
