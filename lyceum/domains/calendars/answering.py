"""When an event can be answered, and what is said where it cannot."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.domains.calendars.models import Event
from lyceum.domains.calendars.settings import CLOSES_BEFORE
from lyceum.domains.tenancy.queries import day_bounds, today


def begins_at(event: Event) -> datetime:
    """The instant at which an event begins; an all-day one begins with its day at the school."""
    return event.starts_at or day_bounds(event.date)[0]


def answers_until(event: Event) -> datetime:
    """Until when it is answered: as it says itself, else a day before; what is published later stays open until it
    begins.
    """
    if event.closes_at:
        return event.closes_at
    begins = begins_at(event)
    usual = begins - CLOSES_BEFORE
    return usual if event.published_at is None or event.published_at < usual else begins


def why_closed(event: Event, *, leaving: bool = False) -> str:
    """Why an event cannot be answered now; nothing where it can. Who leaves may do so before answering opens."""
    now = clock.now()
    if event.state == Event.State.CANCELLED:
        return _("This event does not take place.")
    if event.state == Event.State.DRAFT:
        return _("This event is not published yet.")
    if event.is_over(now, today()):
        return _("This event is over.")
    if event.opens_at and now < event.opens_at and not leaving:
        return _("Registration opens on %(at)s.") % {"at": date_format(localtime(event.opens_at), _("j F Y, H:i"))}
    if now >= answers_until(event):
        if event.organiser_name:
            return _("Registration is closed. Ask %(name)s.") % {"name": event.organiser_name}
        return _("Registration is closed. Ask the office.")
    return ""
