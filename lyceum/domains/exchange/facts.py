"""What exchange tells the rest of the system."""

from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class _AboutRun(FactPayload, frozen=True, kw_only=True):
    run: UUID

    def subject(self) -> str:
        return str(self.run)


class ImportApplied(_AboutRun, frozen=True, kw_only=True):
    """A file was brought in."""

    type: ClassVar[str] = "exchange.import.applied"
    topic: ClassVar[str] = "exchange"
    kind: str
    counts: dict[str, dict[str, int]]


class ImportRolledBack(_AboutRun, frozen=True, kw_only=True):
    """An import was undone."""

    type: ClassVar[str] = "exchange.import.rolled_back"
    topic: ClassVar[str] = "exchange"
    undone: int
    kept: int
