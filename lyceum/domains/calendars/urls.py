"""Pages."""

from django.urls import path

from lyceum.domains.calendars.views import agenda, attendance, events, feeds

urlpatterns = [
    path("calendar/", agenda.calendar_page, name="calendar"),
    path("calendar/subscribe/", feeds.subscribe_page, name="calendar-subscribe"),
    path("feeds/<str:calendar_feed_token>", feeds.feed, name="calendar-feed"),
    path("calendar/events/", events.events_page, name="events"),
    path("calendar/events/new/", events.new_event_page, name="event-new"),
    path("calendar/events/<uuid:calendar_event_id>/", events.event_page, name="event"),
    path("calendar/events/<uuid:calendar_event_id>/edit/", events.edit_event_page, name="event-edit"),
    path("calendar/events/<uuid:calendar_event_id>/attendance/", attendance.attendance_page, name="event-attendance"),
]
