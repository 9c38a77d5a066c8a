"""Refusals. A rule that says no raises one of these; each door maps them once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext, gettext_noop


@dataclass(frozen=True)
class FieldError:
    """One wrong field of what was sent: where (JSON pointer), a stable code, and words for a person."""

    pointer: str
    code: str
    message: str


class RuleError(Exception):
    """A named refusal: `code` is stable, `status` its HTTP status, the message says what to do.

    The title is kept in English and said in the reader's language by the door; the message is made in it.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str] = gettext_noop("Not possible")
    audited: ClassVar[bool] = False
    """Whether the refusal itself belongs in the school's trail."""

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = (), **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = extra  # members added to the problem document: any JSON value


class NotFoundError(RuleError):
    """Missing, or not for this person to know of: the same words for both."""

    code = "not_found"
    status = 404
    title = gettext_noop("Not found")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or gettext("There is nothing here, or nothing you may see."))


class NotAllowedError(RuleError):
    """The row may be seen, the act may not be done."""

    code = "not_allowed"
    status = 403
    title = gettext_noop("Not allowed")
    audited = True


class InvalidError(RuleError):
    """What was sent breaks a rule about its own form."""

    code = "invalid"
    status = 422
    title = gettext_noop("Something is missing or wrong")


class MalformedError(RuleError):
    """What was sent could not be read at all."""

    code = "malformed"
    status = 400
    title = gettext_noop("Could not be read")


class UnauthorizedError(RuleError):
    """Nobody is signed in, or the token is no longer good."""

    code = "not_signed_in"
    status = 401
    title = gettext_noop("Sign in")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or gettext("Sign in to go on."))


def invalid_field(pointer: str, code: str, message: str) -> InvalidError:
    """An InvalidError about one field."""
    return InvalidError(message, errors=[FieldError(pointer, code, message)])
