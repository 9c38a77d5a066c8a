"""Access tokens (signed, 15 minutes) and refresh tokens (opaque, used once)."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import RuleError, UnauthorizedError
from lyceum.core.ids import new_id
from lyceum.core.schools import school_scope
from lyceum.domains.accounts.facts import TokenReused
from lyceum.domains.accounts.models import RefreshToken, SigningKey, SignInSession
from lyceum.domains.accounts.queries import Circumstances
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret, seal, unseal
from lyceum.domains.journal.rules import Target, record

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=7)
RACE_WINDOW = timedelta(seconds=10)
_PURPOSE = "token signing key"


class RefreshRacedError(RuleError):
    """The same refresh token came twice within seconds: a lost answer or two tabs, not a thief."""

    code = "refresh_raced"
    title = "Already refreshed"


class SignedOutEverywhereError(UnauthorizedError):
    """A used refresh token came again: its whole family is revoked."""

    code = "signed_out_everywhere"


@dataclass(frozen=True)
class TokenPair:
    """What a client gets: an access token for 15 minutes, a refresh token for 7 days."""

    access: str
    refresh: str
    expires_in: int


def issue_pair(session: SignInSession, *, roles: list[str]) -> TokenPair:
    """A new pair for a session."""
    refresh = new_secret()
    RefreshToken.objects.create(
        session=session, hash=hash_secret(refresh), expires_at=clock.now() + REFRESH_LIFETIME
    )
    return TokenPair(_sign(session, roles), refresh, int(ACCESS_LIFETIME.total_seconds()))


def refresh_pair(refresh: str, *, roles_of: Any, circumstances: Circumstances) -> TokenPair:
    """Exchange a refresh token. One used more than 10 s ago ends its family."""
    with transaction.atomic():
        token = (
            RefreshToken.objects.select_for_update(of=("self",))
            .select_related("session__user", "session__school")
            .filter(hash=hash_secret(refresh))
            .first()
        )
        now = clock.now()
        if token is None or token.expires_at <= now or token.session.revoked_at or not token.session.user.is_active:
            raise SignedOutEverywhereError("Sign in again.")
        if token.used_at is None:
            pair = issue_pair(token.session, roles=roles_of(token.session))
            token.used_at = now
            token.replaced_by = RefreshToken.objects.get(hash=hash_secret(pair.refresh))
            token.save(update_fields=["used_at", "replaced_by", "updated_at"])
            SignInSession.objects.filter(pk=token.session_id).update(
                last_used_at=now, expires_at=now + REFRESH_LIFETIME
            )
            return pair
        raced = now - token.used_at <= RACE_WINDOW
        if not raced:
            _revoke_family(token, circumstances)
    if raced:
        raise RefreshRacedError("This refresh token was used a moment ago. Use the answer that came with it.")
    raise SignedOutEverywhereError("This refresh token was used before. Sign in again.")


def _revoke_family(token: RefreshToken, circumstances: Circumstances) -> None:
    session = token.session
    session.revoked_at, session.revoked_why = clock.now(), "refresh_reused"
    session.save(update_fields=["revoked_at", "revoked_why", "updated_at"])
    if session.school_id is None:
        return
    actor = Actor(
        kind=ActorKind.USER,
        id=session.user_id,
        name=session.user.full_name,
        via=circumstances.via,
        school_id=session.school_id,
        ip=circumstances.ip,
        request_id=circumstances.request_id,
    )
    with school_scope(session.school_id):
        record(
            "accounts.token.reuse",
            target=Target.of(session.user),
            outcome="refused",
            facts=[TokenReused(user=session.user_id, family=session.pk)],
            actor=actor,
        )


def _sign(session: SignInSession, roles: list[str]) -> str:
    now = clock.now()
    kid, private = _signing_key()
    claims = {
        "sub": str(session.user_id),
        "sid": str(session.pk),
        "school": session.school_id,
        "roles": roles,
        "amr": session.factors,
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS_LIFETIME).timestamp()),
        "jti": str(new_id()),
    }
    return jwt.encode(claims, private, algorithm="EdDSA", headers={"kid": kid})


@lru_cache(maxsize=1)
def _signing_key() -> tuple[str, Ed25519PrivateKey]:
    row = SigningKey.objects.filter(retired_at__isnull=True).order_by("-created_at").first() or _new_signing_key()
    private = serialization.load_pem_private_key(unseal(bytes(row.private_sealed), purpose=_PURPOSE), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(f"signing key {row.kid} is not an Ed25519 key")
    return row.kid, private


def _new_signing_key() -> SigningKey:
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


@lru_cache(maxsize=8)
def _public_pem(kid: str) -> str:
    return SigningKey.objects.get(kid=kid, retired_at__isnull=True).public_pem


def forget_keys() -> None:
    """Forget keys held in memory, after a rotation or in tests."""
    _signing_key.cache_clear()
    _public_pem.cache_clear()


def read_access_token(token: str) -> UUID:
    """The session that an access token names. Raises UnauthorizedError for any other token."""
    try:
        kid = jwt.get_unverified_header(token).get("kid", "")
        options: Any = {"require": ["exp", "sid"], "verify_exp": False, "verify_iat": False}
        claims = jwt.decode(token, _public_pem(kid), algorithms=["EdDSA"], options=options)
        session_id, expires = UUID(claims["sid"]), float(claims["exp"])
    except (jwt.PyJWTError, SigningKey.DoesNotExist, ValueError, TypeError):
        raise UnauthorizedError("The access token is not good. Sign in again.") from None
    if clock.now().timestamp() >= expires:
        raise UnauthorizedError("The access token has ended. Refresh it.")
    return session_id


def published_keys() -> list[dict[str, str]]:
    """The public keys, as a JSON Web Key Set lists them."""
    keys = []
    for row in SigningKey.objects.filter(retired_at__isnull=True).order_by("-created_at"):
        public = serialization.load_pem_public_key(row.public_pem.encode())
        jwk: dict[str, str] = jwt.algorithms.OKPAlgorithm.to_jwk(public, as_dict=True)  # type: ignore[arg-type]  # Ed25519 by construction
        keys.append({**jwk, "kid": row.kid, "use": "sig", "alg": "EdDSA"})
    return keys
