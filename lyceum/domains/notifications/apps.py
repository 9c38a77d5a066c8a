from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "lyceum.domains.notifications"
    label = "notifications"

    def ready(self) -> None:
        from lyceum.domains.notifications import subscribers  # noqa: F401  # models are ready only now
