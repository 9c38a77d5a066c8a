"""The agenda as iCalendar (RFC 5545, 7986)."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urljoin

from django.conf import settings
from icalendar import Calendar, Event

from lyceum.core import clock
from lyceum.domains.calendars.agenda import Entry
from lyceum.domains.calendars.words import KINDS

EVERY_HOUR = timedelta(hours=1)
"""How often a program should ask again."""


def write_calendar(entries: Iterable[Entry], *, name: str) -> bytes:
    """Entries as a calendar. Times are in UTC, so that no program can take them for those of another zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lyceum//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", EVERY_HOUR, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        calendar.add_component(_event(entry))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@lyceum")
    event.add("dtstamp", clock.now())
    if entry.starts_at is None:
        event.add("dtstart", entry.first)
        event.add("dtend", entry.last + timedelta(days=1))
    else:
        event.add("dtstart", clock.local(entry.starts_at, "UTC"))
        event.add("dtend", clock.local(entry.ends_at or entry.starts_at, "UTC"))
    kind = str(KINDS.get(entry.kind, entry.kind))
    event.add("summary", entry.title)
    event.add("categories", [kind])
    event.add("description", " · ".join(filter(None, (kind, entry.note))))
    event.add("transp", "TRANSPARENT" if entry.ends_at is None else "OPAQUE")
    if entry.place:
        event.add("location", entry.place)
    if entry.link:
        event.add("url", urljoin(f"{settings.PUBLIC_URL}/", entry.link.lstrip("/")))
    if entry.is_off:
        event.add("status", "CANCELLED")
    return event
