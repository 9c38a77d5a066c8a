"""What accounts tell the rest of the system."""

from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class UserCreated(FactPayload, frozen=True, kw_only=True):
    """A human got an account."""

    type: ClassVar[str] = "accounts.user.created"
    topic: ClassVar[str] = "users"
    user: UUID


class UserRegistered(FactPayload, frozen=True, kw_only=True):
    """A human made an account of their own, and has yet to show that the address is theirs."""

    type: ClassVar[str] = "accounts.user.registered"
    topic: ClassVar[str] = "users"
    user: UUID


class EmailLinkAsked(FactPayload, frozen=True, kw_only=True):
    """A human asks once more for the link that shows an address to be theirs."""

    type: ClassVar[str] = "accounts.email.link_asked"
    topic: ClassVar[str] = "users"
    user: UUID
    asked: UUID
    """Which asking: each is answered once."""


class EmailVerified(FactPayload, frozen=True, kw_only=True):
    """A human has shown that an address is theirs."""

    type: ClassVar[str] = "accounts.email.verified"
    topic: ClassVar[str] = "users"
    user: UUID


class UserDisabled(FactPayload, frozen=True, kw_only=True):
    """Somebody may no longer enter this school."""

    type: ClassVar[str] = "accounts.user.disabled"
    topic: ClassVar[str] = "users"
    user: UUID


class MembershipStarted(FactPayload, frozen=True, kw_only=True):
    """A human took up a role."""

    type: ClassVar[str] = "accounts.membership.started"
    topic: ClassVar[str] = "users"
    user: UUID
    role: str


class MembershipEnded(FactPayload, frozen=True, kw_only=True):
    """A role ended."""

    type: ClassVar[str] = "accounts.membership.ended"
    topic: ClassVar[str] = "users"
    user: UUID
    role: str


class SignedIn(FactPayload, frozen=True, kw_only=True):
    """Somebody signed in."""

    type: ClassVar[str] = "accounts.signed_in"
    topic: ClassVar[str] = "users"
    user: UUID
    method: str


class TokenReused(FactPayload, frozen=True, kw_only=True):
    """A refresh token that was used up came again: its family is revoked."""

    type: ClassVar[str] = "accounts.token.reused"
    topic: ClassVar[str] = "users"
    user: UUID
    family: UUID


class _AboutKey(FactPayload, frozen=True, kw_only=True):
    topic: ClassVar[str] = "users"
    key: UUID
    scopes: list[str]


class KeyCreated(_AboutKey, frozen=True, kw_only=True):
    """An API key was made."""

    type: ClassVar[str] = "accounts.key.created"


class KeyRotated(_AboutKey, frozen=True, kw_only=True):
    """An API key got a new secret."""

    type: ClassVar[str] = "accounts.key.rotated"


class KeyRevoked(_AboutKey, frozen=True, kw_only=True):
    """An API key was ended."""

    type: ClassVar[str] = "accounts.key.revoked"


class InvitationAccepted(FactPayload, frozen=True, kw_only=True):
    """An invited person has an account now."""

    type: ClassVar[str] = "accounts.invitation.accepted"
    topic: ClassVar[str] = "users"
    invitation: UUID
    user: UUID
    person: UUID | None
