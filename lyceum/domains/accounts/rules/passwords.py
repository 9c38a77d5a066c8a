"""Passwords: long, not common, hashed in a bounded pool."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from lyceum.core.errors import FieldError, InvalidError, RuleError
from lyceum.core.text import fold

SHORTEST, LONGEST = 12, 128
_pool = threading.BoundedSemaphore(2)
_common = CommonPasswordValidator()


class PasswordRefusedError(InvalidError):
    """The password breaks one of the three rules."""

    code = "password_refused"


class BusyError(RuleError):
    """Too many people sign in at this moment."""

    code = "busy"
    status = 503
    title = "One moment"


@contextmanager
def _place_in_pool() -> Iterator[None]:
    if not _pool.acquire(timeout=10):
        raise BusyError("Many people are signing in. Try again in a few seconds.", retry_after=5)
    try:
        yield
    finally:
        _pool.release()


def check_new_password(password: str, *, own_words: tuple[str, ...] = (), pointer: str = "/password") -> None:
    """Refuse a password that is too short, too long, common, or built from the person's own words."""
    reason = _find_fault(password, own_words)
    if reason:
        raise PasswordRefusedError(reason, errors=[FieldError(pointer, "password_refused", reason)])


def _find_fault(password: str, own_words: tuple[str, ...]) -> str:
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words in a row are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    try:
        _common.validate(password)
    except ValidationError:
        return "This password is on the lists that attackers try first. Choose another."
    folded = fold(password)
    for word in own_words:
        if len(word) >= 4 and fold(word) in folded:
            return "Leave your name, e-mail address and school out of the password."
    return ""


def hash_password(password: str) -> str:
    """Argon2id, as set up in the settings."""
    with _place_in_pool():
        return make_password(password)


_NOBODY = ""


def password_matches(password: str, stored: str | None) -> bool:
    """Whether it is the password. With no stored one it takes just as long and says no."""
    global _NOBODY
    with _place_in_pool():
        if not _NOBODY:
            _NOBODY = make_password("nobody has this password")
        return check_password(password[:LONGEST], stored or _NOBODY) and bool(stored)
