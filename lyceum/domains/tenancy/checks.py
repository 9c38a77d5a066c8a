"""What a school may say about itself: each field with its rule."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from lyceum.core.errors import FieldError, InvalidError
from lyceum.core.text import tidy
from lyceum.domains.tenancy.models import School

Check = Callable[[Any], Any]
_validate_url = URLValidator(schemes=["http", "https"])


class _WrongError(ValueError):
    """A value that breaks its field's rule: a stable code, and words for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_school(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept. Raises InvalidError naming every field that is wrong."""
    checked: dict[str, Any] = {}
    errors = []
    for field, value in values.items():
        try:
            checked[field] = _CHECKS[field](value)
        except _WrongError as error:
            errors.append(FieldError(f"/{field}", error.code, str(error)))
    if errors:
        raise InvalidError(errors[0].message, errors=errors)
    return checked


def _line(longest: int) -> Check:
    def check(value: Any) -> str:
        text = tidy(str(value))
        if len(text) > longest:
            raise _WrongError("too_long", _("Use at most %(longest)s letters.") % {"longest": longest})
        return text

    return check


def _name(value: Any) -> str:
    name = tidy(str(value))
    if not 2 <= len(name) <= 200:
        raise _WrongError("length", _("Give the school's name, 2 to 200 letters long."))
    return name


def _slug(value: Any) -> str:
    if not re.fullmatch(r"[a-z0-9-]{3,40}", str(value)):
        raise _WrongError("slug", _("Use 3 to 40 of the letters a-z, digits and hyphens."))
    return str(value)


def _kind(value: Any) -> str:
    if value not in School.Kind.values:
        raise _WrongError("choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(School.Kind.values)})
    return str(value)


def _country(value: Any) -> str:
    if not re.fullmatch(r"[A-Z]{2}", str(value)):
        raise _WrongError("country", _("Give the two-letter country code, as in GB."))
    return str(value)


@cache
def _known_time_zones() -> set[str]:
    """Looked up once: it reads hundreds of files."""
    return available_timezones()


def _time_zone(value: Any) -> str:
    if value not in _known_time_zones():
        raise _WrongError("time_zone", _("Give an IANA time zone, as in Europe/London."))
    return str(value)


def _locales(value: Any) -> list[str]:
    locales = list(dict.fromkeys(str(each) for each in value))
    good = all(len(each) <= 12 and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", each) for each in locales)
    if not 1 <= len(locales) <= 20 or not good:
        raise _WrongError("locale", _("Give language codes, as in en or pt-BR; the first is the school's own."))
    return locales


def _currency(value: Any) -> str:
    if not re.fullmatch(r"[A-Z]{3}", str(value).upper()):
        raise _WrongError("currency", _("Give the three-letter currency code, as in GBP."))
    return str(value).upper()


def _weekday(value: Any) -> int:
    if value not in range(1, 8):
        raise _WrongError("range", _("Give a weekday as a number, Monday = 1 to Sunday = 7."))
    return int(value)


def _address(value: Any) -> str:
    lines = [tidy(line) for line in str(value).splitlines()]
    text = "\n".join(line for line in lines if line)
    if len(text) > 1000:
        raise _WrongError("too_long", _("Use at most 1000 letters."))
    return text


def _email(value: Any) -> str:
    return _checked_by(validate_email, value, 254, "email", _("Give an e-mail address, as in office@school.org."))


def _website(value: Any) -> str:
    return _checked_by(_validate_url, value, 200, "url", _("Give the whole address, as in https://school.org."))


def _checked_by(validate: Callable[[str], None], value: Any, longest: int, code: str, message: str) -> str:
    text = tidy(str(value))
    try:
        if text:
            validate(text)
    except ValidationError:
        raise _WrongError(code, message) from None
    if len(text) > longest:
        raise _WrongError(code, message)
    return text


def _official_ids(value: Any) -> dict[str, str]:
    ids = {tidy(str(authority)): tidy(str(number)) for authority, number in dict(value).items()}
    if len(ids) > 20 or any(not a or not n or len(a) > 40 or len(n) > 40 for a, n in ids.items()):
        raise _WrongError("official_ids", _("Give each authority's code for the school, as in dfe: 10001."))
    return ids


_CHECKS: dict[str, Check] = {
    "name": _name,
    "legal_name": _line(200),
    "slug": _slug,
    "kind": _kind,
    "country": _country,
    "time_zone": _time_zone,
    "locales": _locales,
    "currency": _currency,
    "first_weekday": _weekday,
    "address": _address,
    "phone": _line(40),
    "email": _email,
    "website": _website,
    "head_name": _line(200),
    "official_ids": _official_ids,
}
