from django.apps import AppConfig


class AcademicsConfig(AppConfig):
    name = "lyceum.domains.academics"
    label = "academics"

    def ready(self) -> None:
        from lyceum.domains.academics import merging, policies, subscribers  # noqa: F401  # models are ready only now
