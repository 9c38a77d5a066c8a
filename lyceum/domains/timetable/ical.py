"""Timetables as calendars for other programs, at an address that holds a signed token."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from lyceum.core import clock
from lyceum.core.actor import Actor, Via
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.queries import get_class
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.people.queries import get_student
from lyceum.domains.tenancy.queries import find_school_name, today
from lyceum.domains.timetable.agenda import Dated, Whose, list_agenda, name_of
from lyceum.domains.timetable.days import Unusual, list_unusual

SALT = "timetable calendar"
BEFORE, AFTER = timedelta(days=30), timedelta(days=330)
"""How far a calendar reaches."""
SORTS = {"teacher": "teacher", "student": "student", "class": "school_class", "room": "room"}


@dataclass(frozen=True)
class Feed:
    """Who reads whose timetable, in which school."""

    school_id: int
    user: UUID
    sort: str
    id: UUID

    @property
    def whose(self) -> Whose:
        """Whose it is."""
        return Whose(**{SORTS[self.sort]: self.id})


def sign_feed(sort: str, row: UUID, *, actor: Actor) -> str:
    """The token of somebody's calendar, for as long as the actor may see it."""
    actor.require(Permission.LESSONS_VIEW)
    if actor.user_id is None:
        raise invalid_field("/user", "required", _("Only a person has a calendar."))
    feed = Feed(actor.school, actor.user_id, sort, row)
    _refuse_unseen(feed, actor)
    return signing.dumps([feed.school_id, str(feed.user), sort, str(row)], salt=SALT)


def _refuse_unseen(feed: Feed, actor: Actor) -> None:
    if feed.sort == "student":
        get_student(feed.id, actor=actor)
    elif feed.sort == "class":
        get_class(feed.id, actor=actor, day=today())
    elif not actor.reaches_all(Permission.LESSONS_VIEW) or not name_of(feed.whose):
        raise NotFoundError


def read_token(token: str) -> Feed:
    """The feed of a token; one that was not signed here names nothing."""
    try:
        school_id, user, sort, row = signing.loads(token, salt=SALT)
        return Feed(int(school_id), UUID(user), str(sort), UUID(row))
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFoundError from None


def write_feed(feed: Feed) -> bytes:
    """The calendar of a feed, with the rights that its reader has today. It runs in the feed's school."""
    user = User.objects.filter(pk=feed.user).first()
    if user is None or feed.sort not in SORTS:
        raise NotFoundError
    actor = actor_for_user(user, feed.school_id, via=Via.REST)
    if not actor.may(Permission.LESSONS_VIEW):
        raise NotFoundError
    _refuse_unseen(feed, actor)
    day = today()
    first, last = day - BEFORE, day + AFTER
    rows = list_agenda(actor, first=first, last=last, whose=feed.whose)
    name = f"{name_of(feed.whose)} – {find_school_name()}"
    return write_calendar(rows, list_unusual(first, last), name=name)


def write_calendar(rows: Iterable[Dated], unusual: Iterable[Unusual], *, name: str) -> bytes:
    """Lessons as iCalendar, and as whole days those that are closed or have something else than lessons.

    Times are in UTC, so that no program can take them for those of another zone.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Lyceum//Timetable//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for day in unusual:
        calendar.add_component(_whole_days(day))
    for each in rows:
        calendar.add_component(_lesson(each))
    written: bytes = calendar.to_ical()
    return written


def _whole_days(day: Unusual) -> Event:
    event = Event()
    event.add("uid", f"{'closed' if day.is_closed else 'instead'}-{day.first:%Y%m%d}@lyceum")
    event.add("dtstamp", clock.now())
    event.add("dtstart", day.first)
    event.add("dtend", day.last + timedelta(days=1))
    event.add("summary", _("No school: %(why)s") % {"why": day.words} if day.is_closed else day.words)
    event.add("transp", "TRANSPARENT")
    return event


def _lesson(each: Dated) -> Event:
    event = Event()
    event.add("uid", f"{each.lesson.pk}-{each.on:%Y%m%d}@lyceum")
    event.add("dtstamp", clock.now())
    event.add("dtstart", clock.local(each.starts_at, "UTC"))
    event.add("dtend", clock.local(each.ends_at, "UTC"))
    change = each.cover.words if each.cover else ""
    summary = f"{each.name} ({each.lesson.classes})"
    event.add("summary", f"{summary}: {change}" if change else summary)
    if each.room:
        event.add("location", str(each.room))
    teachers = ", ".join(str(staff) for staff in each.teachers())
    if teachers:
        event.add("description", teachers)
    if each.is_off:
        event.add("status", "CANCELLED")
    return event
