"""What a webhook looks like on its way: body, headers and signatures, as Standard Webhooks describes them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lyceum.core.sealing import seal, unseal
from lyceum.domains.journal.models import Fact, WebhookEndpoint

_PURPOSE = "webhook"
KEY_BYTES = 32
TOLERANCE_SECONDS = 300
"""By how much the clocks of sender and receiver may differ."""


def new_key() -> bytes:
    """32 random bytes: the secret of an endpoint, or the private half of an Ed25519 pair."""
    return secrets.token_bytes(KEY_BYTES)


def sealed(key: bytes) -> bytes:
    """A key as it is kept."""
    return seal(key, purpose=_PURPOSE)


def secret_text(key: bytes) -> str:
    """A secret as its holder sees it."""
    return "whsec_" + base64.b64encode(key).decode()


def public_text(endpoint: WebhookEndpoint) -> str:
    """The public half of an endpoint's pair; it is no secret."""
    public = Ed25519PrivateKey.from_private_bytes(_unsealed(endpoint.secret)).public_key()
    return "whpk_" + base64.b64encode(public.public_bytes_raw()).decode()


def _unsealed(kept: bytes | memoryview) -> bytes:
    return unseal(bytes(kept), purpose=_PURPOSE)


def body_of(fact: Fact) -> bytes:
    """What is told of a fact: the same at each attempt."""
    return msgspec.json.encode(
        {
            "type": fact.type,
            "timestamp": fact.at,
            "version": fact.version,
            "school": fact.school_id,
            "seq": fact.seq,
            "data": fact.payload,
        }
    )


def headers_of(endpoint: WebhookEndpoint, fact: Fact, body: bytes, *, at: datetime) -> dict[str, str]:
    """The headers of one attempt. While a new secret is new, the one before it signs as well."""
    keys = [_unsealed(endpoint.secret)]
    if endpoint.previous_secret and endpoint.previous_until and endpoint.previous_until > at:
        keys.append(_unsealed(endpoint.previous_secret))
    stamp = str(int(at.timestamp()))
    signed = b".".join((str(fact.pk).encode(), stamp.encode(), body))
    return {
        "Content-Type": "application/json",
        "webhook-id": str(fact.pk),
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signatures(endpoint.kind, keys, signed)),
    }


def _signatures(kind: str, keys: Sequence[bytes], signed: bytes) -> list[str]:
    if kind == WebhookEndpoint.Kind.ED25519:
        return [f"v1a,{_base64(Ed25519PrivateKey.from_private_bytes(key).sign(signed))}" for key in keys]
    return [f"v1,{_base64(hmac.digest(key, signed, hashlib.sha256))}" for key in keys]


def _base64(given: bytes) -> str:
    return base64.b64encode(given).decode()


def fault_of(body: bytes, headers: Mapping[str, str], key: str, *, at: datetime) -> str:
    """What is wrong with a message that came in, for who has the secret or the public key; empty where it is good."""
    given = {name.lower(): value for name, value in headers.items()}
    ident, stamp, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (ident and stamp.isdecimal() and signatures):
        return "headers are missing"
    if abs(int(stamp) - at.timestamp()) > TOLERANCE_SECONDS:
        return "older than five minutes"
    signed = b".".join((ident.encode(), stamp.encode(), body))
    return "" if any(_is_good(each, key, signed) for each in signatures.split()) else "no signature fits"


def _is_good(signature: str, key: str, signed: bytes) -> bool:
    version, _, said = signature.partition(",")
    kind, _, text = key.partition("_")
    try:
        value, known = base64.b64decode(said, validate=True), base64.b64decode(text, validate=True)
        if (version, kind) == ("v1", "whsec"):
            return hmac.compare_digest(value, hmac.digest(known, signed, hashlib.sha256))
        if (version, kind) == ("v1a", "whpk"):
            Ed25519PublicKey.from_public_bytes(known).verify(value, signed)
            return True
    except (ValueError, InvalidSignature):
        return False
    return False
