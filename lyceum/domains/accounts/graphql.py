"""GraphQL door of accounts: who one is, who else has an account, signing in and out."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from lyceum.core.actor import not_allowed
from lyceum.core.connections import Found, Span, connection, find_page, page_of_list
from lyceum.core.errors import NotFoundError
from lyceum.core.graphql import Info, Node, Payload, act, changes_in, row_id, row_ids, shown_as, through
from lyceum.core.permissions import Permission
from lyceum.domains.accounts import models
from lyceum.domains.accounts.queries import (
    BY_NAME,
    NEWEST_FIRST,
    Circumstances,
    get_own_user,
    get_user,
    list_memberships,
    list_users,
    named_role,
)
from lyceum.domains.accounts.rules.invitations import Invited, invite
from lyceum.domains.accounts.rules.profiles import edit_profile
from lyceum.domains.accounts.rules.registration import Registration, register
from lyceum.domains.accounts.rules.sessions import Way, sign_out, sign_out_everywhere
from lyceum.domains.accounts.rules.sign_in import Credentials, sign_in
from lyceum.domains.accounts.rules.tokens import issue_pair, refresh_pair


@strawberry.type(description="What a human is in the school, from when to when.")
class Membership:
    id: strawberry.ID
    role: str
    state: str
    starts: date
    ends: date | None
    user_id: strawberry.ID
    full_name: str = through("user.full_name")


@strawberry.type(description="One human with an account.")
class User(Node):
    full_name: str
    first_name: str
    last_name: str
    preferred_name: str
    pronouns: str
    locale: str
    time_zone: str
    theme: str
    single_keys: bool
    state: str
    last_seen_at: datetime | None

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.User)

    @strawberry.field
    def email(self, user: strawberry.Parent[models.User]) -> str | None:
        """The primary address."""
        return next((each.address for each in user.emails.all() if each.primary), None)

    @strawberry.field
    def username(self, user: strawberry.Parent[models.User]) -> str | None:
        """The name to sign in with at this school."""
        return next((each.username for each in user.logins.all()), None)

    @strawberry.field
    def roles(self, user: strawberry.Parent[models.User], info: Info) -> list[str]:
        """What the human is at this school."""
        here = (each for each in user.memberships.all() if each.school_id == info.context.actor.school_id)
        return sorted({each.role for each in here if each.state == models.Membership.State.ACTIVE})

    @strawberry.field
    def permissions(self, user: strawberry.Parent[models.User], info: Info) -> list[str] | None:
        """What one may do oneself, at least for some rows."""
        actor = info.context.actor
        if user.pk != actor.user_id:
            raise not_allowed(Permission.ROLES_GRANT)
        return [permission.value for permission in Permission if actor.may(permission)]

    @connection(Membership)
    def memberships(self, user: strawberry.Parent[models.User], info: Info, span: Span) -> Found:
        """What the human is at this school."""
        here = [each for each in user.memberships.all() if each.school_id == info.context.actor.school_id]
        for each in here:
            each.user = user
        return page_of_list(here, key=lambda each: each.pk, span=span)


@strawberry.type
class Query:
    @shown_as(User | None)
    def me(self, info: Info) -> models.User:
        """The human who asks."""
        return get_own_user(info.context.actor)

    @shown_as(User | None)
    def user(self, info: Info, id: strawberry.ID) -> models.User:
        """One user of the school; oneself always."""
        actor, wanted = info.context.actor, row_id(id)
        if wanted == actor.user_id:
            return get_own_user(actor)
        return _other_user(wanted, info)

    @connection(User)
    def users(self, info: Info, span: Span, q: str = "", role: str = "", state: str = "") -> Found:
        """The users of the school, by name."""
        rows = list_users(info.context.actor, role=role, text=q, state=state)
        return find_page(rows, order=BY_NAME, span=span)

    @connection(Membership)
    def memberships(self, info: Info, span: Span, role: str = "", user_id: strawberry.ID | None = None) -> Found:
        """Who is what in the school, newest first."""
        user = row_id(user_id) if user_id else None
        return find_page(list_memberships(info.context.actor, role=role, user=user), order=NEWEST_FIRST, span=span)


def _other_user(user_id: UUID, info: Info) -> models.User:
    if not info.context.actor.may(Permission.USERS_LIST):
        raise NotFoundError  # who has an account is not told to those who may not list them
    return get_user(user_id, actor=info.context.actor)


@strawberry.input(description="An e-mail address, or a user name with its school; `identifier` is either.")
class LoginInput:
    password: str
    email: str = ""
    school: str = ""
    username: str = ""
    identifier: str = ""


@strawberry.input(description="An address, a password and a name, and the slug of the school, as in hill-school.")
class RegisterInput:
    email: str
    password: str
    first_name: str
    last_name: str = ""
    username: str = ""
    language: str = ""
    school: str = ""


@strawberry.input
class RefreshTokenInput:
    refresh_token: str


@strawberry.input
class LogoutInput:
    everywhere: bool = False


@strawberry.input(description="New values; what is not given stays as it is.")
class UpdateProfileInput:
    full_name: str | None = strawberry.UNSET
    first_name: str | None = strawberry.UNSET
    last_name: str | None = strawberry.UNSET
    preferred_name: str | None = strawberry.UNSET
    pronouns: str | None = strawberry.UNSET
    locale: str | None = strawberry.UNSET
    theme: str | None = strawberry.UNSET
    single_keys: bool | None = strawberry.UNSET


@strawberry.input(description="Somebody who is to take up a role.")
class InviteUserInput:
    full_name: str
    role: str
    email: str = ""
    username: str = ""
    permission_set_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    person_id: strawberry.ID | None = None


@strawberry.type(description="An access token for 15 minutes and a refresh token for 7 days.")
class Tokens:
    access_token: str = through("access")
    refresh_token: str = through("refresh")
    expires_in: int


@strawberry.type(description="A link by which somebody takes up a role.")
class Invitation:
    id: strawberry.ID
    full_name: str
    email: str = through("address")
    role: str
    state: str
    expires_at: datetime


@strawberry.type
class LoginPayload(Payload):
    tokens: Tokens | None = None
    user: User | None = None


@strawberry.type
class TokensPayload(Payload):
    tokens: Tokens | None = None


@strawberry.type
class LogoutPayload(Payload):
    done: bool = False


@strawberry.type
class UserPayload(Payload):
    user: User | None = None


@strawberry.type
class InvitationPayload(Payload):
    invitation: Invitation | None = None
    secret: str | None = None


def _circumstances(info: Info) -> Circumstances:
    found: Circumstances = info.context.request.circumstances  # type: ignore[union-attr]  # set by CallerMiddleware
    return found


@strawberry.type
class Mutation:
    @act
    def login(self, info: Info, input: LoginInput) -> LoginPayload:
        """Sign in. Every failure has the same words."""
        opened: Any = sign_in(Credentials(**vars(input)), way=Way(by_token=True), circumstances=_circumstances(info))
        tokens: Any = issue_pair(opened)
        return LoginPayload(tokens=tokens, user=opened.user)

    @act
    def register(self, info: Info, input: RegisterInput) -> LoginPayload:
        """Make an account and become an applicant. A mail with a link follows; a known address is answered alike."""
        new = Registration(**vars(input))
        opened: Any = register(
            new, way=Way(by_token=True), circumstances=_circumstances(info), actor=info.context.actor
        )
        tokens: Any = issue_pair(opened)
        return LoginPayload(tokens=tokens, user=opened.user)

    @act
    def refresh_token(self, info: Info, input: RefreshTokenInput) -> TokensPayload:
        """Exchange a refresh token for a new pair."""
        pair: Any = refresh_pair(input.refresh_token, circumstances=_circumstances(info))
        return TokensPayload(tokens=pair)

    @act
    def logout(self, info: Info, input: LogoutInput) -> LogoutPayload:
        """End the session, or all one's sessions."""
        end = sign_out_everywhere if input.everywhere else sign_out
        end(actor=info.context.actor)
        return LogoutPayload(done=True)

    @act
    def update_profile(self, info: Info, input: UpdateProfileInput) -> UserPayload:
        """Change one's own names, language, looks and keys."""
        values = {name: "" if value is None else value for name, value in changes_in(input).items()}
        edit_profile(values=values, actor=info.context.actor)
        user: Any = get_own_user(info.context.actor)
        return UserPayload(user=user)

    @act
    def invite_user(self, info: Info, input: InviteUserInput) -> InvitationPayload:
        """Invite somebody to a role. The secret is shown this once."""
        invited = Invited(
            full_name=input.full_name,
            role=named_role(input.role),
            address=input.email,
            username=input.username,
            permission_sets=row_ids(input.permission_set_ids),
            person_id=row_id(input.person_id) if input.person_id else None,
        )
        made: Any = invite(invited, actor=info.context.actor)
        return InvitationPayload(invitation=made.invitation, secret=made.secret)
