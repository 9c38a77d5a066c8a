"""Reading JSON bodies and parameters as they are meant: what is ambiguous or no text at all is refused."""

import json
import re
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja.parser import Parser

from lyceum.core.errors import MalformedError, RuleError

JSON = "application/json"
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL does not hold, and halves of characters."""


class WrongMediaError(RuleError):
    """A body that says it is something else."""

    code = "media_type"
    status = 415
    title = gettext_noop("Wrong kind of content")


class TooDeepError(RuleError):
    """Brackets inside brackets, more than anybody means."""

    code = "too_deep"
    status = 413
    title = gettext_noop("Too large")


class StrictParser(Parser):
    """JSON under its own media type, with one value for each name."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's value."""
        if request.content_type != JSON:
            raise WrongMediaError(_("Send the body as %(json)s.") % {"json": JSON})
        return read_json(request.body)

    def parse_querydict(self, data: MultiValueDict[Any, Any], list_fields: list[str], request: HttpRequest) -> Any:
        """The values of parameters or of a form."""
        found = super().parse_querydict(data, list_fields, request)
        check_text(found)
        return found


def read_json(body: bytes) -> Any:
    """The value of a JSON text. Raises MalformedError, or TooDeepError."""
    try:
        value = json.loads(body, object_pairs_hook=_named_once, parse_constant=_refuse_constant)
        check_text(value)
    except json.JSONDecodeError as error:
        raise MalformedError(
            _("No JSON from line %(lineno)s, column %(colno)s on: %(msg)s.")
            % {"lineno": error.lineno, "colno": error.colno, "msg": error.msg}
        ) from None
    except ValueError:  # bytes that are no UTF-8, or a number of thousands of digits
        raise MalformedError(_("The body holds what is no text, or no number.")) from None
    except RecursionError:
        raise TooDeepError(_("The body is nested too deeply.")) from None
    return value


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedError(_("%(name)s is there twice: say it once.") % {"name": twice[:60]})
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedError(_("%(name)s is no JSON.") % {"name": name})


def check_text(value: Any) -> None:
    """Refuse text that no database holds, wherever in a value it is."""
    if isinstance(value, str):
        if _NO_TEXT.search(value):
            raise MalformedError(_("The text holds a character that is none: NUL, or half of one."))
    elif isinstance(value, dict):
        for name, each in value.items():
            check_text(name)
            check_text(each)
    elif isinstance(value, list):
        for each in value:
            check_text(each)
