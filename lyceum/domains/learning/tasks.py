"""What learning does by the clock."""

from lyceum.domains.learning import assignment_tasks  # noqa: F401  # found through this module
