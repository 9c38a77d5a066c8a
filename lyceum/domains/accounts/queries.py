"""Who is this? One statement from a secret to a person with rights, which also sets the school."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Exists, F, Func, OuterRef, Prefetch, Q, QuerySet, Subquery, UUIDField
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind, Via
from lyceum.core.errors import NotAllowedError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school
from lyceum.core.text import fold, tidy
from lyceum.domains.accounts.models import (
    ApiKey,
    EmailAddress,
    Invitation,
    Membership,
    PermissionSet,
    SchoolLogin,
    SignInSession,
    User,
)
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class Caller:
    """What a request needs to know of who sent it."""

    actor: Actor
    user_name: str = ""
    theme: str = "system"
    single_keys: bool = True
    school_name: str = ""
    school_slug: str = ""
    time_zone: str = "UTC"
    locales: tuple[str, ...] = ("en",)
    school_status: str = ""
    has_other_schools: bool = False
    stale: bool = False
    """Whether the session's last use is worth writing down again."""


@dataclass(frozen=True)
class Circumstances:
    """What a door knows about the call itself."""

    via: Via
    ip: str = ""
    user_agent: str = ""
    request_id: str = ""
    language: str = ""
    """What the call asks to be answered in; nothing where it does not say, or asks for one we have not."""

    def around(self, actor: Actor) -> Actor:
        """The actor, calling through this door from this address."""
        return replace(
            actor, via=self.via, ip=self.ip, user_agent=self.user_agent, request_id=self.request_id
        )  # fmt: skip


@dataclass(frozen=True)
class NamedSession:
    """What an access token says: which session, in which school."""

    session_id: UUID
    school_id: int | None


_WHO = """
SELECT s.id, u.id, COALESCE(NULLIF(u.preferred_name, ''), u.full_name), u.locale, u.theme, u.single_keys,
  sc.id, sc.name, sc.slug, sc.time_zone, sc.locales, sc.status, m.held, m.elsewhere,
  s.last_used_at, set_config('app.school_id', COALESCE(sc.id::text, ''), true)
FROM accounts_signinsession s
JOIN accounts_user u ON u.id = s.user_id AND u.state = 'active'
LEFT JOIN tenancy_school sc ON sc.id = s.school_id AND sc.status <> 'deleted'
CROSS JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_array(m.role, m.granted, m.starts, m.ends)) FILTER (WHERE here) AS held,
    bool_or(m.school_id IS NOT NULL AND NOT here) AS elsewhere
  FROM (SELECT m.*, m.school_id IS NOT DISTINCT FROM sc.id OR (m.school_id IS NULL AND m.group_id IS NULL) AS here
    FROM accounts_membership m WHERE m.user_id = u.id AND m.state = 'active') m
) m
WHERE {key} AND s.revoked_at IS NULL AND s.expires_at > %(now)s
  AND s.last_used_at + s.idle_seconds * interval '1 second' > %(now)s
"""
_WHO_BY_SECRET = _WHO.format(key="s.secret_hash = %(secret)s")
_WHO_BY_TOKEN = _WHO.format(key="s.id = %(session)s AND s.school_id IS NOT DISTINCT FROM %(school)s")
_WORTH_WRITING = timedelta(minutes=1)
_Held = list[tuple[Role, list[str], date, date | None]]


def find_caller_by_secret(secret_hash: bytes, circumstances: Circumstances) -> Caller | None:
    """The person whose cookie this is; sets the school of the running transaction."""
    return _find_caller(_WHO_BY_SECRET, {"secret": secret_hash}, circumstances)


def find_caller_by_session(named: NamedSession, circumstances: Circumstances) -> Caller | None:
    """The person whose access token names this session; sets the school of the running transaction.

    A token is for one school: once the session goes on in another, the token is no longer good.
    """
    return _find_caller(_WHO_BY_TOKEN, {"session": named.session_id, "school": named.school_id}, circumstances)


def _find_caller(sql: str, values: dict[str, bytes | UUID | int | None], circumstances: Circumstances) -> Caller | None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "now": now})
        row = cursor.fetchone()
    return None if row is None else _caller(row, now, circumstances)


def _caller(row: tuple[Any, ...], now: datetime, circumstances: Circumstances) -> Caller:
    (session_id, user_id, name, locale, theme, single_keys, school_id, school, slug, time_zone, locales, status,
     held, elsewhere, last_used_at, _set) = row  # fmt: skip
    day = clock.today(time_zone or "UTC")
    memberships = msgspec.json.decode(held or "[]", type=_Held)
    current = [(role, granted) for role, granted, first, last in memberships if first <= day <= (last or day)]
    actor = Actor(
        kind=ActorKind.USER,
        id=user_id,
        name=name,
        school_id=school_id,
        roles=frozenset(role for role, _granted in current),
        granted=frozenset(Permission(p) for _role, granted in current for p in granted if p in _KNOWN),
        locale=locale,
        session_id=session_id,
        via=circumstances.via,
    )
    return Caller(
        actor=circumstances.around(actor),
        user_name=name,
        theme=theme,
        single_keys=single_keys,
        school_name=school or "",
        school_slug=slug or "",
        time_zone=time_zone or "UTC",
        locales=tuple(locales or ("en",)),
        school_status=status or "",
        has_other_schools=bool(elsewhere),
        stale=now - last_used_at > _WORTH_WRITING,
    )


_KNOWN = frozenset(p.value for p in Permission)
"""A permission that a set still names after the table dropped it gives nothing."""


_WHICH_KEY = """
SELECT k.id, k.name, k.secret_hash, k.previous_hash, k.previous_until, k.scopes, k.networks, k.expires_at,
  k.last_used_at, sc.id, sc.name, sc.slug, sc.time_zone, sc.locales, sc.status,
  set_config('app.school_id', sc.id::text, true)
FROM accounts_apikey k JOIN tenancy_school sc ON sc.id = k.school_id AND sc.status <> 'deleted'
WHERE k.public_id = %s AND k.state = 'active'
"""


@dataclass(frozen=True)
class KeyRow:
    """An API key as found by its public id, before its secret was compared."""

    caller: Caller
    secret_hashes: tuple[bytes, ...]
    """The secret's, and for a while after a rotation the one's before it."""
    networks: tuple[str, ...]
    expires_at: datetime


def find_key(public_id: str, circumstances: Circumstances) -> KeyRow | None:
    """The active key of that public id; sets the school of the running transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_WHICH_KEY, [public_id])
        row = cursor.fetchone()
    if row is None:
        return None
    (key_id, name, secret_hash, previous_hash, previous_until, scopes, networks, expires_at, last_used_at,
     school_id, school, slug, time_zone, locales, status, _set) = row  # fmt: skip
    rotating = previous_hash is not None and previous_until > clock.now()
    actor = Actor(
        kind=ActorKind.KEY,
        id=key_id,
        name=f"key “{name}”",
        school_id=school_id,
        scopes=frozenset(scopes),
        via=circumstances.via,
    )
    caller = Caller(
        actor=circumstances.around(actor),
        user_name=name,
        school_name=school,
        school_slug=slug,
        time_zone=time_zone,
        locales=tuple(locales),
        school_status=status,
        stale=last_used_at is None or clock.now() - last_used_at > _WORTH_WRITING,
    )
    hashes = (bytes(secret_hash), bytes(previous_hash)) if rotating else (bytes(secret_hash),)
    return KeyRow(caller, hashes, tuple(networks), expires_at)


def current_memberships(user_id: UUID) -> list[Membership]:
    """What somebody is today, oldest first, with the schools; a day is the school's own."""
    rows = Membership.objects.filter(user=user_id, state="active").select_related("school").order_by("created_at", "pk")
    return [m for m in rows if m.is_current(clock.today(m.school.time_zone if m.school else "UTC"))]


def current_admins() -> QuerySet[Membership]:
    """The school admins of the school in scope who can come in today."""
    day = today()
    return Membership.objects.filter(
        Q(ends__isnull=True) | Q(ends__gte=day),
        school_id=current_school(),
        role=Role.SCHOOL_ADMIN.value,
        state=Membership.State.ACTIVE,
        user__state=User.State.ACTIVE,
        starts__lte=day,
    )


def actor_for_user(user: User, school_id: int, *, via: Via) -> Actor:
    """A user as an actor in a school, for commands and jobs that run on somebody's behalf."""
    current = [m for m in current_memberships(user.pk) if m.school_id == school_id]
    return Actor(
        kind=ActorKind.USER,
        id=user.pk,
        name=user.full_name,
        via=via,
        school_id=school_id,
        roles=frozenset(Role(m.role) for m in current),
        granted=frozenset(Permission(p) for m in current for p in m.granted if p in _KNOWN),
        locale=user.locale,
    )


class _Unnest(Func):
    function = "UNNEST"
    set_returning = True


# Any: rows of ids, which only filters read.
def held_sets(actor: Actor) -> QuerySet[Membership, Any]:
    """The ids of the permission sets that an actor holds now in the school in scope."""
    day = today()
    current = Membership.objects.filter(
        Q(ends__isnull=True) | Q(ends__gte=day),
        user_id=own_id(actor),
        school_id=current_school(),
        state=Membership.State.ACTIVE,
        starts__lte=day,
    )
    return current.annotate(held=_Unnest(F("permission_sets"), output_field=UUIDField())).values("held")


BY_NAME = ("full_name", "id")
NEWEST_FIRST = ("-created_at", "-id")


def list_users(
    actor: Actor, *, role: str = "", text: str = "", state: str = "", with_ended: bool = False
) -> QuerySet[User]:
    """The users of the school in scope, by name, each with what they are here and nothing of other schools."""
    actor.require_all(Permission.USERS_LIST)
    here = Membership.objects.filter(school_id=current_school()).order_by("created_at", "pk")
    if state or not with_ended:
        here = here.filter(state=state) if state else here.exclude(state=Membership.State.ENDED)
    matching = here.filter(role=named_role(role).value) if role else here
    users = User.objects.filter(pk__in=matching.values("user_id"))
    if text:
        users = users.filter(_mentions(tidy(text)))
    logins = SchoolLogin.objects.filter(school_id=current_school())
    return users.prefetch_related(
        "emails", Prefetch("logins", queryset=logins), Prefetch("memberships", queryset=here)
    ).order_by(*BY_NAME)


def _mentions(text: str) -> Q:
    logins = SchoolLogin.objects.filter(user=OuterRef("pk"), school_id=current_school())
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"), address__contains=text.lower())
    return (
        Q(full_name__icontains=text)
        | Q(preferred_name__icontains=text)
        | Exists(logins.filter(username_folded__contains=fold(text)))
        | Exists(addresses)
    )


def named_role(name: str) -> Role:
    """The role of that name, in any of its words."""
    try:
        return Role.named(name)
    except ValueError:
        choices = ", ".join(role.value for role in Role)
        raise invalid_field("/role", "choice", _("Choose one of: %(choices)s.") % {"choices": choices}) from None


def get_user(user_id: UUID, *, actor: Actor) -> User:
    """One user of the school in scope. Somebody who never belonged to it is not found."""
    user = list_users(actor, with_ended=True).filter(pk=user_id).first()
    if user is None:
        raise NotFoundError
    return user


def list_profiles(actor: Actor, *, role: str = "", text: str = "", state: str = "") -> QuerySet[User]:
    """Everybody with a role here, by name, for who grants roles; each with when they were last seen here."""
    actor.require_all(Permission.ROLES_GRANT)
    sessions = SignInSession.objects.filter(user=OuterRef("pk"), school_id=current_school()).order_by("-last_used_at")
    seen: QuerySet[User] = list_users(actor, role=role, text=text, state=state).annotate(
        last_seen=Subquery(sessions.values("last_used_at")[:1])
    )
    return seen


def get_profile_of(user_id: UUID, *, actor: Actor) -> User:
    """One of them. Somebody who never belonged to the school is not found."""
    actor.require_all(Permission.ROLES_GRANT)
    return get_user(user_id, actor=actor)


def get_own_user(actor: Actor) -> User:
    """The human who acts, with all addresses, names to sign in with, and roles in every school."""
    memberships = Membership.objects.filter(state="active").select_related("school").order_by("created_at", "pk")
    return User.objects.prefetch_related(
        "emails", "logins", Prefetch("memberships", queryset=memberships)
    ).get(pk=own_id(actor))  # fmt: skip


def list_memberships(actor: Actor, *, role: str = "", user: UUID | None = None) -> QuerySet[Membership]:
    """Who is what in the school in scope, newest first."""
    actor.require_all(Permission.USERS_LIST)
    rows = Membership.objects.filter(school_id=current_school()).select_related("user")
    if role:
        rows = rows.filter(role=named_role(role).value)
    if user:
        rows = rows.filter(user=user)
    return rows.order_by(*NEWEST_FIRST)


def list_permission_sets(actor: Actor) -> QuerySet[PermissionSet]:
    """The permission sets of the school in scope, by name."""
    actor.require_all(Permission.USERS_LIST)
    return PermissionSet.objects.order_by("name", "id")


def list_keys(actor: Actor) -> QuerySet[ApiKey]:
    """The school's API keys, newest first."""
    actor.require_all(Permission.KEYS_EDIT)
    return ApiKey.objects.filter(school_id=current_school()).select_related("created_by").order_by(*NEWEST_FIRST)


def list_invitations(actor: Actor) -> QuerySet[Invitation]:
    """The school's invitations, newest first."""
    actor.require_all(Permission.USERS_LIST)
    return Invitation.objects.filter(school_id=current_school()).select_related("invited_by").order_by(*NEWEST_FIRST)


def list_sessions(actor: Actor) -> QuerySet[SignInSession]:
    """Where the actor is signed in, newest first."""
    open_ones = SignInSession.objects.filter(
        user=own_id(actor), revoked_at__isnull=True, expires_at__gt=clock.now()
    )  # fmt: skip
    return open_ones.select_related("school").order_by(*NEWEST_FIRST)


def own_id(actor: Actor) -> UUID:
    """The id of the human who acts. Software and the public have no account of their own."""
    if actor.user_id is None:
        raise NotAllowedError(_("Only people have an account of their own."))
    return actor.user_id


def find_open_invitation(user: User) -> Invitation | None:
    """The invitation to the school in scope that waits for this user."""
    return Invitation.objects.filter(user=user, school_id=current_school(), state=Invitation.State.SENT).first()
