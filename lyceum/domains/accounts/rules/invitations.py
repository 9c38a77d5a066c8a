"""Invitations: a link by which somebody takes up a role and chooses their own password."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school, school_scope
from lyceum.core.text import tidy
from lyceum.domains.accounts.facts import InvitationAccepted
from lyceum.domains.accounts.models import EmailAddress, Invitation, PermissionSet, User
from lyceum.domains.accounts.queries import Circumstances, actor_for_user
from lyceum.domains.accounts.rules.passwords import check_new_password, hash_password, password_matches
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret
from lyceum.domains.accounts.rules.users import create_user, start_membership
from lyceum.domains.journal.rules import Target, record

LIFETIME = timedelta(days=7)


class LinkExpiredError(RuleError):
    """The link was used, has ended, or never was."""

    code = "link_expired"
    status = 410
    title = "This link no longer works"


@dataclass(frozen=True)
class NewInvitation:
    """An invitation with its secret, which is shown this once."""

    invitation: Invitation
    secret: str


@transaction.atomic
def invite(
    *,
    full_name: str,
    role: Role,
    address: str = "",
    permission_sets: list[UUID] | None = None,
    person_id: UUID | None = None,
    actor: Actor,
) -> NewInvitation:
    """Invite somebody to a role in the school in scope. Roles that grant much need the right to grant."""
    actor.require_all(Permission.USERS_EDIT)
    if role in (Role.SCHOOL_ADMIN, Role.MANAGER):
        actor.require_all(Permission.ROLES_GRANT)
    if role in (Role.SUPER_ADMIN, Role.GROUP_ADMIN):
        raise invalid_field("/role", "choice", "A school invites to its own roles only.")
    if not tidy(full_name):
        raise invalid_field("/full_name", "required", "Give the person's name.")
    sets = list(PermissionSet.objects.filter(pk__in=permission_sets or []))
    if role is Role.MANAGER and not sets:
        raise invalid_field("/permission_sets", "required", "A manager needs at least one permission set.")
    secret = new_secret()
    invitation = Invitation.objects.create(
        school_id=current_school(),
        role=role.value,
        permission_sets=[s.pk for s in sets],
        address=tidy(address).lower(),
        full_name=tidy(full_name),
        person_id=person_id,
        secret_hash=hash_secret(secret),
        invited_by_id=actor.user_id,
        expires_at=clock.now() + LIFETIME,
    )
    record(
        "accounts.invitation.send",
        target=Target.of(invitation),
        changes={"role": [None, role.value]},
        actor=actor,
    )
    return NewInvitation(invitation, secret)


def get_invitation(secret: str, *, lock: bool = False) -> Invitation:
    """The open invitation of that link."""
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects.all()
    invitation = rows.select_related("school").filter(hash_filter(secret)).first()
    if invitation is None or invitation.state != Invitation.State.SENT or invitation.expires_at <= clock.now():
        raise LinkExpiredError("Ask the school for a new link.")
    return invitation


def hash_filter(secret: str) -> Q:
    """Finds an invitation by the hash of its secret."""
    return Q(secret_hash=hash_secret(secret))


@transaction.atomic
def accept_invitation(secret: str, *, username: str, password: str, circumstances: Circumstances) -> User:
    """Take up the role. Somebody who has an account already adds a role to it, with their own password."""
    invitation = get_invitation(secret, lock=True)
    with school_scope(invitation.school_id):
        known = EmailAddress.objects.filter(address=invitation.address, verified_at__isnull=False).first()
        inviter = actor_for_user(invitation.invited_by, invitation.school_id, via=circumstances.via) \
            if invitation.invited_by else None  # fmt: skip
        if inviter is None:
            raise LinkExpiredError("Ask the school for a new link.")
        user = _known_user(known, password) if known else _new_user(invitation, username, password, inviter)
        sets = PermissionSet.objects.filter(pk__in=invitation.permission_sets)
        start_membership(user, role=Role(invitation.role), permission_sets=sets, actor=inviter)
        invitation.state = Invitation.State.ACCEPTED
        invitation.save(update_fields=["state", "updated_at"])
        fact = InvitationAccepted(invitation=invitation.pk, user=user.pk, person=invitation.person_id)
        record("accounts.invitation.accept", target=Target.of(invitation), facts=[fact], actor=inviter)
    return user


def _known_user(address: EmailAddress, password: str) -> User:
    if not password_matches(password, address.user.password):
        raise invalid_field("/password", "sign_in_failed", "You have an account already: give its password.")
    return address.user


def _new_user(invitation: Invitation, username: str, password: str, inviter: Actor) -> User:
    words = (username, invitation.address.split("@", 1)[0], invitation.school.name)
    check_new_password(password, own_words=words)
    return create_user(
        full_name=invitation.full_name,
        username=username,
        email=invitation.address,
        password_hash=hash_password(password),
        actor=inviter,
    )
