"""When an event is: whole days, or hours in a time zone."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.errors import InvalidError, invalid_field
from lyceum.domains.calendars.models import Event
from lyceum.domains.calendars.settings import LONGEST_EVENT
from lyceum.domains.tenancy.queries import LAST_DAY, time_zone

GIVEN = ("date", "last_day", "starts_at", "ends_at")
"""What says when an event is."""
FIRST_DAY = date(1990, 1, 1)


def instant_at(day: date, at: time, zone: str) -> datetime:
    """The instant of a local time. One that does not exist moves on by the gap; of two the first is meant."""
    return datetime.combine(day, at, tzinfo=clock.zone(zone)).astimezone(clock.zone("UTC"))


def settle_times(given: Mapping[str, Any], event: Event | None = None) -> dict[str, Any]:
    """What an event holds about its time, from what was given and what it held before.

    Instants make an event of hours, dates one of whole days. A new date alone moves an event and keeps its hours.
    """
    if given.get("starts_at"):
        return _hours(given["starts_at"], given.get("ends_at") or _same_length(given["starts_at"], event))
    if "starts_at" not in given and event is not None and not event.all_day:
        return _moved(given, event)
    first = given.get("date") or (event.date if event else None)
    if first is None:
        raise invalid_field("/date", "required", _("Give the date, or when it starts and ends."))
    if given.get("ends_at"):
        raise invalid_field("/starts_at", "required", _("Say when it starts, too."))
    length = event.last_day - event.date if event and "last_day" not in given else timedelta()
    return _days(first, given.get("last_day") or first + length)


def _hours(starts_at: datetime, ends_at: datetime | None) -> dict[str, Any]:
    if ends_at is None:
        raise invalid_field("/ends_at", "required", _("Say when it ends."))
    if ends_at <= starts_at:
        raise _ends_first("/ends_at")
    zone = time_zone()
    first, last = clock.local(starts_at, zone).date(), clock.local(ends_at - timedelta(microseconds=1), zone).date()
    _refuse_far(first, last)
    return {
        "all_day": False,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "zone": zone,
        "date": first,
        "last_day": last,
    }


def _same_length(starts_at: datetime, event: Event | None) -> datetime | None:
    """When an event that had hours ends, begun at another instant."""
    return starts_at + (event.ends_at - event.starts_at) if event and event.starts_at and event.ends_at else None


def _moved(given: Mapping[str, Any], event: Event) -> dict[str, Any]:
    """An event with hours that keeps its kind: ends later or sooner, or is on another day at the same hours."""
    if event.starts_at is None or event.ends_at is None:
        raise TypeError("an event with hours has both")
    starts_at, ends_at = event.starts_at, given.get("ends_at") or event.ends_at
    day = given.get("date")
    if day and day != event.date:
        _refuse_far(day, day)
        starts, ends = clock.local(starts_at, event.zone), clock.local(ends_at, event.zone)
        starts_at = instant_at(day, starts.time(), event.zone)
        ends_at = instant_at(day + (ends.date() - starts.date()), ends.time(), event.zone)
    return _hours(starts_at, ends_at)


def _days(first: date, last: date) -> dict[str, Any]:
    if last < first:
        raise _ends_first("/last_day")
    _refuse_far(first, last)
    return {"all_day": True, "starts_at": None, "ends_at": None, "zone": "", "date": first, "last_day": last}


def _refuse_far(first: date, last: date) -> None:
    if first < FIRST_DAY or last >= LAST_DAY or last.year > 2200:
        raise invalid_field("/date", "range", _("Give a date from 1990 to 2200."))
    if last - first > LONGEST_EVENT:
        raise invalid_field("/last_day", "range", _("An event lasts at most 31 days."))


def _ends_first(pointer: str) -> InvalidError:
    return invalid_field(pointer, "ends_before_start", _("It ends before it begins."))
