from django.apps import AppConfig


class AdmissionsConfig(AppConfig):
    name = "lyceum.domains.admissions"
    label = "admissions"
