"""Events and the agenda."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import EVERYBODY, About, Door
from tests.doors.world import Who

_p = Permission
NEW_EVENT = {"title": "Open day", "date": "2026-11-27", "location_id": None, "is_virtual": False}

STRANGERS = frozenset({Who.PUBLIC})
"""They have the public site's own page."""

REST: dict[str, Door] = {
    "listEvents": Door(_p.EVENTS_VIEW, any_key=True),
    "getEvent": Door(_p.EVENTS_VIEW, any_key=True),
    "createEvent": Door(_p.EVENTS_EDIT, body=NEW_EVENT),
    "replaceEvent": Door(_p.EVENTS_EDIT, About.WHOLE, body=NEW_EVENT),
    "changeEvent": Door(_p.EVENTS_EDIT, About.WHOLE, body={"title": "Feast"}),
    "deleteEvent": Door(_p.EVENTS_EDIT, About.WHOLE, body={"reason": "Storm"}),
    "publishEvent": Door(_p.EVENTS_EDIT, About.WHOLE),
    "cancelEvent": Door(_p.EVENTS_EDIT, About.WHOLE, body={"reason": "Storm"}),
    "registerForEvent": Door(_p.EVENTS_ANSWER, body={}),
    "answerEvent": Door(_p.EVENTS_ANSWER, body={"answer": "tentative"}),
    "withdrawFromEvent": Door(_p.EVENTS_ANSWER, body={}),
    "listOwnEvents": Door(_p.AGENDA_VIEW),
    "listEventInvitations": Door(_p.EVENTS_EDIT, About.WHOLE),
    "inviteToEvent": Door(_p.EVENTS_EDIT, About.WHOLE, body={"classes": ["{class}"]}),
    "takeEventInvitationBack": Door(_p.EVENTS_EDIT, About.WHOLE),
    "getEventAttendance": Door(_p.EVENTS_EDIT, About.WHOLE),
    "recordEventAttendance": Door(_p.EVENTS_EDIT, About.WHOLE, body={"attendance": []}),
    "listParticipation": Door(_p.STUDENTS_VIEW, About.STUDENT),
    "getAgenda": Door(_p.AGENDA_VIEW),
    "listCalendarFeeds": Door(_p.AGENDA_VIEW),
    "createCalendarFeed": Door(_p.AGENDA_VIEW, body={}),
    "revokeCalendarFeed": Door(frozenset({Who.STUDENT})),  # the student's own
}
PAGES: dict[str, Door] = {
    "GET calendar/": Door(_p.AGENDA_VIEW),
    "GET calendar/subscribe/": Door(_p.AGENDA_VIEW),
    "POST calendar/subscribe/": Door(_p.AGENDA_VIEW, body={"act": "make"}),
    "GET feeds/<str:calendar_feed_token>": Door(EVERYBODY),  # whoever has its address
    "GET calendar/events/": Door(_p.EVENTS_EDIT),
    "POST calendar/events/": Door(_p.EVENTS_EDIT, body={"export": "csv"}),
    "GET calendar/events/new/": Door(_p.EVENTS_EDIT),
    "POST calendar/events/new/": Door(_p.EVENTS_EDIT, body={"title": "Open day", "date": "2026-11-27"}),
    "GET calendar/events/<uuid:calendar_event_id>/": Door(
        _p.EVENTS_VIEW, but=frozenset({Who.PUBLIC})
    ),  # the website's own page is for strangers
    "POST calendar/events/<uuid:calendar_event_id>/": Door(_p.EVENTS_ANSWER, body={"act": "tentative"}),
    "GET calendar/events/<uuid:calendar_event_id>/edit/": Door(_p.EVENTS_EDIT),
    "POST calendar/events/<uuid:calendar_event_id>/edit/": Door(
        _p.EVENTS_EDIT, body={"title": "Feast", "date": "2026-11-27"}
    ),
    "GET calendar/events/<uuid:calendar_event_id>/attendance/": Door(_p.EVENTS_EDIT, About.WHOLE),
    "POST calendar/events/<uuid:calendar_event_id>/attendance/": Door(_p.EVENTS_EDIT, About.WHOLE, body={}),
}
