"""What is typed about gradebooks, checked in words."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lyceum.core.errors import FieldError, InvalidError, invalid_field
from lyceum.core.text import tidy

CENT = Decimal("0.01")


def line(values: Mapping[str, Any], name: str, longest: int) -> str:
    """A text of one line that cannot be empty."""
    text = tidy(values.get(name) or "")
    if not text:
        raise invalid_field(f"/{name}", "required", _("Write something here."))
    if len(text) > longest:
        raise invalid_field(f"/{name}", "length", _("Give at most %(n)s letters.") % {"n": longest})
    return text


def whole(values: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """A whole number between two."""
    given = values.get(name)
    if not isinstance(given, int) or not least <= given <= most:
        raise _range(name, least, most)
    return given


def number(values: Mapping[str, Any], name: str, least: Decimal, most: Decimal, pointer: str = "") -> Decimal:
    """A number between two, with two places at most."""
    given = values.get(name)
    if not isinstance(given, Decimal) or not given.is_finite() or not least <= given <= most:
        raise _range(name, least, most, pointer)
    if given != given.quantize(CENT):
        message = _("Give two decimals at most.")
        raise invalid_field(pointer or f"/{name}", "too_many_decimals", message)
    return given.quantize(CENT)


def choice(values: Mapping[str, Any], name: str, choices: Collection[str]) -> str:
    """One of a list."""
    given = str(values.get(name))
    if given not in choices:
        raise invalid_field(f"/{name}", "choice", _("Choose one of: %(all)s.") % {"all": ", ".join(choices)})
    return given


def one_of(error: type[InvalidError], pointer: str, message: str) -> InvalidError:
    """A named refusal about one field."""
    return error(message, errors=[FieldError(pointer, error.code, message)])


def _range(name: str, least: object, most: object, pointer: str = "") -> InvalidError:
    message = _("Give a number from %(least)s to %(most)s.") % {"least": least, "most": most}
    return invalid_field(pointer or f"/{name}", "range", message)
