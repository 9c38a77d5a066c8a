from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "lyceum.domains.calendars"
    label = "calendars"

    def ready(self) -> None:
        from lyceum.domains.calendars import merging, sources  # noqa: F401  # models are ready only now
