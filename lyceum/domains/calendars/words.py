"""Events in words, as whoever reads them reads dates."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from lyceum.core import clock
from lyceum.domains.calendars.models import Event

KINDS = {
    "event": later("event"),
    "closed": later("no school"),
    "lesson": later("lesson"),
    "meeting": later("course"),
    "due": later("due"),
    "detention": later("detention"),
    "interview": later("interview"),
}
"""What each kind of entry of an agenda is called."""


def when_in_words(event: Event) -> str:
    """When an event is, by the clocks of its zone."""
    first = date_format(event.date, _("l j F Y"))
    if event.starts_at is None or event.ends_at is None:
        if event.last_day == event.date:
            return first
        return _("%(first)s to %(last)s") % {"first": first, "last": date_format(event.last_day, _("l j F Y"))}
    starts, ends = clock.local(event.starts_at, event.zone), clock.local(event.ends_at, event.zone)
    until = f"{ends:%H:%M}"
    if event.last_day != event.date:
        until = f"{date_format(event.last_day, _('l j F'))}, {until}"
    return f"{first}, {starts:%H:%M}–{until}"


def where_in_words(event: Event) -> str:
    """Where it is; nothing where that was not said."""
    places = [event.location.name if event.location else "", _("online") if event.is_virtual else ""]
    return ", ".join(each for each in places if each)
