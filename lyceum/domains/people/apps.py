from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "lyceum.domains.people"
    label = "people"
