from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "lyceum.domains.tenancy"
    label = "tenancy"
