"""Secrets: made here, shown once, kept as hashes."""

import base64
import hashlib
import os
import secrets

from lyceum.core.sealing import seal, unseal

__all__ = ["hash_secret", "new_secret", "readable_code", "seal", "unseal"]


def new_secret() -> str:
    """256 random bits as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """SHA-256: enough for a secret that is random and long."""
    return hashlib.sha256(secret.encode()).digest()


def readable_code() -> str:
    """A code that a person types from paper: 16 letters and digits without look-alikes, in fours."""
    letters = base64.b32encode(os.urandom(10)).decode()
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))
