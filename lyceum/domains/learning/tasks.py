"""What learning does by the clock."""

from lyceum.domains.learning import certificate_tasks  # noqa: F401  # found through this module
