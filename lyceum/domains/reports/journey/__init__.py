"""The way from visitor to alumnus: ten steps, each read from what happened, none of them ever set."""

from lyceum.domains.reports.journey.reading import Journey, read_journey
from lyceum.domains.reports.journey.steps import Act, Shown

__all__ = ["Act", "Journey", "Shown", "read_journey"]
