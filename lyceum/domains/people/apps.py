from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "lyceum.domains.people"
    label = "people"

    def ready(self) -> None:
        from lyceum.domains.people import merging, subscribers, texts  # noqa: F401  # models are ready only now
