"""REST: one's own account."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from lyceum.core.actor import Actor
from lyceum.core.etags import refuse_stale, with_etag
from lyceum.core.permissions import Permission
from lyceum.core.rest import Strict, actor_of, left_out
from lyceum.domains.accounts.queries import get_own_user
from lyceum.domains.accounts.rest.shapes import SchoolName, shown_school
from lyceum.domains.accounts.rules.profiles import edit_profile

router = Router(tags=["profile"])


class BelongsOut(Schema):
    """A role one has, and where; no school for a role on the whole installation."""

    school: SchoolName | None
    role: str


class ProfileOut(Schema):
    """One's own user, the roles and permissions in the present school, and the roles everywhere."""

    id: UUID
    full_name: str
    first_name: str
    last_name: str
    preferred_name: str
    pronouns: str
    locale: str
    theme: str
    single_keys: bool
    email: str | None
    username: str | None
    school: SchoolName | None
    roles: list[str]
    permissions: list[str]
    memberships: list[BelongsOut]


class ProfileIn(Strict):
    """What one may change about oneself."""

    full_name: str | None = Field(None, max_length=400)
    first_name: str | None = Field(None, max_length=200)
    last_name: str | None = Field(None, max_length=200)
    preferred_name: str | None = Field(None, max_length=200)
    pronouns: str | None = Field(None, max_length=100)
    locale: str | None = Field(None, max_length=12, pattern="^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")
    theme: str | None = Field(None, max_length=10)
    single_keys: bool = left_out()


@router.get("profile/", response=ProfileOut, operation_id="getProfile")
def profile(request: HttpRequest, response: HttpResponse) -> Any:
    """One's own account, with the roles in the present school."""
    return with_etag(request, response, _shown(actor_of(request)))


@router.patch("profile/", response=ProfileOut, operation_id="editProfile")
def edit(request: HttpRequest, response: HttpResponse, body: ProfileIn) -> Any:
    """Change one's own names, language, looks or keys. Roles are read-only."""
    actor = actor_of(request)
    refuse_stale(request, _shown(actor))
    given = body.dict(exclude_unset=True)
    edit_profile(values={name: "" if value is None else value for name, value in given.items()}, actor=actor)
    return with_etag(request, response, _shown(actor))


def _shown(actor: Actor) -> dict[str, Any]:
    user = get_own_user(actor)
    here = next((m.school for m in user.memberships.all() if m.school_id == actor.school_id), None)
    fields = ("full_name", "first_name", "last_name", "preferred_name", "pronouns", "locale", "theme", "single_keys")
    return {name: getattr(user, name) for name in fields} | {
        "id": user.pk,
        "email": next((e.address for e in user.emails.all() if e.primary), None),
        "username": next((login.username for login in user.logins.all() if login.school_id == actor.school_id), None),
        "school": shown_school(here),
        "roles": sorted(role.value for role in actor.roles),
        "permissions": [p.value for p in Permission if actor.may(p)],
        "memberships": [{"school": shown_school(m.school), "role": m.role} for m in user.memberships.all()],
    }
