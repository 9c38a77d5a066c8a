from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "lyceum.domains.notifications"
    label = "notifications"
