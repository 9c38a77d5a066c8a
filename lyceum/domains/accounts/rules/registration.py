"""Registering at a school: somebody makes an account of their own and becomes an applicant.

Whoever registers learns nothing about other people's accounts: an address that somebody has already gets the same
answer, in the same time, and an account that owns nothing. Its owner hears of it by mail.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, NotAllowedError, RuleError
from lyceum.core.ids import new_id
from lyceum.core.language import known_language
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.accounts.facts import EmailLinkAsked, EmailVerified, UserCreated, UserRegistered
from lyceum.domains.accounts.models import EmailAddress, Membership, SignInAttempt, User
from lyceum.domains.accounts.queries import Circumstances, current_memberships
from lyceum.domains.accounts.rules.acceptance import LinkExpiredError
from lyceum.domains.accounts.rules.attempts import WaitError
from lyceum.domains.accounts.rules.names import check_full_name, check_username, normal_address, refuse_taken
from lyceum.domains.accounts.rules.passwords import check_new_password, hash_password
from lyceum.domains.accounts.rules.sessions import Opened, Way, start_session
from lyceum.domains.accounts.rules.users import AddressTakenError, add_login, start_membership
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.closing import visiting
from lyceum.domains.tenancy.queries import get_school, this_school
from lyceum.domains.tenancy.rules import refuse_restricted

LINK_LIFETIME = timedelta(days=7)
MOST_FROM_ONE_PLACE, MOST_FOR_ONE_ADDRESS, WINDOW = 10, 3, timedelta(hours=1)
_SALT = "accounts.verify"


class AlreadyRegisteredError(NotAllowedError):
    """Somebody who is signed in has an account: they apply, or sign out first."""

    code = "already_registered"
    title = gettext_noop("You have an account")
    audited = False


class SchoolRequiredError(RuleError):
    """No school answers at this address, and none was named."""

    code = "school_required"
    status = 422
    title = gettext_noop("Which school?")


@dataclass(frozen=True)
class Registration:
    """What somebody says of themselves. Without a last name the first is the whole name."""

    email: str
    password: str
    first_name: str
    last_name: str = ""
    username: str = ""
    language: str = ""
    school: str = ""
    """The slug, where the host says no school or another one is meant."""


@transaction.atomic
def register(new: Registration, *, way: Way, circumstances: Circumstances, actor: Actor) -> Opened:
    """Make user, profile and applicant membership, queue the mail with the link, and sign the new user in."""
    if actor.kind is not ActorKind.PUBLIC:
        raise AlreadyRegisteredError(_("You are signed in. Go to “Apply”, or sign out first."))
    school_id = get_school(new.school).pk if new.school else actor.school_id
    if school_id is None:
        message = _("Name the school, as in hill-school.")
        raise SchoolRequiredError(message, errors=[FieldError("/school", "required", message)])
    address = _checked(new)
    _count(f"register:{circumstances.ip}", MOST_FROM_ONE_PLACE)
    _count(f"register-for:{hashlib.sha256(address.encode()).hexdigest()[:40]}", MOST_FOR_ONE_ADDRESS)
    with visiting(school_id):
        user = _make(new, address, school_id, circumstances)
    here = [m for m in current_memberships(user.pk) if m.school_id == school_id]
    return start_session(user, here, way=way, circumstances=circumstances)


def _checked(new: Registration) -> str:
    """The address as it is kept. Raises InvalidError naming every field that is wrong."""
    errors: list[FieldError] = []
    address = ""
    try:
        address = normal_address(new.email)
    except InvalidError as error:
        errors += error.errors
    for field, value in (("email", new.email), ("first_name", new.first_name)):
        if not tidy(value):
            errors.append(FieldError(f"/{field}", "required", _("This is needed.")))
    for field, value in (("first_name", new.first_name), ("last_name", new.last_name)):
        if len(tidy(value)) > 100:
            errors.append(FieldError(f"/{field}", "too_long", _("Use at most 100 letters.")))
    words = (new.username, address.split("@", 1)[0], new.first_name, new.last_name)
    checks = (partial(check_new_password, new.password, own_words=words), partial(_check_username, new.username))
    for check in checks:
        try:
            check()
        except InvalidError as error:
            errors += error.errors
    if errors:
        raise InvalidError(errors[0].message, errors=errors)
    return address


def _check_username(username: str) -> None:
    if username:
        check_username(username)


def _make(new: Registration, address: str, school_id: int, circumstances: Circumstances) -> User:
    school = this_school()
    refuse_restricted(school)
    if new.username:
        refuse_taken(check_username(new.username))
    user = User.objects.create(
        full_name=check_full_name(f"{new.first_name} {new.last_name}", pointer="/first_name"),
        first_name=tidy(new.first_name),
        last_name=tidy(new.last_name),
        locale=known_language(new.language) or "",
        password=hash_password(new.password),
        password_changed_at=clock.now(),
    )
    if new.username:
        add_login(user, new.username)
    EmailAddress.objects.create(user=user, address=address)
    themselves = circumstances.around(
        Actor(kind=ActorKind.USER, id=user.pk, name=user.full_name, via=circumstances.via, school_id=school_id)
    )
    start_membership(user, role=Role.APPLICANT, actor=themselves)
    facts = [UserCreated(user=user.pk), UserRegistered(user=user.pk)]
    record("accounts.user.register", target=Target.of(user), facts=facts, actor=themselves)
    return user


def _count(bucket: str, most: int) -> None:
    """Count a registration, and refuse it where there were too many within the hour."""
    now = clock.now()
    row, _is_new = SignInAttempt.objects.select_for_update().get_or_create(pk=bucket, defaults={"window_from": now})
    if now - row.window_from > WINDOW:
        row.failures, row.window_from = 0, now
    if row.failures >= most:
        seconds = int((row.window_from + WINDOW - now).total_seconds()) + 1
        raise WaitError(_("Too many registrations. Try again in an hour."), retry_after=seconds)
    row.failures += 1
    row.save()


@transaction.atomic
def ask_for_link(*, actor: Actor) -> None:
    """Send the link once more, at most three times an hour; nothing to who has followed it."""
    actor.require(Permission.APPLY)
    if actor.user_id is None or is_verified(actor.user_id):
        return
    address = EmailAddress.objects.select_related("user").get(user=actor.user_id, primary=True)
    _count(f"link-for:{address.user_id}", MOST_FOR_ONE_ADDRESS)
    fact = EmailLinkAsked(user=address.user_id, asked=new_id())
    record("accounts.email.ask_link", target=Target.of(address.user), facts=[fact], actor=actor)


def find_owner(address: EmailAddress) -> User | None:
    """Whose address that is already, where it is another human's than who gave it now."""
    owned = EmailAddress.objects.filter(address=address.address, verified_at__isnull=False).exclude(pk=address.pk)
    found = owned.select_related("user").first()
    return found.user if found else None


def unverified_applicants() -> QuerySet[User]:
    """Who registered at the school in scope, has not shown that their address is theirs within seven days, and is
    nothing but an applicant anywhere."""
    memberships = Membership.objects.filter(user=OuterRef("pk"))
    applicants = memberships.filter(school=current_school(), role=Role.APPLICANT.value, state=Membership.State.ACTIVE)
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(
        Exists(applicants),
        ~Exists(memberships.exclude(role=Role.APPLICANT.value)),
        Exists(addresses),
        ~Exists(addresses.filter(verified_at__isnull=False)),
        created_at__lt=clock.now() - LINK_LIFETIME,
    ).order_by("pk")


def erase_unverified(user: User, *, actor: Actor) -> None:
    """Erase such an account, once nothing of the school in scope holds to it; one of another school stays there."""
    record("accounts.user.erase_unverified", target=Target("accounts.user", user.pk, ""), actor=actor)
    Membership.objects.filter(user=user, school=current_school()).delete()
    if not Membership.objects.filter(user=user).exists():
        user.delete()


def verify_link(address: EmailAddress, *, school_id: int) -> str:
    """The page that shows an address to be its reader's; it works for seven days."""
    return f"/verify-email/{signing.dumps([school_id, str(address.pk)], salt=_SALT)}/"


def get_unverified(token: str) -> tuple[int, EmailAddress]:
    """The school and the address that a link is about."""
    try:
        school_id, address_id = signing.loads(token, salt=_SALT, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        raise LinkExpiredError(_("Register again, or ask the school for help.")) from None
    address = EmailAddress.objects.select_related("user").filter(pk=UUID(address_id)).first()
    if address is None or not address.user.is_active:
        raise LinkExpiredError(_("Register again, or ask the school for help."))
    return school_id, address


@transaction.atomic
def verify_email(token: str, *, circumstances: Circumstances) -> User:
    """Whoever holds the link reads the mail at that address: what waited for that goes on. Once is as good as twice."""
    school_id, address = get_unverified(token)
    user = address.user
    actor = circumstances.around(
        Actor(kind=ActorKind.USER, id=user.pk, name=user.full_name, via=circumstances.via, school_id=school_id)
    )
    with visiting(school_id):
        if address.verified_at is not None:
            return user
        taken = AddressTakenError(_("Another account has this e-mail address. Sign in with that one."))
        if find_owner(address):
            raise taken
        with refusing(verified_address_once=lambda: taken):
            EmailAddress.objects.filter(pk=address.pk).update(verified_at=clock.now(), updated_at=clock.now())
        record("accounts.email.verify", target=Target.of(user), facts=[EmailVerified(user=user.pk)], actor=actor)
    return user


def is_verified(user_id: UUID) -> bool:
    """Whether the user has shown that an address is theirs; who has a user name and no address needs none."""
    addresses = EmailAddress.objects.filter(user=user_id)
    return addresses.filter(verified_at__isnull=False).exists() or not addresses.exists()
