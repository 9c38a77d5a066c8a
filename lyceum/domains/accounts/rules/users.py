"""Users, the roles they take up, and the first admin of a school."""

import hmac
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, NotAllowedError, RuleError, invalid_field
from lyceum.core.permissions import BUILT_IN_SETS, Permission, Role
from lyceum.core.roles import role_name
from lyceum.core.schools import crossing_to, current_school
from lyceum.core.text import tidy
from lyceum.domains.accounts.facts import MembershipStarted, UserCreated
from lyceum.domains.accounts.models import EmailAddress, Membership, PermissionSet, SchoolLogin, User
from lyceum.domains.accounts.rules.names import (
    check_full_name,
    check_username,
    normal_address,
    refuse_taken,
    username_taken,
)
from lyceum.domains.accounts.rules.passwords import check_new_password, hash_password
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import today
from lyceum.domains.tenancy.rules import provision_school, wait_for_other_new_schools


class AlreadyMemberError(RuleError):
    """Somebody has that role here already."""

    code = "already_member"


class AddressTakenError(RuleError):
    """Another account has that verified address."""

    code = "address_taken"
    status = 422


class SignupClosedError(NotAllowedError):
    """New schools are not made in this way here."""

    code = "signup_closed"


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
    address = normal_address(email)
    if not username and not address:
        raise invalid_field("/username", "required", _("Give a user name or an e-mail address."))
    user = User.objects.create(
        full_name=check_full_name(full_name),
        password=password_hash,
        password_changed_at=clock.now() if password_hash else None,
    )
    if username:
        add_login(user, username)
    if address:
        with refusing(verified_address_once=lambda: AddressTakenError(_("Another account has this e-mail address."))):
            EmailAddress.objects.create(user=user, address=address, verified_at=clock.now() if verified else None)
    record("accounts.user.create", target=Target.of(user), facts=[UserCreated(user=user.pk)], actor=actor)
    return user


def add_login(user: User, username: str) -> SchoolLogin:
    """Give a user a name to sign in with at the school in scope."""
    name = check_username(username)
    refuse_taken(name)
    with refusing(login_once=lambda: username_taken(name)):
        return SchoolLogin.objects.create(school_id=current_school(), username=name, user=user)


@transaction.atomic
def start_membership(
    user: User, *, role: Role, permission_sets: Iterable[PermissionSet] = (), starts: date | None = None, actor: Actor
) -> Membership:
    """Give a user a role in the school in scope, from a day on."""
    sets = list(permission_sets)
    if role is Role.MANAGER and not sets:
        raise invalid_field("/permission_sets", "required", _("A manager needs at least one permission set."))
    with refusing(
        membership_no_overlap=lambda: AlreadyMemberError(
            _("%(user)s is %(role)s here already.") % {"user": user, "role": role_name(role)}
        )
    ):
        membership = Membership.objects.create(
            user=user,
            school_id=current_school(),
            role=role.value,
            permission_sets=[s.pk for s in sets],
            granted=all_granted(sets),
            starts=starts or today(),
        )
    record_start(membership, actor=actor)
    return membership


def all_granted(sets: Iterable[PermissionSet]) -> list[str]:
    """What several permission sets give together."""
    return sorted({permission for each in sets for permission in each.permissions})


def record_start(membership: Membership, *, actor: Actor) -> None:
    """Write into the trail that a role began, and tell it."""
    record(
        "accounts.membership.start",
        target=Target.of(membership.user),
        changes={"role": [None, membership.role]},
        facts=[MembershipStarted(user=membership.user_id, role=membership.role)],
        actor=actor,
    )


def create_built_in_sets() -> None:
    """The permission sets that every school starts with."""
    PermissionSet.objects.bulk_create(
        PermissionSet(name=name, permissions=sorted(p.value for p in permissions), built_in=True)
        for name, permissions in BUILT_IN_SETS.items()
    )


def renew_built_in_sets() -> None:
    """The built-in sets of a school as this version has them, and with them what each of their holders may do."""
    wanted = {name: sorted(p.value for p in permissions) for name, permissions in BUILT_IN_SETS.items()}
    known = {row.name: row for row in PermissionSet.objects.filter(built_in=True)}
    for name, permissions in wanted.items():
        row = known.get(name)
        if row is None:
            PermissionSet.objects.get_or_create(name=name, defaults={"permissions": permissions, "built_in": True})
        elif row.permissions != permissions:
            row.permissions = permissions
            row.save(update_fields=["permissions", "updated_at"])
    _renew_what_is_granted()


def _renew_what_is_granted() -> None:
    """A membership holds what its sets grant, so that asking who may needs no other table."""
    sets = {row.pk: row for row in PermissionSet.objects.all()}
    held = Membership.objects.filter(school_id=current_school()).exclude(permission_sets=[])
    for membership in held.exclude(state=Membership.State.ENDED):
        granted = all_granted(sets[pk] for pk in membership.permission_sets if pk in sets)
        if membership.granted != granted:
            membership.granted = granted
            membership.save(update_fields=["granted", "updated_at"])


@transaction.atomic
def set_up_school(
    *, username: str, password: str, full_name: str, school_name: str, email: str = "", actor: Actor, **school: Any
) -> tuple[School, User]:
    """Make a school with its first school admin, its built-in permission sets and its defaults.

    The first of the installation also becomes super admin. `school` takes the fields of provision_school.
    """
    errors = [
        FieldError(f"/{field}", "required", _("This is needed."))
        for field, value in (("username", username), ("name", full_name), ("institutionName", school_name))
        if not tidy(value)
    ]
    if errors:
        raise InvalidError(_("Fill in the fields that are missing."), errors=errors)
    check_username(username)
    check_new_password(password, own_words=(username, email.split("@", 1)[0], school_name))
    hashed = hash_password(password)
    wait_for_other_new_schools()
    is_first = not Membership.objects.filter(role=Role.SUPER_ADMIN.value).exists()
    made = provision_school(name=school_name, actor=actor, **school)
    with crossing_to(made.pk):
        # Nobody has shown that a later admin's address is theirs; the first one holds the machine itself.
        user = create_user(
            full_name=full_name, username=username, email=email, password_hash=hashed, verified=is_first, actor=actor
        )
        start_membership(user, role=Role.SCHOOL_ADMIN, actor=actor)
    if is_first:
        Membership.objects.create(user=user, role=Role.SUPER_ADMIN.value, starts=clock.now().date())
    return made, user


@transaction.atomic
def may_set_up(*, from_this_machine: bool, code: str, actor: Actor, setup_code: str, signup: str) -> None:
    """Refuse to make a school: the first from this machine or with the code, later as SIGNUP says."""
    wait_for_other_new_schools()
    if not School.objects.exists():
        if from_this_machine or (setup_code and hmac.compare_digest(code.encode(), setup_code.encode())):
            return
        raise SignupClosedError(_("Make the first school on the machine itself, or with the set-up code it printed."))
    if signup == "open" or actor.may(Permission.SCHOOL_CREATE) or actor.kind is ActorKind.OPERATOR:
        return
    raise SignupClosedError(_("New schools are made by the operator here. Ask them for one."))
