from django.apps import AppConfig


class BehaviourConfig(AppConfig):
    name = "lyceum.domains.behaviour"
    label = "behaviour"

    def ready(self) -> None:
        from lyceum.domains.behaviour import detention_queue, detention_subscribers, subscribers  # noqa: F401  # models are ready only now
