"""An instant that somebody gives: what is none is refused alike at every door."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.errors import invalid_field


class NoInstantError(ValueError):
    """What was given names no instant: `code` and `message` say why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def in_utc(given: datetime, time_zone: str = "") -> datetime:
    """The instant in UTC. Without an offset it is the clocks' of a time zone, where one is named."""
    if given.tzinfo is None:
        if not time_zone:
            raise NoInstantError("time_zone", _("Give the instant with its offset, as in 2026-11-20T16:00:00Z."))
        given = given.replace(tzinfo=clock.zone(time_zone))
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise NoInstantError("range", _("No calendar reaches that instant.")) from None


def given_instant(given: datetime, pointer: str, *, time_zone: str = "") -> datetime:
    """The same for a door that names the field."""
    try:
        return in_utc(given, time_zone)
    except NoInstantError as error:
        raise invalid_field(pointer, error.code, error.message) from None
