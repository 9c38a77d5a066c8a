"""Events and the agenda."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lyceum.domains.calendars.models import Event

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {"calendar-feed": "a file"}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    full = Event.objects.get(title="Chess club tournament").pk
    past = Event.objects.get(title="Coding workshop").pk
    for role in ("head", "teacher", "guardian", "student"):
        samples.add("calendar", role, "/calendar/")
    samples.add("calendar", "guardian", "/calendar/?view=month", "a month")
    samples.add("calendar-subscribe", "guardian", "/calendar/subscribe/")
    for name, path in {
        "events": "/calendar/events/",
        "event-new": "/calendar/events/new/",
        "event": f"/calendar/events/{full}/",
        "event-edit": f"/calendar/events/{full}/edit/",
        "event-attendance": f"/calendar/events/{past}/attendance/",
    }.items():
        samples.add(name, "head", path)
    samples.add("event", "guardian", f"/calendar/events/{full}/")
    samples.add("event", "student", f"/calendar/events/{Event.objects.get(title='Open day').pk}/", "public")
