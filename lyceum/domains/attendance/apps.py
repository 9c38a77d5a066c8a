from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "lyceum.domains.attendance"
    label = "attendance"

    def ready(self) -> None:
        from lyceum.domains.attendance import merging, subscribers  # noqa: F401  # models are ready only now
