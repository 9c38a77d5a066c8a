from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "lyceum.domains.website"
    label = "website"

    def ready(self) -> None:
        from lyceum.domains.website import merging, subscribers  # noqa: F401  # models are ready only now
