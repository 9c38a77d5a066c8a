from django.apps import AppConfig


class AcademicsConfig(AppConfig):
    name = "lyceum.domains.academics"
    label = "academics"
