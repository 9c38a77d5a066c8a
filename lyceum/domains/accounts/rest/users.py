"""REST: the users of a school and their roles."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from lyceum.core.etags import is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import (
    BY_NAME,
    NEWEST_FIRST,
    get_profile_of,
    get_user,
    list_memberships,
    list_permission_sets,
    list_profiles,
    list_users,
    named_role,
)
from lyceum.domains.accounts.rest.sending import InvitationIn, SentOut, shown_sent
from lyceum.domains.accounts.rest.shapes import MembershipOut, UserOut, shown_membership, shown_user
from lyceum.domains.accounts.rules.invitations import invite
from lyceum.domains.accounts.rules.members import (
    UserChange,
    add_role,
    change_permission_sets,
    change_profile,
    change_user,
    end_membership,
    get_user_for_edit,
    remove_user,
)

router = Router(tags=["users"])


class UserFilter(Walk):
    """Which users."""

    role: str = Field("", max_length=20)
    q: str = Field("", max_length=200, description="Part of a name, user name or e-mail address")
    state: str = Field("", pattern="^(active|suspended|invited|ended)?$")


def _list(request: HttpRequest, chosen: UserFilter) -> dict[str, Any]:
    rows = list_users(actor_of(request), role=chosen.role, text=chosen.q, state=chosen.state)
    page = page_of(rows, order=BY_NAME, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [shown_user(user) for user in page.rows])


@router.get("users/", response=ListOf[UserOut], operation_id="listUsers")
def users(request: HttpRequest, chosen: Query[UserFilter]) -> dict[str, Any]:
    """The users of the school, by name."""
    return _list(request, chosen)


class NewUserOut(UserOut):
    """A user who was made, and the link by which they choose their password; it is shown this once."""

    invitation: SentOut


@router.post("users/", response={201: NewUserOut}, operation_id="createUser")
def create(request: HttpRequest, response: HttpResponse, body: InvitationIn) -> dict[str, Any]:
    """Make a user, who is invited to choose a password. Without an e-mail address: a code to print."""
    actor = actor_of(request)
    sent = invite(body.invited(), actor=actor)
    user = get_user(sent.invitation.user_id or sent.invitation.pk, actor=actor)
    response["Location"] = f"/api/v1/users/{user.pk}/"
    return shown_user(user) | {"invitation": shown_sent(sent)}


@router.get("users/{uuid:user_id}/", response=UserOut, operation_id="getUser")
def user(request: HttpRequest, response: HttpResponse, user_id: UUID) -> Any:
    """One user, with what they are in this school."""
    return with_etag(request, response, shown_user(get_user(user_id, actor=actor_of(request))))


class UserPatch(Strict):
    """What the office changes about a user. A reason is needed for a role, and kept for the rest."""

    full_name: str | None = Field(None, max_length=400)
    first_name: str | None = Field(None, max_length=200)
    last_name: str | None = Field(None, max_length=200)
    preferred_name: str | None = Field(None, max_length=200)
    is_active: bool | None = None
    role: str | None = Field(None, max_length=20)
    permission_sets: list[UUID] = Field(default_factory=list, max_length=50)
    reason: str = Field("", max_length=500)

    def change(self) -> UserChange:
        """As the rule takes it."""
        given = self.dict(exclude_unset=True)
        names = ("full_name", "first_name", "last_name", "preferred_name")
        return UserChange(
            names={name: given[name] or "" for name in names if name in given},
            is_active=self.is_active,
            role=named_role(self.role) if self.role is not None else None,
            permission_sets=self.permission_sets,
            reason=self.reason,
        )


@router.patch("users/{uuid:user_id}/", response=UserOut, operation_id="editUser")
def edit(request: HttpRequest, response: HttpResponse, user_id: UUID, body: UserPatch) -> Any:
    """Change a user. `is_active: false` ends their sessions and tokens here at once."""
    return _changed(request, response, user_id, body)


def _changed(request: HttpRequest, response: HttpResponse, user_id: UUID, body: UserPatch) -> Any:
    actor = actor_of(request)
    if is_conditional(request):
        get_user_for_edit(user_id, actor=actor)
        refuse_stale(request, shown_user(get_user(user_id, actor=actor)))
    return with_etag(request, response, shown_user(change_user(user_id, body.change(), actor=actor)))


class ReasonIn(Strict):
    """Why."""

    reason: str = Field("", max_length=500)


_UNSAID = "no reason was given"


@router.delete("users/{uuid:user_id}/", response={204: None}, operation_id="removeUser")
def remove(request: HttpRequest, user_id: UUID, body: ReasonIn | None = None) -> None:
    """End all roles of a user in this school."""
    remove_user(user_id, reason=(body.reason if body else "") or _UNSAID, actor=actor_of(request))


class MembershipFilter(Walk):
    """Which memberships."""

    role: str = Field("", max_length=20)
    user: UUID | None = None


@router.get("memberships/", response=ListOf[MembershipOut], operation_id="listMemberships")
def memberships(request: HttpRequest, chosen: Query[MembershipFilter]) -> dict[str, Any]:
    """Who is and was what in the school, newest first."""
    rows = list_memberships(actor_of(request), role=chosen.role, user=chosen.user)
    page = page_of(rows, order=NEWEST_FIRST, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [shown_membership(row) for row in page.rows])


class MembershipIn(Strict):
    """One more role for somebody who is here."""

    user: UUID
    role: str = Field(max_length=20)
    permission_sets: list[UUID] = Field(default_factory=list, max_length=50)
    starts: date | None = None


@router.post("memberships/", response={201: MembershipOut}, operation_id="createMembership")
def create_membership(request: HttpRequest, body: MembershipIn) -> dict[str, Any]:
    """Give a user of this school one more role."""
    role, actor = named_role(body.role), actor_of(request)
    membership = add_role(body.user, role, sets=body.permission_sets, starts=body.starts, actor=actor)
    return shown_membership(membership)


class SetsIn(Strict):
    """A manager's permission sets from now on."""

    permission_sets: list[UUID] = Field(max_length=50)
    reason: str = Field(max_length=500)


@router.patch("memberships/{uuid:membership_id}/", response=MembershipOut, operation_id="editMembership")
def edit_membership(request: HttpRequest, membership_id: UUID, body: SetsIn) -> dict[str, Any]:
    """Give a manager other permission sets."""
    actor = actor_of(request)
    return shown_membership(
        change_permission_sets(membership_id, body.permission_sets, reason=body.reason, actor=actor)
    )  # fmt: skip


@router.post("memberships/{uuid:membership_id}/end/", response=MembershipOut, operation_id="endMembership")
def end(request: HttpRequest, membership_id: UUID, body: ReasonIn) -> dict[str, Any]:
    """End a role, with a reason."""
    return shown_membership(end_membership(membership_id, reason=body.reason, actor=actor_of(request)))


class PermissionSetOut(Schema):
    """A named bundle of permissions for managers."""

    id: UUID
    name: str
    permissions: list[str]
    built_in: bool


@router.get("permission-sets/", response=ListOf[PermissionSetOut], operation_id="listPermissionSets")
def permission_sets(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The school's permission sets, by name."""
    rows = list_permission_sets(actor_of(request))
    page = page_of(rows, order=("name", "id"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, page.rows)


class ProfileOfOut(UserOut):
    """Somebody as who grants roles sees them, with when they were last seen here."""

    last_seen: datetime | None


class ProfilePatch(UserPatch):
    """What who grants roles changes about somebody. A new address opens nothing before they have confirmed it."""

    email: str | None = Field(None, max_length=254)

    def change(self) -> UserChange:
        """As the rule takes it."""
        return replace(super().change(), email=self.email)


def _profile(user: User) -> dict[str, Any]:
    return shown_user(user) | {"last_seen": user.last_seen}  # type: ignore[attr-defined]  # annotated by its query


@router.get("admin/profiles/", response=ListOf[ProfileOfOut], operation_id="listProfiles")
def profiles(request: HttpRequest, chosen: Query[UserFilter]) -> dict[str, Any]:
    """Everyone with a membership in this school: search, role, state."""
    rows = list_profiles(actor_of(request), role=chosen.role, text=chosen.q, state=chosen.state)
    page = page_of(rows, order=BY_NAME, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_profile(user) for user in page.rows])


@router.get("admin/profiles/{uuid:user_id}/profile/", response=UserOut, operation_id="getUserProfile")
def user_profile(request: HttpRequest, response: HttpResponse, user_id: UUID) -> Any:
    """One person's user and memberships here."""
    return with_etag(request, response, shown_user(get_profile_of(user_id, actor=actor_of(request))))


@router.patch("admin/profiles/{uuid:user_id}/profile/", response=UserOut, operation_id="editUserProfile")
def edit_profile(request: HttpRequest, response: HttpResponse, user_id: UUID, body: ProfilePatch) -> Any:
    """Change a person's names, address, role, or whether they may come in. A role needs a reason; never one's own."""
    actor = actor_of(request)
    if is_conditional(request):
        shown = shown_user(get_profile_of(user_id, actor=actor))
        get_user_for_edit(user_id, actor=actor)
        refuse_stale(request, shown)
    change_profile(user_id, body.change(), actor=actor)
    return with_etag(request, response, shown_user(get_profile_of(user_id, actor=actor)))


@router.delete("admin/profiles/{uuid:user_id}/profile/", response={204: None}, operation_id="removeUserProfile")
def remove_profile(request: HttpRequest, user_id: UUID, body: ReasonIn | None = None) -> None:
    """End a person's memberships here; their account elsewhere stays."""
    remove_user(user_id, reason=(body.reason if body else "") or _UNSAID, actor=actor_of(request))
