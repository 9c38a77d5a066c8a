from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "lyceum.domains.assessment"
    label = "assessment"

    def ready(self) -> None:
        from lyceum.domains.assessment import (  # noqa: F401  # models are ready only now
            beside,
            merging,
        )
        from lyceum.domains.assessment.rules import rollovers  # noqa: F401  # models are ready only now
