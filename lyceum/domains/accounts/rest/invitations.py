"""REST: invitations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.accounts.models import Invitation
from lyceum.domains.accounts.queries import NEWEST_FIRST, list_invitations
from lyceum.domains.accounts.requests import circumstances_of
from lyceum.domains.accounts.rest.sending import InvitationIn, SentOut, shown_sent
from lyceum.domains.accounts.rest.shapes import SignedInOut, shown_sign_in
from lyceum.domains.accounts.rules.acceptance import accept_and_enter
from lyceum.domains.accounts.rules.invitations import invite, renew_invitation, revoke_invitation
from lyceum.domains.accounts.rules.sessions import Way
from lyceum.domains.accounts.rules.tokens import issue_pair

router = Router(tags=["invitations"])


class InvitationOut(Schema):
    """An invitation. `state` is sent, accepted, revoked or expired."""

    id: UUID
    full_name: str
    email: str | None
    role: str
    state: str
    user: UUID | None
    invited_by: str | None
    created_at: datetime
    expires_at: datetime


def _shown(row: Invitation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "full_name": row.full_name,
        "email": row.address or None,
        "role": row.role,
        "state": row.present_state,
        "user": row.user_id,
        "invited_by": row.invited_by.full_name if row.invited_by else None,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }


@router.get("invitations/", response=ListOf[InvitationOut], operation_id="listInvitations")
def invitations(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The school's invitations, newest first. Their links are not shown again."""
    page = page_of(
        list_invitations(actor_of(request)),
        order=NEWEST_FIRST,
        limit=walk.limit,
        cursor=walk.cursor,
        count=walk.count,
    )
    return listed(page, [_shown(row) for row in page.rows])


@router.post("invitations/", response={201: SentOut}, operation_id="createInvitation")
def create(request: HttpRequest, body: InvitationIn) -> dict[str, Any]:
    """Invite somebody to a role. The link is shown this once."""
    return shown_sent(invite(body.invited(), actor=actor_of(request)))


@router.post("invitations/{uuid:invitation_id}/renew/", response=SentOut, operation_id="renewInvitation")
def renew(request: HttpRequest, invitation_id: UUID) -> dict[str, Any]:
    """A new link for an invitation that was not accepted; the old one ends."""
    return shown_sent(renew_invitation(invitation_id, actor=actor_of(request)))


@router.delete("invitations/{uuid:invitation_id}/", response={204: None}, operation_id="revokeInvitation")
def revoke(request: HttpRequest, invitation_id: UUID) -> None:
    """Take an invitation back."""
    revoke_invitation(invitation_id, actor=actor_of(request))


class AcceptIn(Strict):
    """The link's secret or the code, and what the person chooses."""

    secret: str = Field(max_length=100)
    password: str = Field(max_length=1000)
    username: str = Field("", max_length=100)


@router.post("invitations/accept/", response={201: SignedInOut}, auth=None, operation_id="acceptInvitation")
def accept(request: HttpRequest, body: AcceptIn) -> dict[str, Any]:
    """Take up the role. Somebody who has an account already gives its password."""
    opened = accept_and_enter(
        body.secret,
        username=body.username,
        password=body.password,
        way=Way(by_token=True),
        circumstances=circumstances_of(request),
    )
    return shown_sign_in(opened, issue_pair(opened))
