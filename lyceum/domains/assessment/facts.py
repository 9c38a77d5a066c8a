"""What gradebooks tell the rest of the system: ids, never scores."""

from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class CellsSaved(FactPayload, frozen=True, kw_only=True):
    """Somebody wrote into a gradebook."""

    type: ClassVar[str] = "assessment.cells_saved"
    topic: ClassVar[str] = "exams"
    gradebook: UUID
    columns: list[UUID]
    students: list[UUID]

    def subject(self) -> str:
        return str(self.gradebook)
