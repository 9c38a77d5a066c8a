"""REST: what an invitation says, and what is shown of one that was just made."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from lyceum.core.rest import Strict
from lyceum.domains.accounts.queries import named_role
from lyceum.domains.accounts.requests import invitation_link
from lyceum.domains.accounts.rules.invitations import Invited, SentInvitation


class InvitationIn(Strict):
    """Somebody who is to come into the school. Nobody chooses another's password."""

    full_name: str = Field("", max_length=400)
    first_name: str = Field("", max_length=200)
    last_name: str = Field("", max_length=200)
    email: str = Field("", max_length=300)
    username: str = Field("", max_length=100)
    role: str = Field(max_length=20)
    permission_sets: list[UUID] = Field(default_factory=list, max_length=50, description="Needed for a manager")
    person: UUID | None = Field(None, description="The person row that the account will belong to")

    def invited(self) -> Invited:
        """As the rule takes it."""
        return Invited(
            full_name=self.full_name or f"{self.first_name} {self.last_name}",
            role=named_role(self.role),
            address=self.email,
            username=self.username,
            permission_sets=tuple(self.permission_sets),
            person_id=self.person,
        )


class SentOut(Schema):
    """A link by which the invited person chooses a password, and where there is no address a code to print."""

    id: UUID
    link: str
    code: str | None
    expires_at: datetime


def shown_sent(sent: SentInvitation) -> dict[str, Any]:
    """A new invitation with its link."""
    invitation = sent.invitation
    return {
        "id": invitation.pk,
        "link": invitation_link(sent.secret),
        "code": None if invitation.address else sent.secret,
        "expires_at": invitation.expires_at,
    }
