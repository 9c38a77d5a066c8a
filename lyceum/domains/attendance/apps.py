from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "lyceum.domains.attendance"
    label = "attendance"
