from django.apps import AppConfig


class BehaviourConfig(AppConfig):
    name = "lyceum.domains.behaviour"
    label = "behaviour"
