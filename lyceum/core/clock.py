"""The time. Instants are UTC; a day belongs to a time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """This instant, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name."""
    return ZoneInfo(name)


def local(instant: datetime, time_zone: str) -> datetime:
    """An instant as the clocks of a time zone show it; as it is where their calendar does not reach it."""
    try:
        return instant.astimezone(zone(time_zone))
    except OverflowError:
        return instant


def today(time_zone: str) -> date:
    """The date it is now in an IANA time zone."""
    return now().astimezone(zone(time_zone)).date()


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Inside, it is `instant`: for tests and for building the demo school."""
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def find_frozen() -> datetime | None:
    """The instant at which the clock stands still, or None while it runs."""
    return _frozen.get()
