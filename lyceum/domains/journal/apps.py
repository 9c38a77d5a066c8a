from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JournalConfig(AppConfig):
    name = "lyceum.domains.journal"
    label = "journal"

    def ready(self) -> None:
        # What may be told is known from the start, whoever tells it: the list is published.
        autodiscover_modules("facts", "assignment_facts", "certificate_facts", "detention_facts")
