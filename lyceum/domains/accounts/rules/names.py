"""User names and addresses: what people sign in with."""

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.errors import FieldError, RuleError, invalid_field
from lyceum.core.schools import current_school
from lyceum.core.text import fold, tidy
from lyceum.domains.accounts.models import SchoolLogin

_ALIKE = ("LATIN", "GREEK", "CYRILLIC")
"""Scripts whose letters look like each other's."""


class UsernameTakenError(RuleError):
    """Somebody in this school has that user name."""

    code = "username_taken"
    status = 422
    title = gettext_noop("Choose another user name")


def check_username(username: str) -> str:
    """The user name as it is kept. Letters of any script, but not of two that look alike."""
    name = unicodedata.normalize("NFC", username.strip())
    if not re.fullmatch(r"[\w.\-]{3,64}", name):
        raise invalid_field(
            "/username", "username", _("Use 3 to 64 letters, digits, dots, hyphens or underscores for the user name.")
        )
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in name}
    if len(scripts.intersection(_ALIKE)) > 1:
        raise invalid_field("/username", "mixed_scripts", _("Use letters of one alphabet for the user name."))
    return name


def refuse_taken(username: str) -> None:
    """Refuse a user name that somebody in the school in scope has, with some that are free."""
    if fold(username) in _taken([username]):
        raise username_taken(username)


def username_taken(username: str) -> UsernameTakenError:
    """The refusal of a user name, with some that are free."""
    free = _free_like(username)
    hint = _("Choose another user name, as in %(name)s.") % {"name": free[0]}
    errors = [FieldError("/username", "username_taken", hint)]
    return UsernameTakenError(
        _("The user name %(username)s is taken here.") % {"username": username}, errors=errors, free=free
    )


def _free_like(username: str) -> list[str]:
    wishes = [f"{username[:60]}{separator}{number}" for number in range(2, 9) for separator in (".", "")]
    taken = _taken(wishes)
    return [wish for wish in wishes if fold(wish) not in taken][:3]


def _taken(usernames: Iterable[str]) -> set[str]:
    folded = [fold(username) for username in usernames]
    logins = SchoolLogin.objects.filter(school_id=current_school(), username_folded__in=folded)
    return set(logins.values_list("username_folded", flat=True))


def normal_address(address: str, *, pointer: str = "/email") -> str:
    """An e-mail address as it is kept and compared; nothing stays nothing."""
    text = tidy(address).lower()
    if not text:
        return ""
    try:
        validate_email(text)
    except ValidationError:
        raise invalid_field(
            pointer, "email", _("%(address)s is not an e-mail address.") % {"address": text[:60]}
        ) from None
    if len(text) > 254:
        raise invalid_field(pointer, "email", _("An e-mail address has at most 254 letters."))
    return text


def check_full_name(name: str, *, pointer: str = "/full_name") -> str:
    """A human's name as it is kept."""
    text = tidy(name)
    if not text:
        raise invalid_field(pointer, "required", _("Give the person's name."))
    if len(text) > 200:
        raise invalid_field(pointer, "too_long", _("Use at most 200 letters."))
    return text
