from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "lyceum.domains.journal"
    label = "journal"
