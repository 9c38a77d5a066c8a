"""Users, their memberships, and the first admin of a school."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import FieldError, InvalidError, NotAllowedError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import BUILT_IN_SETS, Permission, Role
from lyceum.core.schools import current_school, school_scope
from lyceum.core.text import fold, tidy
from lyceum.domains.accounts.facts import MembershipEnded, MembershipStarted, UserCreated
from lyceum.domains.accounts.models import EmailAddress, Membership, PermissionSet, SchoolLogin, SignInSession, User
from lyceum.domains.accounts.rules.passwords import check_new_password, hash_password
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.rules import provision_school


class UsernameTakenError(RuleError):
    """Somebody in this school has that user name."""

    code = "username_taken"
    status = 422


class LastAdminError(RuleError):
    """A school keeps at least one active school admin."""

    code = "last_admin"


class OwnRoleError(NotAllowedError):
    """Nobody changes their own roles."""

    code = "own_role"


class SignupClosedError(NotAllowedError):
    """New schools are not made in this way here."""

    code = "signup_closed"


def _check_username(username: str) -> None:
    if not re.fullmatch(r"[\w.\-]{3,64}", username):
        raise invalid_field(
            "/username", "username", "Use 3 to 64 letters, digits, dots, hyphens or underscores for the user name."
        )


def _normal_address(address: str) -> str:
    return tidy(address).lower()


@transaction.atomic
def create_user(
    *,
    full_name: str,
    username: str = "",
    email: str = "",
    password_hash: str = "",
    verified: bool = True,
    actor: Actor,
) -> User:
    """Make an account with a way to sign in to the school in scope. A user name or an address is needed."""
    school_id = current_school()
    if not username and not email:
        raise invalid_field("/username", "required", "Give a user name or an e-mail address.")
    if username:
        _check_username(username)
        if SchoolLogin.objects.filter(school_id=school_id, username_folded=fold(username)).exists():
            raise UsernameTakenError(
                f"The user name {username} is taken here.",
                errors=[FieldError("/username", "username_taken", "Choose another user name.")],
            )
    user = User.objects.create(
        full_name=tidy(full_name), password=password_hash, password_changed_at=clock.now() if password_hash else None
    )
    if username:
        SchoolLogin.objects.create(school_id=school_id, username=username, user=user)
    if email:
        EmailAddress.objects.create(
            user=user, address=_normal_address(email), verified_at=clock.now() if verified else None
        )
    record("accounts.user.create", target=Target.of(user), facts=[UserCreated(user=user.pk)], actor=actor)
    return user


@transaction.atomic
def start_membership(
    user: User, *, role: Role, permission_sets: Iterable[PermissionSet] = (), starts: date | None = None, actor: Actor
) -> Membership:
    """Give a user a role in the school in scope, from a day on."""
    sets = list(permission_sets)
    if role is Role.MANAGER and not sets:
        raise invalid_field("/permission_sets", "required", "A manager needs at least one permission set.")
    school = School.objects.only("time_zone").get(pk=current_school())
    membership = Membership.objects.create(
        user=user,
        school_id=current_school(),
        role=role.value,
        permission_sets=[s.pk for s in sets],
        granted=sorted({p for s in sets for p in s.permissions}),
        starts=starts or clock.today(school.time_zone),
    )
    record(
        "accounts.membership.start",
        target=Target.of(user),
        changes={"role": [None, role.value]},
        facts=[MembershipStarted(user=user.pk, role=role.value)],
        actor=actor,
    )
    return membership


@transaction.atomic
def end_membership(membership_id: UUID, *, reason: str, actor: Actor) -> Membership:
    """End a role here. Its sessions end with it where it was the user's last role in the school."""
    actor.require_all(Permission.ROLES_GRANT)
    try:
        membership = Membership.objects.select_for_update().select_related("user").get(
            pk=membership_id, school_id=current_school()
        )  # fmt: skip
    except Membership.DoesNotExist:
        raise NotFoundError from None
    if membership.user_id == actor.user_id:
        raise OwnRoleError("Ask another school admin to change your own roles.")
    if not tidy(reason):
        raise invalid_field("/reason", "reason_needed", "Say why the role ends.")
    _keep_one_admin(membership)
    membership.state = Membership.State.ENDED
    membership.save(update_fields=["state", "updated_at"])
    others = Membership.objects.filter(user=membership.user_id, school_id=current_school(), state="active")
    if not others.exists():
        revoke_sessions(membership.user_id, school_id=current_school(), why="membership_ended")
    record(
        "accounts.membership.end",
        target=Target.of(membership.user),
        changes={"role": [membership.role, None]},
        reason=reason,
        facts=[MembershipEnded(user=membership.user_id, role=membership.role)],
        actor=actor,
    )
    return membership


def _keep_one_admin(membership: Membership) -> None:
    if membership.role != Role.SCHOOL_ADMIN:
        return
    admins = Membership.objects.select_for_update().filter(
        school_id=current_school(), role=Role.SCHOOL_ADMIN.value, state="active", user__state="active"
    )
    if len(admins) <= 1:
        raise LastAdminError("This is the school's last admin. Make somebody else a school admin first.")


def revoke_sessions(user_id: UUID, *, school_id: int | None = None, why: str) -> int:
    """End a user's sessions, in one school or everywhere; their refresh tokens die with them."""
    sessions = SignInSession.objects.filter(user_id=user_id, revoked_at__isnull=True)
    if school_id is not None:
        sessions = sessions.filter(school_id=school_id)
    return sessions.update(revoked_at=clock.now(), revoked_why=why)


PROFILE_FIELDS = frozenset({"full_name", "first_name", "last_name", "preferred_name", "pronouns", "locale", "theme"})


@transaction.atomic
def edit_profile(*, values: dict[str, Any], actor: Actor) -> User:
    """Change one's own names, language and looks."""
    actor.require(Permission.PROFILE_EDIT)
    user = User.objects.select_for_update().get(pk=actor.user_id)
    wrong = sorted(values.keys() - PROFILE_FIELDS)
    if wrong:
        raise invalid_field(f"/{wrong[0]}", "read_only", f"{wrong[0]} cannot be changed here.")
    tidied = {name: tidy(value) for name, value in values.items()}
    if "full_name" not in tidied and {"first_name", "last_name"} & tidied.keys():
        first, last = tidied.get("first_name", user.first_name), tidied.get("last_name", user.last_name)
        tidied["full_name"] = f"{first} {last}".strip()
    if tidied.get("full_name") == "":
        raise invalid_field("/full_name", "required", "Give a name.")
    if tidied.get("theme", "system") not in {"system", "light", "dark"}:
        raise invalid_field("/theme", "choice", "Choose one of: system, light, dark.")
    changes = changed_fields(user, tidied)
    if changes:
        user.save()
        record("accounts.profile.edit", target=Target.of(user), changes=changes, actor=actor)
    return user


@transaction.atomic
def set_up_school(
    *, username: str, password: str, full_name: str, school_name: str, email: str = "", actor: Actor, **school: Any
) -> tuple[School, User]:
    """Make a school with its first school admin, its built-in permission sets and its defaults.

    The first of the installation also becomes super admin. `school` takes the fields of provision_school.
    """
    errors = [
        FieldError(f"/{field}", "required", "This is needed.")
        for field, value in (("username", username), ("name", full_name), ("institutionName", school_name))
        if not tidy(value)
    ]
    if errors:
        raise InvalidError("Fill in the fields that are missing.", errors=errors)
    _check_username(username)
    check_new_password(password, own_words=(username, email.split("@", 1)[0], school_name))
    hashed = hash_password(password)
    first = not Membership.objects.filter(role=Role.SUPER_ADMIN.value).exists()
    made = provision_school(name=school_name, actor=actor, **school)
    with school_scope(made.pk):
        user = create_user(full_name=full_name, username=username, email=email, password_hash=hashed, actor=actor)
        start_membership(user, role=Role.SCHOOL_ADMIN, actor=actor)
    if first:
        Membership.objects.create(user=user, role=Role.SUPER_ADMIN.value, starts=clock.now().date())
    return made, user


def create_built_in_sets() -> None:
    """The permission sets that every school starts with."""
    PermissionSet.objects.bulk_create(
        PermissionSet(name=name, permissions=sorted(p.value for p in permissions), built_in=True)
        for name, permissions in BUILT_IN_SETS.items()
    )


def may_set_up(*, from_this_machine: bool, code: str, actor: Actor, setup_code: str, signup: str) -> None:
    """Refuse to make a school: the first from this machine or with the code, later as SIGNUP says."""
    if not School.objects.exists():
        if from_this_machine or (code and code == setup_code):
            return
        raise SignupClosedError("Make the first school on the machine itself, or with the set-up code it printed.")
    if signup == "open" or actor.may(Permission.SCHOOL_CREATE) or actor.kind is ActorKind.OPERATOR:
        return
    raise SignupClosedError("New schools are made by the operator here. Ask them for one.")
