"""How acts on events are refused."""

from lyceum.core.errors import NotAllowedError, RuleError


class EventFullError(RuleError):
    """Every seat is taken and there is no waiting list."""

    code = "event_full"


class RegistrationClosedError(RuleError):
    """It cannot be answered now: not yet, or no more."""

    code = "registration_closed"


class ConsentNeededError(RuleError):
    """A guardian has to say yes first."""

    code = "consent_needed"


class NotInvitedError(NotAllowedError):
    """Only who is invited, or whom it is for, registers for it."""

    code = "not_invited"
    audited = False


class NotRegisteredError(RuleError):
    """There is nothing to withdraw from."""

    code = "not_registered"


class EventCancelledError(RuleError):
    """It does not take place any more."""

    code = "event_cancelled"


class EventNotPublishedError(RuleError):
    """It is a draft still."""

    code = "event_not_published"


class EventOverError(RuleError):
    """It is over already."""

    code = "event_over"


class EventNotBegunError(RuleError):
    """Nobody can have been there yet."""

    code = "event_not_begun"


class TooManyFeedsError(RuleError):
    """Somebody has as many addresses of calendars as one may have."""

    code = "too_many_feeds"
