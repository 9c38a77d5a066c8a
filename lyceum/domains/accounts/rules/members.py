"""The people of a school as its office sees them: their names, their roles, and whether they may come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotAllowedError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.accounts.facts import MembershipEnded, UserDisabled
from lyceum.domains.accounts.models import EmailAddress, Membership, PermissionSet, User
from lyceum.domains.accounts.queries import current_admins, get_user
from lyceum.domains.accounts.rules.invitations import HIGH_ROLES, SCHOOL_ROLES
from lyceum.domains.accounts.rules.names import normal_address
from lyceum.domains.accounts.rules.profiles import NAME_FIELDS, checked_names
from lyceum.domains.accounts.rules.sessions import revoke_sessions
from lyceum.domains.accounts.rules.users import all_granted, start_membership
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import this_school, today
from lyceum.domains.tenancy.rules import refuse_restricted


class LastAdminError(RuleError):
    """A school keeps at least one active school admin."""

    code = "last_admin"


class OwnRoleError(NotAllowedError):
    """Nobody changes their own roles."""

    code = "own_role"


class SharedUserError(RuleError):
    """The user belongs to other schools too: only they themselves change their names."""

    code = "user_is_shared"


@dataclass(frozen=True)
class UserChange:
    """What the office changes about a user; None leaves a thing as it is."""

    names: Mapping[str, str]
    is_active: bool | None = None
    role: Role | None = None
    permission_sets: Sequence[UUID] = ()
    email: str | None = None
    reason: str = ""


@transaction.atomic
def change_profile(user_id: UUID, change: UserChange, *, actor: Actor) -> User:
    """Change somebody's names, address, role, or whether they may come in, as who grants roles."""
    actor.require_all(Permission.ROLES_GRANT)
    user = change_user(user_id, change, actor=actor)
    if change.email is not None:
        change_address(user_id, change.email, actor=actor)
    return user


@transaction.atomic
def change_address(user_id: UUID, email: str, *, actor: Actor) -> None:
    """Give somebody who belongs to this school alone another e-mail address.

    It opens nothing before they have shown that it is theirs; until then they sign in as they did.
    """
    user = get_user_for_edit(user_id, actor=actor)
    _refuse_shared(user, actor)
    address = normal_address(email)
    if not address:
        raise invalid_field("/email", "required", _("Give an e-mail address."))
    known = list(EmailAddress.objects.select_for_update().filter(user=user))
    before = next((each.address for each in known if each.primary), "")
    if before == address:
        return
    EmailAddress.objects.filter(user=user, primary=True).update(primary=False)
    same = next((each for each in known if each.address == address), None)
    if same is not None:
        EmailAddress.objects.filter(pk=same.pk).update(primary=True)
    else:
        EmailAddress.objects.create(user=user, address=address, primary=True)
    record("accounts.user.edit", target=Target.of(user), changes={"email": [before, address]}, actor=actor)


@transaction.atomic
def change_user(user_id: UUID, change: UserChange, *, actor: Actor) -> User:
    """Change a user's names here, whether they may come in, and their role."""
    if change.names:
        edit_user(user_id, values=dict(change.names), actor=actor)
    if change.role is not None:
        change_role(user_id, change.role, sets=change.permission_sets, reason=change.reason, actor=actor)
    if change.is_active is False:
        suspend_user(user_id, reason=change.reason, actor=actor)
    if change.is_active is True:
        readmit_user(user_id, reason=change.reason, actor=actor)
    return get_user(user_id, actor=actor)


@transaction.atomic
def edit_user(user_id: UUID, *, values: dict[str, Any], actor: Actor) -> User:
    """Correct the names of a user who belongs to this school alone."""
    user = get_user_for_edit(user_id, actor=actor)
    wrong = sorted(values.keys() - NAME_FIELDS)
    if wrong:
        raise invalid_field(f"/{wrong[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": wrong[0]})
    _refuse_shared(user, actor)
    changes = changed_fields(user, checked_names(user, values))
    if changes:
        user.save()
        record("accounts.user.edit", target=Target.of(user), changes=changes, actor=actor)
    return user


def _refuse_shared(user: User, actor: Actor) -> None:
    elsewhere = Membership.objects.filter(user=user).exclude(school_id=current_school()).exclude(state="ended")
    if elsewhere.exists() and user.pk != actor.user_id:
        raise SharedUserError(
            _("%(user)s belongs to another school too: only they can change their name.") % {"user": user}
        )


def get_user_for_edit(user_id: UUID, *, actor: Actor) -> User:
    """The user, for somebody who may change them: admins and managers are changed by those who grant roles."""
    actor.require_all(Permission.USERS_EDIT)
    memberships = Membership.objects.filter(user=user_id, school_id=current_school())
    roles = {Role(m.role) for m in memberships if m.state != Membership.State.ENDED}
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or not memberships.exists():
        raise NotFoundError
    if roles & HIGH_ROLES:
        actor.require_all(Permission.ROLES_GRANT)
    return user


@transaction.atomic
def suspend_user(user_id: UUID, *, reason: str = "", actor: Actor) -> User:
    """Keep a user out of this school: their sessions and tokens here end at once. Elsewhere nothing changes."""
    user = get_user_for_edit(user_id, actor=actor)
    _refuse_own(user.pk, actor)
    active = _lock_memberships(user, "active")
    _keep_one_admin(active)
    if not active:
        return user
    Membership.objects.filter(pk__in=[m.pk for m in active]).update(state=Membership.State.SUSPENDED)
    revoke_sessions(user.pk, school_id=current_school(), why="disabled")
    record(
        "accounts.user.disable",
        target=Target.of(user),
        changes={"is_active": [True, False]},
        reason=reason,
        facts=[UserDisabled(user=user.pk)],
        actor=actor,
    )
    return user


@transaction.atomic
def readmit_user(user_id: UUID, *, reason: str = "", actor: Actor) -> User:
    """Let a user in again who was kept out."""
    user = get_user_for_edit(user_id, actor=actor)
    _refuse_own(user.pk, actor)
    refuse_restricted(this_school())
    suspended = _lock_memberships(user, "suspended")
    if suspended:
        Membership.objects.filter(pk__in=[m.pk for m in suspended]).update(state=Membership.State.ACTIVE)
        changes = {"is_active": [False, True]}
        record("accounts.user.enable", target=Target.of(user), changes=changes, reason=reason, actor=actor)
    return user


@transaction.atomic
def add_role(
    user_id: UUID, role: Role, *, sets: Sequence[UUID] = (), starts: date | None = None, actor: Actor
) -> Membership:
    """Give somebody who is here one more role."""
    actor.require_all(Permission.ROLES_GRANT)
    user = get_user_for_edit(user_id, actor=actor)
    _refuse_own(user.pk, actor)
    refuse_restricted(this_school())
    if role not in SCHOOL_ROLES:
        raise invalid_field("/role", "choice", _("A school grants its own roles only."))
    return start_membership(user, role=role, permission_sets=_get_sets(sets), starts=starts, actor=actor)


def _get_sets(ids: Sequence[UUID]) -> list[PermissionSet]:
    sets = list(PermissionSet.objects.filter(pk__in=ids))
    if len(sets) < len(set(ids)):
        raise invalid_field("/permission_sets", "choice", _("There is no such permission set here."))
    return sets


@transaction.atomic
def change_role(user_id: UUID, role: Role, *, sets: Sequence[UUID] = (), reason: str, actor: Actor) -> None:
    """Give somebody another role instead of those they have here."""
    present = list(Membership.objects.filter(user=user_id, school_id=current_school(), state="active"))
    same = next((m for m in present if m.role == role), None)
    if same is None:
        add_role(user_id, role, sets=sets, actor=actor)
    elif sets:
        change_permission_sets(same.pk, sets, reason=reason, actor=actor)
    end_roles([m for m in present if m is not same], reason=reason, actor=actor)


@transaction.atomic
def change_permission_sets(membership_id: UUID, sets: Sequence[UUID], *, reason: str, actor: Actor) -> Membership:
    """Give a manager other permission sets; what the old ones gave is gone with the next request."""
    membership = _get_membership(membership_id, actor)
    chosen = _get_sets(sets)
    if membership.role != Role.MANAGER or not chosen:
        raise invalid_field("/permission_sets", "required", _("A manager, and nobody else, has permission sets."))
    _require_reason(reason)
    granted = all_granted(chosen)
    changes = changed_fields(membership, {"permission_sets": [s.pk for s in chosen], "granted": granted})
    if changes:
        membership.save(update_fields=["permission_sets", "granted", "updated_at"])
        shown = {"granted": changes["granted"]} if "granted" in changes else {}
        target = Target.of(membership.user)
        record("accounts.membership.change", target=target, changes=shown, reason=reason, actor=actor)
    return membership


@transaction.atomic
def end_membership(membership_id: UUID, *, reason: str, actor: Actor) -> Membership:
    """End a role here. Its sessions end with it where it was the user's last role in the school."""
    membership = _get_membership(membership_id, actor)
    end_roles([membership], reason=reason, actor=actor)
    return membership


@transaction.atomic
def remove_user(user_id: UUID, *, reason: str, actor: Actor) -> None:
    """End all roles of a user here, and with them their sessions. The human keeps their account elsewhere."""
    actor.require_all(Permission.ROLES_GRANT)
    rows = Membership.objects.filter(user=user_id, school_id=current_school()).select_related("user")
    memberships = list(rows.exclude(state="ended"))
    if not memberships:
        raise NotFoundError
    _refuse_own(user_id, actor)
    end_roles(memberships, reason=reason, actor=actor)


def _get_membership(membership_id: UUID, actor: Actor) -> Membership:
    actor.require_all(Permission.ROLES_GRANT)
    rows = Membership.objects.select_related("user").filter(pk=membership_id, school_id=current_school())
    membership = rows.exclude(state="ended").first()
    if membership is None:
        raise NotFoundError
    _refuse_own(membership.user_id, actor)
    return membership


def end_roles(memberships: Sequence[Membership], *, reason: str, actor: Actor) -> None:
    """End roles of one user here, whom the actor may end. A school keeps one admin."""
    if not memberships:
        return
    _require_reason(reason)
    _keep_one_admin(memberships)
    user = memberships[0].user
    Membership.objects.filter(pk__in=[m.pk for m in memberships]).update(state=Membership.State.ENDED, ends=today())
    if not Membership.objects.filter(user=user, school_id=current_school(), state="active").exists():
        revoke_sessions(user.pk, school_id=current_school(), why="membership_ended")
    for membership in memberships:
        membership.state = Membership.State.ENDED
        record(
            "accounts.membership.end",
            target=Target.of(user),
            changes={"role": [membership.role, None]},
            reason=reason,
            facts=[MembershipEnded(user=user.pk, role=membership.role)],
            actor=actor,
        )


def _require_reason(reason: str) -> None:
    if not tidy(reason):
        raise invalid_field("/reason", "reason_needed", _("Say why."))


def _refuse_own(user_id: UUID, actor: Actor) -> None:
    if user_id == actor.user_id:
        raise OwnRoleError(_("Ask another school admin to change your own roles."))


def _lock_memberships(user: User, state: str) -> list[Membership]:
    rows = Membership.objects.select_for_update().filter(user=user, school_id=current_school(), state=state)
    return list(rows)


def _keep_one_admin(leaving: Sequence[Membership]) -> None:
    if not any(m.role == Role.SCHOOL_ADMIN for m in leaving):
        return
    # Two admins who take each other's role at the same moment: the second waits here and finds itself the last.
    School.objects.select_for_update().get(pk=current_school())
    if not current_admins().exclude(pk__in=[m.pk for m in leaving]).exists():
        raise LastAdminError(_("This is the school's last admin. Make somebody else a school admin first."))
