"""What assignments tell the rest of the system: ids and times, never texts or marks."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class AssignmentPublished(FactPayload, frozen=True, kw_only=True):
    """Work was set: every learner of its audience has it from now on."""

    type: ClassVar[str] = "learning.assignment_published"
    topic: ClassVar[str] = "learning"
    assignment: UUID
    classes: list[UUID]
    schedule: UUID | None
    due_at: datetime

    def subject(self) -> str:
        return str(self.assignment)


class SubmissionFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about one learner's work says."""

    topic: ClassVar[str] = "learning"
    is_live: ClassVar[bool] = True
    submission: UUID
    assignment: UUID
    student: UUID

    def subject(self) -> str:
        return str(self.submission)

    def live_topics(self) -> tuple[str, ...]:
        return (f"submissions:{self.assignment}",)


class SubmissionSubmitted(SubmissionFact, frozen=True, kw_only=True):
    """A learner handed in."""

    type: ClassVar[str] = "learning.submission_submitted"
    attempt: UUID
    is_late: bool


class SubmissionGraded(SubmissionFact, frozen=True, kw_only=True):
    """Work was marked, or its mark was let out, or what counts beside the mark changed."""

    type: ClassVar[str] = "learning.submission_graded"
    attempts: list[UUID]
    """Every attempt: a gradebook reads grade and minutes late of each."""
    released: bool
    """Whether the family may know."""


class SubmissionReassigned(SubmissionFact, frozen=True, kw_only=True):
    """Work went back to be done again."""

    type: ClassVar[str] = "learning.submission_reassigned"


class SubmissionAccepted(SubmissionFact, frozen=True, kw_only=True):
    """Work was accepted; or, where `accepted` is false, that was taken back."""

    type: ClassVar[str] = "learning.submission_accepted"
    schedule: UUID | None
    accepted: bool
