"""What stands in the way of an erasure."""

from django.utils.translation import gettext_noop

from lyceum.core.errors import NotAllowedError, RuleError


class ErasureDecidedError(RuleError):
    """The request is in another state by now."""

    code = "request_decided"


class NotVerifiedError(RuleError):
    """Nobody has seen to it yet that it is really they who ask."""

    code = "not_verified"


class OnHoldError(RuleError):
    """A legal hold keeps what is known of them."""

    code = "on_hold"
    title = gettext_noop("Kept by a legal hold")


class StillNeededError(RuleError):
    """They still learn, work or answer for a child here; the refusal names it."""

    code = "still_needed"


class OwnErasureError(NotAllowedError):
    """Nobody decides their own request."""

    code = "own_request"
