from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "lyceum.domains.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from lyceum.core.documents import take_letterhead_from  # models are there only now
        from lyceum.domains.tenancy.queries import school_letterhead

        take_letterhead_from(school_letterhead)
