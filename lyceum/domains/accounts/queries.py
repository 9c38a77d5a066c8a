"""Who is this? One statement from a secret to a person with rights, which also sets the school."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind, Via
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school
from lyceum.domains.accounts.models import ApiKey, Invitation, Membership, User


@dataclass(frozen=True)
class Caller:
    """What a request needs to know of who sent it."""

    actor: Actor
    user_name: str = ""
    theme: str = "system"
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


_WHO = """
SELECT s.id, u.id, COALESCE(NULLIF(u.preferred_name, ''), u.full_name), u.locale, u.theme,
  sc.id, sc.name, sc.slug, sc.time_zone, sc.locales, sc.status, m.roles, m.granted, m.elsewhere,
  s.last_used_at, set_config('app.school_id', COALESCE(sc.id::text, ''), true)
FROM accounts_signinsession s
JOIN accounts_user u ON u.id = s.user_id AND u.state = 'active'
LEFT JOIN tenancy_school sc ON sc.id = s.school_id AND sc.status <> 'deleted'
CROSS JOIN LATERAL (
  SELECT array_agg(DISTINCT m.role) FILTER (WHERE here) AS roles,
    array_agg(DISTINCT g) FILTER (WHERE here AND g IS NOT NULL) AS granted,
    bool_or(m.school_id IS NOT NULL AND NOT here) AS elsewhere
  FROM (SELECT m.*, m.school_id IS NOT DISTINCT FROM sc.id OR (m.school_id IS NULL AND m.group_id IS NULL) AS here
    FROM accounts_membership m
    WHERE m.user_id = u.id AND m.state = 'active' AND m.starts <= %(day)s AND (m.ends IS NULL OR m.ends >= %(day)s)
  ) m LEFT JOIN LATERAL unnest(m.granted) AS g ON true
) m
WHERE {key} AND s.revoked_at IS NULL AND s.expires_at > %(now)s
  AND s.last_used_at + s.idle_seconds * interval '1 second' > %(now)s
"""
_WHO_BY_SECRET = _WHO.format(key="s.secret_hash = %(value)s")
_WHO_BY_ID = _WHO.format(key="s.id = %(value)s")
_WORTH_WRITING = timedelta(minutes=1)


def find_caller_by_secret(secret_hash: bytes, circumstances: Circumstances) -> Caller | None:
    """The person whose cookie this is; sets the school of the running transaction."""
    return _find_caller(_WHO_BY_SECRET, secret_hash, circumstances)


def find_caller_by_session(session_id: UUID, circumstances: Circumstances) -> Caller | None:
    """The person whose access token names this session; sets the school of the running transaction."""
    return _find_caller(_WHO_BY_ID, session_id, circumstances)


def _find_caller(sql: str, value: object, circumstances: Circumstances) -> Caller | None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(sql, {"value": value, "now": now, "day": now.date()})
        row = cursor.fetchone()
    return None if row is None else _caller(row, now, circumstances)


def _caller(row: tuple[Any, ...], now: datetime, circumstances: Circumstances) -> Caller:
    (session_id, user_id, name, locale, theme, school_id, school, slug, time_zone, locales, status,
     roles, granted, elsewhere, last_used_at, _set) = row  # fmt: skip
    actor = Actor(
        kind=ActorKind.USER,
        id=user_id,
        name=name,
        school_id=school_id,
        roles=frozenset(Role(r) for r in roles or ()),
        granted=frozenset(Permission(p) for p in granted or ()),
        locale=locale,
        session_id=session_id,
        via=circumstances.via,
        ip=circumstances.ip,
        user_agent=circumstances.user_agent,
        request_id=circumstances.request_id,
    )
    return Caller(
        actor=actor,
        user_name=name,
        theme=theme,
        school_name=school or "",
        school_slug=slug or "",
        time_zone=time_zone or "UTC",
        locales=tuple(locales or ("en",)),
        school_status=status or "",
        has_other_schools=bool(elsewhere),
        stale=now - last_used_at > _WORTH_WRITING,
    )


_WHICH_KEY = """
SELECT k.id, k.name, k.secret_hash, k.scopes, k.networks, k.expires_at, k.last_used_at, sc.id, sc.name, sc.slug,
  sc.time_zone, sc.locales, sc.status, set_config('app.school_id', sc.id::text, true)
FROM accounts_apikey k JOIN tenancy_school sc ON sc.id = k.school_id AND sc.status <> 'deleted'
WHERE k.public_id = %s AND k.state = 'active'
"""


@dataclass(frozen=True)
class KeyRow:
    """An API key as found by its public id, before its secret was compared."""

    caller: Caller
    secret_hash: bytes
    networks: tuple[str, ...]
    expires_at: datetime


def find_key(public_id: str, circumstances: Circumstances) -> KeyRow | None:
    """The active key of that public id; sets the school of the running transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_WHICH_KEY, [public_id])
        row = cursor.fetchone()
    if row is None:
        return None
    (key_id, name, secret_hash, scopes, networks, expires_at, last_used_at, school_id, school, slug, time_zone,
     locales, status, _set) = row  # fmt: skip
    actor = Actor(
        kind=ActorKind.KEY,
        id=key_id,
        name=f"key “{name}”",
        school_id=school_id,
        scopes=frozenset(scopes),
        via=circumstances.via,
        ip=circumstances.ip,
        user_agent=circumstances.user_agent,
        request_id=circumstances.request_id,
    )
    caller = Caller(
        actor=actor,
        user_name=name,
        school_name=school,
        school_slug=slug,
        time_zone=time_zone,
        locales=tuple(locales),
        school_status=status,
        stale=last_used_at is None or clock.now() - last_used_at > _WORTH_WRITING,
    )
    return KeyRow(caller, bytes(secret_hash), tuple(networks), expires_at)


def actor_for_user(user: User, school_id: int, *, via: Via) -> Actor:
    """A user as an actor in a school, for commands and jobs that run on somebody's behalf."""
    rows = Membership.objects.filter(user=user, state="active").filter(school_id=school_id)
    day = clock.now().date()
    current = [m for m in rows if m.is_current(day)]
    return Actor(
        kind=ActorKind.USER,
        id=user.pk,
        name=user.full_name,
        via=via,
        school_id=school_id,
        roles=frozenset(Role(m.role) for m in current),
        granted=frozenset(Permission(p) for m in current for p in m.granted),
    )


def list_users(actor: Actor, *, role: str = "", text: str = "") -> QuerySet[User]:
    """The users of the school in scope."""
    actor.require(Permission.USERS_LIST)
    memberships = Membership.objects.filter(school_id=current_school()).exclude(state="ended")
    if role:
        memberships = memberships.filter(role=Role.named(role).value)
    users = User.objects.filter(pk__in=memberships.values("user_id"))
    if text:
        users = users.filter(full_name__icontains=text)
    return users.prefetch_related("emails", "logins", "memberships").order_by("full_name", "pk")


def list_keys(actor: Actor) -> QuerySet[ApiKey]:
    """The school's API keys, newest first."""
    actor.require(Permission.KEYS_EDIT)
    return ApiKey.objects.filter(school_id=current_school()).order_by("-created_at")


def list_invitations(actor: Actor) -> QuerySet[Invitation]:
    """The school's invitations, newest first."""
    actor.require(Permission.USERS_LIST)
    return Invitation.objects.filter(school_id=current_school()).order_by("-created_at")
