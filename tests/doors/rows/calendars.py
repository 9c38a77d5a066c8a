"""Events and the agenda."""

from datetime import date
from uuid import UUID

from lyceum.core.actor import system_actor
from lyceum.domains.calendars.rules.answers import answer_event
from lyceum.domains.calendars.rules.events import create_event, publish_event
from lyceum.domains.calendars.rules.feeds import make_feed
from lyceum.testing.factories import as_actor
from tests.doors.rows.cast import Cast


def add(cast: Cast) -> dict[str, UUID]:
    """A public event of next week, for which the student is registered."""
    actor = system_actor(cast.school.pk)
    event = create_event(
        values={"title": "Fair", "date": date(2026, 11, 27), "visibility": "public", "capacity": 50}, actor=actor
    )
    publish_event(event.pk, actor=actor)
    row = answer_event(event.pk, student_id=cast.student.pk, actor=actor)
    feed = make_feed(actor=as_actor(cast.users["the student"], cast.school))
    cast.words["calendar_feed_token"] = f"{feed.token}.ics"
    return {"calendar_event_id": event.pk, "invited_id": row.pk, "calendar_feed_id": feed.feed.pk}
