"""Signing in and out. Every failure has the same words, the same status and the same cost."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import RuleError
from lyceum.core.permissions import STAFF_ROLES, Role
from lyceum.core.schools import school_scope
from lyceum.core.text import fold
from lyceum.domains.accounts.facts import SignedIn
from lyceum.domains.accounts.models import EmailAddress, Membership, SchoolLogin, SignInAttempt, SignInSession, User
from lyceum.domains.accounts.queries import Circumstances
from lyceum.domains.accounts.rules.passwords import hash_password, password_matches
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.models import School


class SignInFailedError(RuleError):
    """Wrong name, wrong password, disabled, unknown: one answer."""

    code = "sign_in_failed"
    status = 401
    title = "Check your name and password"


class WaitError(RuleError):
    """Too many failures in a short time."""

    code = "wait"
    status = 429
    title = "Please wait"


@dataclass(frozen=True)
class SignIn:
    """A new session and its secret, which is shown this once."""

    session: SignInSession
    secret: str
    user: User
    school: School | None
    roles: tuple[Role, ...]


STAFF_IDLE, STAFF_LONGEST = timedelta(hours=1), timedelta(hours=12)
FAMILY_LONGEST = timedelta(days=30)
TOKEN_LONGEST = timedelta(days=7)
ACCOUNT_FAILURES, ACCOUNT_WINDOW = 5, timedelta(minutes=5)
ADDRESS_FAILURES, ADDRESS_WINDOW = 300, timedelta(minutes=10)


def sign_in(
    *,
    password: str,
    email: str = "",
    school: str = "",
    username: str = "",
    identifier: str = "",
    own_device: bool = False,
    known_device: str = "",
    by_token: bool = False,
    circumstances: Circumstances,
) -> SignIn:
    """Sign somebody in by e-mail address, or by school and user name; `identifier` takes either.

    `known_device` names a device that signed in before: a stranger's failures do not keep its owner out.
    """
    name = email or username or identifier
    buckets = _buckets(name, school, known_device, circumstances.ip)
    _refuse_while_waiting(buckets)
    user, school_id = _find_user(email=email, school=school, username=username, identifier=identifier)
    stored = user.password if user and user.is_active else None
    matches = password_matches(password, stored)
    memberships = _current_memberships(user, school, school_id) if user and matches else []
    if user is None or not matches or not memberships:
        _count_failure(buckets)
        raise SignInFailedError("Check your name and password.")
    SignInAttempt.objects.filter(pk=buckets[0]).delete()
    if user.password and not user.password.startswith("argon2"):
        User.objects.filter(pk=user.pk).update(password=hash_password(password))
    return _start_session(user, memberships, own_device=own_device, by_token=by_token, circumstances=circumstances)


def _find_user(*, email: str, school: str, username: str, identifier: str) -> tuple[User | None, int | None]:
    if identifier and "@" in identifier and not school:
        email, identifier = identifier, ""
    if email:
        address = EmailAddress.objects.filter(address=email.strip().lower(), verified_at__isnull=False)
        found = address.select_related("user").first()
        return (found.user, None) if found else (None, None)
    folded = fold(username or identifier)
    logins = SchoolLogin.objects.filter(username_folded=folded).select_related("user")
    if school:
        logins = logins.filter(school__slug=school)
    candidates = list(logins[:2])
    if len(candidates) != 1:  # unknown, or the same name in two schools: then the school must be said
        return None, None
    return candidates[0].user, candidates[0].school_id


def _current_memberships(user: User, school: str, school_id: int | None) -> list[Membership]:
    rows = Membership.objects.filter(user=user, state="active").select_related("school").order_by("created_at")
    day = clock.now().date()
    current = [m for m in rows if m.is_current(day)]
    platform = [m for m in current if m.school_id is None]
    here = [
        m
        for m in current
        if m.school_id is not None
        and (school_id is None or m.school_id == school_id)
        and (not school or (m.school is not None and m.school.slug == school))
    ]
    if not here:
        return [] if school else platform
    chosen = here[0].school_id
    return [m for m in here if m.school_id == chosen] + platform


@transaction.atomic
def _start_session(
    user: User, memberships: list[Membership], *, own_device: bool, by_token: bool, circumstances: Circumstances
) -> SignIn:
    roles = tuple(dict.fromkeys(Role(m.role) for m in memberships))
    school = memberships[0].school
    longest, idle = _lifetimes(roles, own_device=own_device, by_token=by_token)
    secret, now = new_secret(), clock.now()
    session = SignInSession.objects.create(
        user=user,
        school=school,
        secret_hash=hash_secret(secret),
        method="password",
        factors=["password"],
        device_label=_device_label(circumstances.user_agent),
        ip=circumstances.ip,
        last_used_at=now,
        expires_at=now + longest,
        idle_seconds=int(idle.total_seconds()),
    )
    User.objects.filter(pk=user.pk).update(last_seen_at=now)
    if school is not None:
        actor = _actor(user, school.pk, roles, session, circumstances)
        with school_scope(school.pk):
            record(
                "accounts.sign_in",
                target=Target.of(user),
                facts=[SignedIn(user=user.pk, method="password")],
                actor=actor,
            )
    return SignIn(session, secret, user, school, roles)


def _actor(
    user: User, school_id: int, roles: tuple[Role, ...], session: SignInSession, circumstances: Circumstances
) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        id=user.pk,
        name=user.full_name,
        via=circumstances.via,
        school_id=school_id,
        roles=frozenset(roles),
        ip=circumstances.ip,
        user_agent=circumstances.user_agent,
        request_id=circumstances.request_id,
        session_id=session.pk,
    )


def _lifetimes(roles: tuple[Role, ...], *, own_device: bool, by_token: bool) -> tuple[timedelta, timedelta]:
    """How long a session lasts at most, and how long it may lie idle."""
    if by_token:
        return TOKEN_LONGEST, TOKEN_LONGEST
    if STAFF_ROLES & set(roles) or {Role.SUPER_ADMIN, Role.GROUP_ADMIN} & set(roles):
        return STAFF_LONGEST, STAFF_IDLE
    longest = FAMILY_LONGEST if own_device else STAFF_LONGEST
    return longest, longest


def _device_label(user_agent: str) -> str:
    for system in ("Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux"):
        if system in user_agent:
            return system
    return user_agent[:40]


def _buckets(name: str, school: str, known_device: str, ip: str) -> tuple[str, str]:
    account = hashlib.sha256(f"{fold(school)}\n{fold(name)}".encode()).hexdigest()[:32]
    device = hashlib.sha256(known_device.encode()).hexdigest()[:16] if known_device else "-"
    return f"account:{account}:{device}", f"address:{ip}"


def _refuse_while_waiting(buckets: tuple[str, str]) -> None:
    now = clock.now()
    waiting = SignInAttempt.objects.filter(pk__in=buckets, wait_until__gt=now).order_by("-wait_until").first()
    if waiting and waiting.wait_until:
        seconds = int((waiting.wait_until - now).total_seconds()) + 1
        raise WaitError(f"Too many tries. Wait {seconds} seconds, then try again.", retry_after=seconds)


def _count_failure(buckets: tuple[str, str]) -> None:
    now = clock.now()
    limits = ((ACCOUNT_FAILURES, ACCOUNT_WINDOW), (ADDRESS_FAILURES, ADDRESS_WINDOW))
    for bucket, (allowed, window) in zip(buckets, limits, strict=True):
        with transaction.atomic():
            row, _ = SignInAttempt.objects.select_for_update().get_or_create(
                pk=bucket, defaults={"window_from": now}
            )  # fmt: skip
            fresh = now - row.window_from > max(window, timedelta(minutes=15))
            row.failures = 1 if fresh else row.failures + 1
            row.window_from = now if fresh else row.window_from
            if row.failures >= allowed:
                doublings = min(row.failures - allowed, 5)
                row.wait_until = now + min(timedelta(seconds=30 * 2**doublings), timedelta(minutes=15))
            row.save()


def sign_out(session_id: UUID, *, why: str = "signed_out") -> None:
    """End one session; its refresh tokens die with it."""
    SignInSession.objects.filter(pk=session_id, revoked_at__isnull=True).update(
        revoked_at=clock.now(), revoked_why=why
    )


def note_use(session_id: UUID) -> None:
    """Write down that a session is in use."""
    SignInSession.objects.filter(pk=session_id).update(last_used_at=clock.now())


@transaction.atomic
def switch_school(session_id: UUID, *, slug: str, actor: Actor) -> School:
    """Go on in another school where the same human has a role."""
    day = clock.now().date()
    membership = (
        Membership.objects.filter(user=actor.user_id, school__slug=slug, state="active", starts__lte=day)
        .filter(Q(ends__isnull=True) | Q(ends__gte=day))
        .select_related("school")
        .first()
    )
    if membership is None or membership.school is None:
        raise NotYourSchoolError("You have no role in that school.")
    SignInSession.objects.filter(pk=session_id).update(school=membership.school, last_used_at=F("last_used_at"))
    return membership.school


class NotYourSchoolError(RuleError):
    """The school is not among the caller's memberships."""

    code = "not_found"
    status = 404
    title = "Not found"
