from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lyceum.domains.accounts"
    label = "accounts"

    def ready(self) -> None:
        from lyceum.domains.accounts import subscribers  # noqa: F401  # models are ready only now
