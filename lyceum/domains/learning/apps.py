from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "lyceum.domains.learning"
    label = "learning"

    def ready(self) -> None:
        from lyceum.domains.learning import merging  # noqa: F401  # models are ready only now
        from lyceum.domains.learning import assignment_merging, assignment_subscribers  # noqa: F401  # models are ready only now
        from lyceum.domains.learning import certificate_subscribers  # noqa: F401  # models are ready only now
        from lyceum.domains.learning import agenda  # noqa: F401  # models are ready only now
