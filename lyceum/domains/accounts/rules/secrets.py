"""Secrets: made here, shown once, kept as hashes."""

import base64
import hashlib
import os
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


def new_secret() -> str:
    """256 random bits as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """SHA-256: enough for a secret that is random and long."""
    return hashlib.sha256(secret.encode()).digest()


def _sealing_key(purpose: str) -> bytes:
    return hashlib.scrypt(settings.SECRET_KEY.encode(), salt=purpose.encode(), n=2, r=8, p=1, dklen=32)


def seal(plain: bytes, *, purpose: str) -> bytes:
    """Encrypt for the database: AES-256-GCM, the nonce first."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_sealing_key(purpose)).encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """What was sealed for that purpose."""
    return AESGCM(_sealing_key(purpose)).decrypt(sealed[:12], sealed[12:], purpose.encode())


def readable_code() -> str:
    """A code that a person types from paper: 16 letters and digits without look-alikes, in fours."""
    letters = base64.b32encode(os.urandom(10)).decode()
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))
