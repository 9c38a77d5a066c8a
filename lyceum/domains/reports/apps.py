from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "lyceum.domains.reports"
    label = "reports"
