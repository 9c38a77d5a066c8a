"""Invitations: a link, or a code on paper, by which somebody takes up a role and chooses their own password.

The account is there from the start, without a password; accepting gives it one. Somebody who has an account
with that address already takes the role with their own account instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission, Role
from lyceum.core.roles import role_name
from lyceum.core.schools import current_school
from lyceum.core.text import fold
from lyceum.domains.accounts.facts import UserCreated
from lyceum.domains.accounts.models import EmailAddress, Invitation, Membership, PermissionSet, SchoolLogin, User
from lyceum.domains.accounts.rules.names import check_full_name, check_username, normal_address, username_taken
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret, readable_code
from lyceum.domains.accounts.rules.users import AlreadyMemberError, all_granted
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.tenancy.queries import this_school, today
from lyceum.domains.tenancy.rules import refuse_restricted

LINK_LIFETIME = timedelta(days=7)
CODE_LIFETIME = timedelta(hours=72)
MOST_AT_ONCE = 500
HIGH_ROLES = frozenset({Role.SCHOOL_ADMIN, Role.MANAGER})
"""Whoever invites to these, or takes somebody out of them, must hold the right to grant roles."""
SCHOOL_ROLES = frozenset(Role) - {Role.SUPER_ADMIN, Role.GROUP_ADMIN}


@dataclass(frozen=True)
class Invited:
    """Somebody who is to come into the school. Without an address they get a code to type, on paper."""

    full_name: str
    role: Role
    address: str = ""
    username: str = ""
    permission_sets: Sequence[UUID] = ()
    person_id: UUID | None = None
    """The person row in that school that the account will belong to."""


@dataclass(frozen=True)
class SentInvitation:
    """An invitation with its secret, which is shown this once."""

    invitation: Invitation
    secret: str


def invite(invited: Invited, *, actor: Actor) -> SentInvitation:
    """Invite one person to a role in the school in scope."""
    return invite_all([invited], actor=actor)[0]


@transaction.atomic
def invite_all(new: Sequence[Invited], *, actor: Actor) -> list[SentInvitation]:
    """Invite people to roles in the school in scope: all of them, or none."""
    actor.require_all(Permission.USERS_EDIT)
    if HIGH_ROLES & {each.role for each in new}:
        actor.require_all(Permission.ROLES_GRANT)
    if len(new) > MOST_AT_ONCE:
        raise invalid_field(
            "/", "too_many", _("Invite at most %(most_at_once)s people at once.") % {"most_at_once": MOST_AT_ONCE}
        )
    refuse_restricted(this_school())
    checked = _check_all(new)
    users = [User(full_name=each.full_name) for each in checked]
    User.objects.bulk_create(users)
    _insert_ways_in(checked, users)
    sent = _insert_invitations(checked, users, actor)
    entries = [
        Entry(
            "accounts.invitation.send",
            Target.of(each.invitation),
            {"role": [None, each.invitation.role]},
            facts=[UserCreated(user=user.pk)],
        )
        for each, user in zip(sent, users, strict=True)
    ]
    if entries:
        record_all(entries, actor=actor)
    return sent


def _check_all(new: Sequence[Invited]) -> list[Invited]:
    """The people as they are kept. Raises InvalidError naming every field that is wrong, by line where many come."""
    sets = set(PermissionSet.objects.values_list("pk", flat=True)) if any(n.permission_sets for n in new) else set()
    checked, errors = [], []
    for line, each in enumerate(new):
        try:
            checked.append(_check(each, sets))
        except InvalidError as error:
            prefix = f"/{line}" if len(new) > 1 else ""
            errors += [FieldError(prefix + e.pointer, e.code, e.message) for e in error.errors]
    if errors:
        raise InvalidError(errors[0].message, errors=errors)
    _refuse_known(checked)
    return checked


def _check(each: Invited, sets: set[UUID]) -> Invited:
    if each.role not in SCHOOL_ROLES:
        raise invalid_field("/role", "choice", _("A school invites to its own roles only."))
    if each.role is Role.MANAGER and not each.permission_sets:
        raise invalid_field("/permission_sets", "required", _("A manager needs at least one permission set."))
    if set(each.permission_sets) - sets:
        raise invalid_field("/permission_sets", "choice", _("There is no such permission set here."))
    return Invited(
        full_name=check_full_name(each.full_name),
        role=each.role,
        address=normal_address(each.address),
        username=check_username(each.username) if each.username else "",
        permission_sets=tuple(each.permission_sets) if each.role is Role.MANAGER else (),
        person_id=each.person_id,
    )


def _refuse_known(new: Sequence[Invited]) -> None:
    """Refuse people who have the role, or an open invitation to it, and user names that are taken."""
    pairs = [(each.address, each.role.value) for each in new if each.address]
    addresses = [address for address, _role in pairs]
    here = Membership.objects.filter(school_id=current_school(), state__in=("active", "suspended", "invited"))
    held = set(here.filter(user__emails__address__in=addresses).values_list("user__emails__address", "role"))
    for pair in pairs:
        if pair in held or pairs.count(pair) > 1:
            raise AlreadyMemberError(
                _("%(name)s is %(role)s here already, or is invited.") % {"name": pair[0], "role": role_name(pair[1])}
            )
    names = [each.username for each in new if each.username]
    folded = [fold(name) for name in names]
    logins = SchoolLogin.objects.filter(school_id=current_school(), username_folded__in=folded)
    taken = set(logins.values_list("username_folded", flat=True))
    for name in names:
        if fold(name) in taken or folded.count(fold(name)) > 1:
            raise username_taken(name)


def _insert_ways_in(new: Sequence[Invited], users: Sequence[User]) -> None:
    both = list(zip(new, users, strict=True))
    EmailAddress.objects.bulk_create(EmailAddress(user=u, address=each.address) for each, u in both if each.address)
    SchoolLogin.objects.bulk_create(
        SchoolLogin(
            school_id=current_school(), username=each.username, username_folded=fold(each.username), user=user
        )
        for each, user in both
        if each.username
    )  # fmt: skip


def _insert_invitations(new: Sequence[Invited], users: Sequence[User], actor: Actor) -> list[SentInvitation]:
    day, now = today(), clock.now()
    chosen = {pk for each in new for pk in each.permission_sets}
    sets = {row.pk: row for row in PermissionSet.objects.filter(pk__in=chosen)} if chosen else {}
    Membership.objects.bulk_create(
        Membership(
            user=user,
            school_id=current_school(),
            role=each.role.value,
            permission_sets=list(each.permission_sets),
            granted=all_granted(sets[pk] for pk in each.permission_sets),
            starts=day,
            state=Membership.State.INVITED,
        )
        for each, user in zip(new, users, strict=True)
    )
    sent = []
    for each, user in zip(new, users, strict=True):
        secret = new_secret() if each.address else readable_code()
        invitation = Invitation(
            school_id=current_school(),
            role=each.role.value,
            permission_sets=list(each.permission_sets),
            address=each.address,
            full_name=each.full_name,
            user=user,
            person_id=each.person_id,
            secret_hash=hash_secret(secret),
            invited_by_id=actor.user_id,
            expires_at=now + lifetime_of(each.address),
        )
        sent.append(SentInvitation(invitation, secret))
    Invitation.objects.bulk_create(each.invitation for each in sent)
    return sent


def lifetime_of(address: str) -> timedelta:
    """How long an invitation is good: a link to an address longer than a code on paper."""
    return LINK_LIFETIME if address else CODE_LIFETIME


@transaction.atomic
def renew_invitation(invitation_id: UUID, *, actor: Actor) -> SentInvitation:
    """Make a new link for an invitation that was not accepted; the old link ends."""
    invitation = _get_open(invitation_id, actor)
    secret = new_secret() if invitation.address else readable_code()
    invitation.secret_hash = hash_secret(secret)
    invitation.expires_at = clock.now() + lifetime_of(invitation.address)
    invitation.save(update_fields=["secret_hash", "expires_at", "updated_at"])
    changes = {"link": ["", "changed"]}
    record("accounts.invitation.renew", target=Target.of(invitation), changes=changes, actor=actor)
    return SentInvitation(invitation, secret)


@transaction.atomic
def revoke_invitation(invitation_id: UUID, *, actor: Actor) -> None:
    """Take an invitation back. The account that waited for it goes with it."""
    invitation = _get_open(invitation_id, actor)
    target, waiting = Target.of(invitation), invitation.user
    invitation.state = Invitation.State.REVOKED
    invitation.save(update_fields=["state", "updated_at"])
    if waiting is not None:
        drop_waiting_account(waiting)
    record("accounts.invitation.revoke", target=target, actor=actor)


def drop_waiting_account(user: User) -> None:
    """Delete an account that nobody ever used, with what it was invited to."""
    invited = Membership.objects.filter(user=user, school_id=current_school(), state="invited")
    invited.delete()
    if not user.password and not Membership.objects.filter(user=user).exists():
        user.delete()


def _get_open(invitation_id: UUID, actor: Actor) -> Invitation:
    actor.require_all(Permission.USERS_EDIT)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("user")
    invitation = rows.filter(pk=invitation_id, school_id=current_school()).first()
    if invitation is None:
        raise NotFoundError
    if Role(invitation.role) in HIGH_ROLES:
        actor.require_all(Permission.ROLES_GRANT)
    if invitation.state != Invitation.State.SENT:
        raise InvitationClosedError(
            _("The invitation of %(invitation)s was %(state)s.") % {"invitation": invitation, "state": invitation.state}
        )
    return invitation


class InvitationClosedError(RuleError):
    """The invitation was accepted or revoked: nothing is left to do with it."""

    code = "invitation_closed"
