"""Saying who came to an event."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.calendars.models import EventAttendance
from lyceum.domains.calendars.queries import get_kept_event, list_attendance
from lyceum.domains.calendars.rules.attendance import Seen, record_event_attendance
from lyceum.domains.calendars.words import when_in_words


@require_http_methods(["GET", "POST"])
def attendance_page(request: HttpRequest, calendar_event_id: UUID) -> HttpResponse:
    """The list of who takes part: all here in one go, or each by themselves."""
    actor = actor_of(request)
    event = get_kept_event(calendar_event_id, actor=actor)

    def context() -> dict[str, Any]:
        rows = list_attendance(calendar_event_id, actor=actor)
        return {
            "event": event,
            "when": when_in_words(event),
            "rows": rows,
            "states": EventAttendance.State.choices,
            "open": sum(said is None for _student, said in rows),
        }

    def act() -> Done:
        post = request.POST
        given = {name[2:]: state for name, state in post.items() if name.startswith("s-") and isinstance(state, str)}
        rest = post.get("rest", "")
        wanted: dict[UUID, str] = {}
        for student, said in list_attendance(calendar_event_id, actor=actor):
            state = given.get(str(student.pk), "") or ("" if said else rest)
            if state:
                wanted[student.pk] = state
        seen = [Seen(student, state) for student, state in wanted.items()]
        record_event_attendance(calendar_event_id, seen=seen, actor=actor)
        return Done(f"/calendar/events/{calendar_event_id}/attendance/", Toast(gettext("Saved.")))

    return submitted(request, "calendars/attendance.html", context, act)
