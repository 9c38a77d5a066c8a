"""Reading what people type about other people: one line each, as it comes out of a spreadsheet or a list."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from lyceum.core.errors import FieldError, InvalidError
from lyceum.core.permissions import Role
from lyceum.domains.accounts.queries import named_role
from lyceum.domains.accounts.rules.invitations import Invited

_SEPARATORS = re.compile(r"\s*[,;\t]\s*")


def people_in(text: str, *, usual: Role) -> list[Invited]:
    """The people of a pasted list: name, e-mail address, role. The last two may be missing."""
    people, errors = [], []
    for line in _lines(text):
        try:
            people.append(_person(line, usual))
        except InvalidError as error:
            errors.append(FieldError("/people", "line", f"{line[:60]}: {error.detail}"))
    if not people and not errors:
        errors.append(FieldError("/people", "required", _("Paste at least one line: name, e-mail address, role.")))
    if errors:
        raise InvalidError(errors[0].message, errors=errors)
    return people


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _person(line: str, usual: Role) -> Invited:
    parts = [part.strip(" \"'") for part in _SEPARATORS.split(line)]
    parts = [part for part in parts if part]
    address = next((part for part in parts if "@" in part), "")
    rest = [part for part in parts if part != address]
    role = named_role(rest.pop().lower()) if len(rest) > 1 else usual
    return Invited(full_name=", ".join(rest), role=role, address=address)


def by_line(error: InvalidError, text: str) -> InvalidError:
    """A refusal of some of the people, in words that name their lines."""
    lines = _lines(text)
    return InvalidError(error.detail, errors=[_with_line(each, lines) for each in error.errors])


def _with_line(error: FieldError, lines: Sequence[str]) -> FieldError:
    found = re.match(r"/(\d+)/", error.pointer)
    where = lines[int(found.group(1))][:60] if found else lines[0][:60] if len(lines) == 1 else ""
    return FieldError("/people", error.code, f"{where}: {error.message}" if where else error.message)
