from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "lyceum.domains.calendars"
    label = "calendars"
