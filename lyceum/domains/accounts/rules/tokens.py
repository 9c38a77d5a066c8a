"""Access tokens (signed, 15 minutes) and refresh tokens (opaque, used once)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from time import monotonic
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from jwt.algorithms import OKPAlgorithm

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.aftermath import afterwards
from lyceum.core.errors import RuleError, UnauthorizedError
from lyceum.core.ids import new_id
from lyceum.core.permissions import Role
from lyceum.core.schools import crossing_to
from lyceum.domains.accounts.facts import TokenReused
from lyceum.domains.accounts.models import RefreshToken, SigningKey, SignInSession
from lyceum.domains.accounts.queries import Caller, Circumstances, NamedSession, current_memberships
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret, seal, unseal
from lyceum.domains.accounts.rules.sessions import Opened
from lyceum.domains.journal.rules import Target, record, record_for_operator

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=7)
RACE_WINDOW = timedelta(seconds=10)
ACCESS_SECONDS = int(ACCESS_LIFETIME.total_seconds())
_PURPOSE = "token signing key"


class RefreshRacedError(RuleError):
    """The same refresh token came twice within seconds: a lost answer or two tabs, not a thief."""

    code = "refresh_raced"
    title = gettext_noop("Already refreshed")


class SignedOutEverywhereError(UnauthorizedError):
    """A used refresh token came again: its whole family is revoked."""

    code = "signed_out_everywhere"


@dataclass(frozen=True)
class TokenPair:
    """What a client gets: an access token for 15 minutes, a refresh token for 7 days."""

    access: str
    refresh: str
    expires_in: int
    """Seconds until the access token ends."""


def issue_pair(opened: Opened) -> TokenPair:
    """A new pair for a session."""
    return _new_pair(opened)[0]


def _new_pair(opened: Opened) -> tuple[TokenPair, RefreshToken]:
    session, refresh = opened.session, new_secret()
    row = RefreshToken.objects.create(
        session=session, hash=hash_secret(refresh), expires_at=clock.now() + REFRESH_LIFETIME
    )
    claims = {
        "sub": str(session.user_id),
        "sid": str(session.pk),
        "school": session.school_id,
        "roles": sorted(role.value for role in opened.roles),
        "amr": session.factors,
    }
    return TokenPair(_sign(claims), refresh, ACCESS_SECONDS), row


def issue_key_token(key: Caller, *, public_id: str) -> str:
    """An access token for software that showed its API key. Each use asks the key anew."""
    actor = key.actor
    claims = {
        "sub": str(actor.id),
        "key": public_id,
        "school": actor.school_id,
        "scope": " ".join(sorted(actor.scopes)),
    }
    return _sign(claims)


@transaction.atomic
def refresh_pair(refresh: str, *, circumstances: Circumstances) -> TokenPair:
    """Exchange a refresh token. One used more than 10 s ago ends its family."""
    token = (
        RefreshToken.objects.select_for_update(of=("self",))
        .select_related("session__user", "session__school")
        .filter(hash=hash_secret(refresh))
        .first()
    )
    now = clock.now()
    if token is None or token.expires_at <= now or token.session.revoked_at or not token.session.user.is_active:
        raise UnauthorizedError(_("This refresh token is no longer good. Sign in again."))
    if token.used_at is None:
        return _use(token, now)
    if now - token.used_at <= RACE_WINDOW:
        raise RefreshRacedError(_("This refresh token was used a moment ago. Use the answer that came with it."))
    afterwards(partial(_revoke_family, token.session, circumstances))
    raise SignedOutEverywhereError(_("This refresh token was used before. Sign in again."))


def _use(token: RefreshToken, now: datetime) -> TokenPair:
    session = token.session
    roles = [Role(m.role) for m in current_memberships(session.user_id) if m.school_id in (None, session.school_id)]
    if not roles:
        raise UnauthorizedError(_("Your role in this school has ended."))
    session.last_used_at, session.expires_at = now, now + REFRESH_LIFETIME
    session.save(update_fields=["last_used_at", "expires_at", "updated_at"])
    pair, row = _new_pair(Opened(session, session.user, session.school, tuple(dict.fromkeys(roles))))
    token.used_at, token.replaced_by = now, row
    token.save(update_fields=["used_at", "replaced_by", "updated_at"])
    return pair


def _revoke_family(session: SignInSession, circumstances: Circumstances) -> None:
    revoked = SignInSession.objects.filter(pk=session.pk, revoked_at__isnull=True)
    if not revoked.update(revoked_at=clock.now(), revoked_why="refresh_reused"):
        return
    actor = Actor(
        kind=ActorKind.USER,
        id=session.user_id,
        name=session.user.full_name,
        via=circumstances.via,
        school_id=session.school_id,
    )
    target, actor = Target.of(session.user), circumstances.around(actor)
    if session.school_id is None:
        record_for_operator("accounts.token.reuse", target=target, outcome="refused", actor=actor)
        return
    fact = TokenReused(user=session.user_id, family=session.pk)
    with crossing_to(session.school_id):
        record("accounts.token.reuse", target=target, outcome="refused", facts=[fact], actor=actor)


def _sign(claims: dict[str, Any]) -> str:
    now = clock.now()
    kid, private = _signing_key()
    times = {"iat": int(now.timestamp()), "exp": int((now + ACCESS_LIFETIME).timestamp()), "jti": str(new_id())}
    return jwt.encode(claims | times, private, algorithm="EdDSA", headers={"kid": kid})


def _signing_key() -> tuple[str, Ed25519PrivateKey]:
    """The newest key. Its id is read each time, so that every process signs with it as soon as it is there."""
    row = SigningKey.objects.filter(retired_at__isnull=True).order_by("-created_at").first() or new_signing_key()
    return row.kid, _unsealed(bytes(row.private_sealed))


@lru_cache(maxsize=4)
def _unsealed(sealed: bytes) -> Ed25519PrivateKey:
    private = serialization.load_pem_private_key(unseal(sealed, purpose=_PURPOSE), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError("a signing key is not an Ed25519 key")
    return private


def new_signing_key() -> SigningKey:
    """Sign with a new key from now on. Tokens signed with those before it stay good."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return SigningKey.objects.create(
        kid=str(new_id()), private_sealed=seal(pem, purpose=_PURPOSE), public_pem=public.decode()
    )


def retire_signing_keys() -> int:
    """Stop accepting every key but the newest, once tokens signed with the others have ended. Returns how many."""
    newest = SigningKey.objects.order_by("-created_at").first()
    if newest is None or clock.now() - newest.created_at < ACCESS_LIFETIME:
        return 0
    older = SigningKey.objects.filter(retired_at__isnull=True).exclude(pk=newest.pk)
    return older.update(retired_at=clock.now())


_TRUST_FOR = 60.0  # seconds that a public key is not asked for again: a retired one is refused after that
_known_keys: dict[str, tuple[float, str]] = {}


def _public_pem(kid: str) -> str:
    known = _known_keys.get(kid)
    if known is None or monotonic() - known[0] > _TRUST_FOR:
        pem = SigningKey.objects.values_list("public_pem", flat=True).get(kid=kid, retired_at__isnull=True)
        known = _known_keys[kid] = (monotonic(), pem)
    return known[1]


@dataclass(frozen=True)
class NamedKey:
    """What an access token of software says: which API key."""

    public_id: str


def read_access_token(token: str) -> NamedSession | NamedKey:
    """Whom an access token names. Raises UnauthorizedError for any other token."""
    try:
        kid = str(UUID(str(jwt.get_unverified_header(token).get("kid"))))
        options: Any = {"require": ["exp"], "verify_exp": False, "verify_iat": False}
        claims = jwt.decode(token, _public_pem(kid), algorithms=["EdDSA"], options=options)
        expires = float(claims["exp"])
        named = NamedKey(claims["key"]) if "key" in claims else NamedSession(UUID(claims["sid"]), claims["school"])
    except (jwt.PyJWTError, SigningKey.DoesNotExist, KeyError, ValueError, TypeError):
        raise UnauthorizedError(_("The access token is not good. Sign in again.")) from None
    if clock.now().timestamp() >= expires:
        raise UnauthorizedError(_("The access token has ended. Refresh it."))
    return named


def published_keys() -> list[dict[str, Any]]:
    """The public keys, as a JSON Web Key Set lists them."""
    keys = []
    for row in SigningKey.objects.filter(retired_at__isnull=True).order_by("-created_at"):
        public = serialization.load_pem_public_key(row.public_pem.encode())
        if not isinstance(public, Ed25519PublicKey):
            raise TypeError(f"signing key {row.kid} is not an Ed25519 key")
        jwk = OKPAlgorithm.to_jwk(public, as_dict=True)
        keys.append({**jwk, "kid": row.kid, "use": "sig", "alg": "EdDSA"})
    return keys
