from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "lyceum.domains.exchange"
    label = "exchange"

    def ready(self) -> None:
        from lyceum.domains.exchange import merging  # noqa: F401  # models are ready only now
