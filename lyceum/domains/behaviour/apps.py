from django.apps import AppConfig


class BehaviourConfig(AppConfig):
    name = "lyceum.domains.behaviour"
    label = "behaviour"

    def ready(self) -> None:
        from lyceum.domains.behaviour import (  # noqa: F401  # models are ready only now
            agenda,
            detention_queue,
            detention_subscribers,
            merging,
            subscribers,
        )
