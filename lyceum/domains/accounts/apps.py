from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lyceum.domains.accounts"
    label = "accounts"
