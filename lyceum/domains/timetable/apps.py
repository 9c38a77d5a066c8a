from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "lyceum.domains.timetable"
    label = "timetable"
