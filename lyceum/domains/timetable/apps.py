from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "lyceum.domains.timetable"
    label = "timetable"

    def ready(self) -> None:
        from lyceum.domains.timetable import subscribers, texts  # noqa: F401  # models are ready only now
