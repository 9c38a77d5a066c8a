"""Marks by which a browser is known again: which accounts signed in on it, signed so that nobody makes their own."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.core import signing

_SALT = "device"
MOST_PEOPLE = 12
"""On a family's or a library's computer; the one who came first is forgotten first."""


@dataclass(frozen=True)
class _Device:
    id: str
    people: tuple[str, ...]


def find_device(mark: str, user_id: UUID | None) -> str:
    """The device's id, if this account signed in on it before; else nothing."""
    device = _read(mark)
    if device is None or user_id is None or _trace(device.id, user_id) not in device.people:
        return ""
    return device.id


def marked_for(mark: str, user_id: UUID) -> str:
    """The mark a browser gets when an account signs in on it."""
    device = _read(mark) or _Device(secrets.token_urlsafe(12), ())
    trace = _trace(device.id, user_id)
    people = [*(p for p in device.people if p != trace), trace][-MOST_PEOPLE:]
    return signing.dumps([device.id, people], salt=_SALT)


def _read(mark: str) -> _Device | None:
    if not mark:
        return None
    try:
        device_id, people = signing.loads(mark, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return _Device(device_id, tuple(people))


def _trace(device_id: str, user_id: UUID) -> str:
    """An account as a device remembers it: says nothing without knowing whom to look for."""
    return hashlib.sha256(f"{device_id}:{user_id}".encode()).hexdigest()[:16]
