from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "lyceum.domains.exchange"
    label = "exchange"
