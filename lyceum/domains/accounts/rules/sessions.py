"""Sessions: how they begin, how long they last, how they go on in another school, and how they end."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.core.permissions import STAFF_ROLES, Role
from lyceum.core.schools import crossing_to
from lyceum.domains.accounts.facts import SignedIn
from lyceum.domains.accounts.models import Membership, RefreshToken, SignInSession, User
from lyceum.domains.accounts.queries import Circumstances, current_memberships, list_sessions, own_id
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret
from lyceum.domains.journal.rules import Target, record, record_for_operator, record_wherever
from lyceum.domains.tenancy.models import School

STAFF_IDLE, STAFF_LONGEST = timedelta(hours=1), timedelta(hours=12)
FAMILY_LONGEST = timedelta(days=30)
TOKEN_LONGEST = timedelta(days=7)
REMEMBERED = timedelta(days=365)
_LONG_HOURS = STAFF_ROLES | {Role.SUPER_ADMIN, Role.GROUP_ADMIN}


@dataclass(frozen=True)
class Way:
    """How somebody came in, as far as it decides how long they stay."""

    own_device: bool = False
    """A family's word that nobody else uses the device."""
    by_token: bool = False
    """Software, which refreshes its tokens, instead of a browser with a cookie."""

    @property
    def method(self) -> str:
        """As the session remembers it."""
        return SignInSession.TOKEN if self.by_token else SignInSession.COOKIE


@dataclass(frozen=True)
class Opened:
    """A session as somebody goes on in it."""

    session: SignInSession
    user: User
    school: School | None
    roles: tuple[Role, ...]
    secret: str = ""
    """The cookie's value, which is shown this once; nothing where the browser keeps the cookie it has."""


@transaction.atomic
def start_session(user: User, memberships: list[Membership], *, way: Way, circumstances: Circumstances) -> Opened:
    """Begin a session in the school of the first membership, and write it into that school's trail."""
    roles = tuple(dict.fromkeys(Role(m.role) for m in memberships))
    school = memberships[0].school
    longest, idle = _lifetimes(roles, way)
    secret, now = new_secret(), clock.now()
    session = SignInSession.objects.create(
        user=user,
        school=school,
        secret_hash=hash_secret(secret),
        method=way.method,
        factors=["password"],
        device_label=_device_label(circumstances.user_agent),
        ip=circumstances.ip,
        last_used_at=now,
        expires_at=now + longest,
        idle_seconds=int(idle.total_seconds()),
    )
    User.objects.filter(pk=user.pk).update(last_seen_at=now)
    actor = Actor(
        kind=ActorKind.USER,
        id=user.pk,
        name=user.full_name,
        via=circumstances.via,
        school_id=school.pk if school else None,
        roles=frozenset(roles),
        session_id=session.pk,
    )
    _record_sign_in(user, school, way.method, circumstances.around(actor))
    return Opened(session, user, school, roles, secret)


def _record_sign_in(user: User, school: School | None, method: str, actor: Actor) -> None:
    target = Target.of(user)
    if school is None:
        record_for_operator("accounts.sign_in", target=target, actor=actor)
        return
    with crossing_to(school.pk):
        record("accounts.sign_in", target=target, facts=[SignedIn(user=user.pk, method=method)], actor=actor)


def _lifetimes(roles: tuple[Role, ...], way: Way) -> tuple[timedelta, timedelta]:
    """How long a session lasts at most, and how long it may lie idle."""
    if way.by_token:
        return TOKEN_LONGEST, TOKEN_LONGEST
    if _LONG_HOURS & set(roles):
        return STAFF_LONGEST, STAFF_IDLE
    longest = FAMILY_LONGEST if way.own_device else STAFF_LONGEST
    return longest, longest


def _device_label(user_agent: str) -> str:
    for system in ("Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux"):
        if system in user_agent:
            return system
    return user_agent[:40]


@transaction.atomic
def switch_school(slug: str, *, actor: Actor) -> Opened:
    """Go on in another school where the same human has a role. Staff's hours hold from then on."""
    current = current_memberships(own_id(actor))
    here = [m for m in current if m.school is not None and m.school.slug == slug]
    if not here:
        raise NotFoundError(_("You have no role in that school."))
    present = _present_session(actor).select_for_update(of=("self",))
    session = present.select_related("user").get()
    roles = tuple(dict.fromkeys(Role(m.role) for m in current if m.school is None or m in here))
    session.school = here[0].school
    if _LONG_HOURS & set(roles) and not session.is_by_token:
        session.expires_at = min(session.expires_at, clock.now() + STAFF_LONGEST)
        session.idle_seconds = min(session.idle_seconds, int(STAFF_IDLE.total_seconds()))
    session.save(update_fields=["school", "expires_at", "idle_seconds", "updated_at"])
    if session.school is not None:
        _record_sign_in(session.user, session.school, "switch", actor)
    return Opened(session, session.user, session.school, roles)


def sign_out(*, actor: Actor) -> None:
    """End the present session; its refresh tokens die with it."""
    _end(_present_session(actor), why="signed_out")


def _present_session(actor: Actor) -> QuerySet[SignInSession]:
    if actor.session_id is None:
        raise NotAllowedError(_("Nobody is signed in: a key ends when it is revoked."))
    return SignInSession.objects.filter(pk=actor.session_id, user=own_id(actor))


@transaction.atomic
def sign_out_everywhere(*, actor: Actor) -> int:
    """End all one's sessions, this one too. Returns how many there were."""
    ended = _end(SignInSession.objects.filter(user=own_id(actor)), why="signed_out_everywhere")
    target = Target("accounts.user", own_id(actor), actor.name)
    record_wherever("accounts.sign_out_everywhere", target=target, changes={"sessions": [ended, 0]}, actor=actor)
    return ended


@transaction.atomic
def end_own_session(session_id: UUID, *, actor: Actor) -> None:
    """Sign oneself out on another device."""
    session = list_sessions(actor).filter(pk=session_id).first()
    if session is None:
        raise NotFoundError
    _end(SignInSession.objects.filter(pk=session.pk), why="ended_by_owner")
    target = Target("accounts.signinsession", session.pk, session.device_label)
    record_wherever("accounts.session.end", target=target, actor=actor)


def revoke_sessions(user_id: UUID, *, school_id: int | None = None, besides: UUID | None = None, why: str) -> int:
    """End a user's sessions, in one school or everywhere; their refresh tokens die with them."""
    sessions = SignInSession.objects.filter(user=user_id)
    if besides is not None:
        sessions = sessions.exclude(pk=besides)
    return _end(sessions if school_id is None else sessions.filter(school_id=school_id), why=why)


def _end(sessions: QuerySet[SignInSession], *, why: str) -> int:
    return sessions.filter(revoked_at__isnull=True).update(revoked_at=clock.now(), revoked_why=why)


def forget_old_sessions() -> int:
    """Delete refresh tokens that have ended, and sessions a year after their end. Returns how many rows."""
    now = clock.now()
    tokens, _kinds = RefreshToken.objects.filter(expires_at__lte=now).delete()
    sessions, _kinds = SignInSession.objects.filter(expires_at__lte=now - REMEMBERED).delete()
    return tokens + sessions


def note_use(session_id: UUID) -> None:
    """Write down that a session is in use."""
    SignInSession.objects.filter(pk=session_id).update(last_used_at=clock.now())
