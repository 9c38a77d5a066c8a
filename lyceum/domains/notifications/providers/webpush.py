"""Web push: a message that only one browser can read (RFC 8291), sent in the installation's name (RFC 8292)."""

from __future__ import annotations

import base64
import hashlib
import os
import time
from functools import lru_cache
from urllib.parse import urlsplit

import jwt
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from lyceum.domains.notifications.providers import Outgoing, SendError, Sent

NAME = "webpush"
TIMEOUT = 10
"""Seconds."""
_RECORD = 4096
MOST_BYTES = 3000
"""Of what is said: every push service takes as much."""
GONE = ("404", "410")
"""The browser takes nothing any more: it was put away, or its owner said no."""
_TOKEN_HOLDS = 12 * 3600
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many keys the curve P-256 has."""


def text_of(raw: bytes) -> str:
    """Bytes as browsers write keys."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """Such a text as bytes. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@lru_cache(maxsize=4)
def _own_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """The installation's key: it follows from the secret key, so every machine of an installation has the same one."""
    made = HKDF(hashes.SHA256(), 48, salt=None, info=b"notifications.vapid").derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(made, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key() -> str:
    """What a browser must know to subscribe: only messages signed with the other half are for it."""
    return text_of(_point(_own_key(settings.SECRET_KEY).public_key()))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def encrypt(
    plain: bytes, *, p256dh: bytes, auth: bytes, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """A message for one browser, as RFC 8291 says. The key is used once; a test gives its own, and its salt."""
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    point = _point(own.public_key())
    shared = own.exchange(ec.ECDH(), theirs)
    secret = HKDF(hashes.SHA256(), 32, salt=auth, info=b"WebPush: info\0" + p256dh + point).derive(shared)
    key = HKDF(hashes.SHA256(), 16, salt=salt, info=b"Content-Encoding: aes128gcm\0").derive(secret)
    nonce = HKDF(hashes.SHA256(), 12, salt=salt, info=b"Content-Encoding: nonce\0").derive(secret)
    header = salt + _RECORD.to_bytes(4, "big") + bytes([len(point)]) + point
    return header + AESGCM(key).encrypt(nonce, plain + b"\2", None)


def is_push_service(endpoint: str) -> bool:
    """Whether an address is one of a maker of browsers: nobody may have us call any other."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username or parts.password:
        return False
    if f"{parts.scheme}://{parts.netloc}" in settings.PUSH_SERVICES:
        return True
    known = any(host == name or host.endswith(f".{name}") for name in settings.PUSH_SERVICES)
    return parts.scheme == "https" and port in (None, 443) and known


class PushSender:
    """Hands messages to the push service of each browser."""

    name = NAME
    sender = ""

    def __init__(self) -> None:
        self._http = requests.Session()
        self._tokens: dict[str, str] = {}

    def send(self, message: Outgoing) -> Sent:
        about = message.headers
        if not about:
            raise SendError("nobody is signed in on this device", code=GONE[1], is_permanent=True)
        body = encrypt(message.text.encode(), p256dh=bytes_of(about["p256dh"]), auth=bytes_of(about["auth"]))
        headers = {
            "Authorization": self._authorization(about["endpoint"]),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": about["ttl"],
            "Urgency": about["urgency"],
            "Topic": hashlib.sha256(message.key.encode()).hexdigest()[:32],  # two tries are one message
        }
        try:
            answer = self._http.post(
                about["endpoint"], data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            raise SendError(f"{type(error).__name__}", code="network") from error
        if answer.status_code in (200, 201, 202, 204):
            return Sent()
        code = str(answer.status_code)
        raise SendError(answer.reason or code, code=code, is_permanent=code in (*GONE, "401", "403"))

    def _authorization(self, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        if audience not in self._tokens:
            claims = {"aud": audience, "exp": int(time.time()) + _TOKEN_HOLDS, "sub": _contact()}
            self._tokens[audience] = jwt.encode(claims, _own_key(settings.SECRET_KEY), algorithm="ES256")
        return f"vapid t={self._tokens[audience]}, k={public_key()}"

    def close(self) -> None:
        self._http.close()


def _contact() -> str:
    """Whom a push service may write to about us."""
    return settings.PUBLIC_URL if settings.PUBLIC_URL.startswith("https://") else f"mailto:{settings.MAIL_FROM}"
