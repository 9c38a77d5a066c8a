"""Sealing: secrets that must be used again are kept encrypted with the installation's own."""

import hashlib
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


def _sealing_key(purpose: str) -> bytes:
    return hashlib.scrypt(settings.SECRET_KEY.encode(), salt=purpose.encode(), n=2, r=8, p=1, dklen=32)


def seal(plain: bytes, *, purpose: str) -> bytes:
    """Encrypt for the database: AES-256-GCM, the nonce first."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_sealing_key(purpose)).encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """What was sealed for that purpose."""
    return AESGCM(_sealing_key(purpose)).decrypt(sealed[:12], sealed[12:], purpose.encode())
