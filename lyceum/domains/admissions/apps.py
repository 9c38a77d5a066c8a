from django.apps import AppConfig


class AdmissionsConfig(AppConfig):
    name = "lyceum.domains.admissions"
    label = "admissions"

    def ready(self) -> None:
        from lyceum.domains.admissions import agenda, merging, subscribers  # noqa: F401  # models are ready only now
