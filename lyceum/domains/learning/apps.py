from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "lyceum.domains.learning"
    label = "learning"

    def ready(self) -> None:
        from lyceum.domains.learning import (  # noqa: F401  # models are ready only now
            agenda,  # models are ready only now
            assignment_merging,
            assignment_subscribers,
            certificate_subscribers,  # models are ready only now
            merging,  # models are ready only now
            outside_subscribers,
            paid_subscribers,
        )
