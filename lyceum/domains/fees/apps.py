from django.apps import AppConfig


class FeesConfig(AppConfig):
    name = "lyceum.domains.fees"
    label = "fees"

    def ready(self) -> None:
        from lyceum.domains.fees import merging, subscribers  # noqa: F401  # models are ready only now
