"""Calendars at secret addresses: whose they are, and what other programs read there."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from lyceum.core.actor import Actor, Via
from lyceum.core.errors import NotFoundError
from lyceum.core.language import speaking
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.accounts.rules.secrets import hash_secret
from lyceum.domains.calendars.agenda import Asked, merge, whose_agenda
from lyceum.domains.calendars.ical import write_calendar
from lyceum.domains.calendars.models import CalendarFeed
from lyceum.domains.calendars.settings import FEED_FUTURE, FEED_PAST
from lyceum.domains.tenancy.closing import visiting
from lyceum.domains.tenancy.queries import this_school, today


def list_feeds(actor: Actor) -> QuerySet[CalendarFeed]:
    """One's own addresses that answer, the oldest first."""
    actor.require(Permission.AGENDA_VIEW)
    rows = CalendarFeed.objects.filter(user=actor.user_id, revoked_at=None).select_related("student__person")
    return rows.order_by("created_at", "pk")


def children_of(actor: Actor) -> dict[UUID, str]:
    """The children whose calendars the actor may have, by the name they go by."""
    asked = whose_agenda(actor, first=today(), last=today())
    return {pk: name for pk, name in asked.students.items() if pk != asked.own}


def school_of_token(token: str) -> AbstractContextManager[None]:
    """Inside the school that the address of a calendar names, unless it is closed."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NotFoundError
    return visiting(int(number))


def read_feed(token: str) -> bytes:
    """The calendar of an address, with the rights that its owner has today. Call it in the school of the token.

    Nobody's other children are in it: each has an address of its own.
    """
    feed = CalendarFeed.objects.filter(token_hash=hash_secret(token), revoked_at=None).first()
    user = User.objects.filter(pk=feed.user_id).first() if feed else None
    if feed is None or user is None:
        raise NotFoundError
    actor = actor_for_user(user, current_school(), via=Via.REST)
    if not actor.may(Permission.AGENDA_VIEW):
        raise NotFoundError
    asked, school = _asked(feed, actor), this_school()
    with speaking(user.locale, *school.locales):
        found = {entry.uid: entry for span in _spans(asked) for entry in merge(span)}
        child = asked.students.get(feed.student_id, "") if feed.student_id else ""
        return write_calendar(found.values(), name=" · ".join(filter(None, (child, school.name))))


def _asked(feed: CalendarFeed, actor: Actor) -> Asked:
    day = today()
    asked = whose_agenda(actor, first=day, last=day)
    wanted = feed.student_id or asked.own
    if feed.student_id and feed.student_id not in asked.students:
        raise NotFoundError
    students = {pk: name for pk, name in asked.students.items() if pk == wanted}
    return Asked(actor, day, day, None if feed.student_id else asked.staff, students, wanted)


def _spans(asked: Asked) -> tuple[Asked, Asked]:
    """What has been and what comes: more days than a source reads at once."""
    day = asked.first
    return (
        replace(asked, first=day - FEED_PAST, last=day - timedelta(days=1)),
        replace(asked, first=day, last=day + FEED_FUTURE),
    )
