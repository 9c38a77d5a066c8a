"""What admissions tell the rest of the system: ids and codes, and nothing before families may know it."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class ApplicationFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about an application says."""

    topic: ClassVar[str] = "admissions"
    is_live: ClassVar[bool] = True
    application: UUID

    def subject(self) -> str:
        return str(self.application)

    def live_topics(self) -> tuple[str, ...]:
        return (f"application:{self.application}",)


class ApplicationSubmitted(ApplicationFact, frozen=True, kw_only=True):
    """A whole application came in."""

    type: ClassVar[str] = "admissions.submitted"
    student: UUID
    intake: UUID


class StepChanged(ApplicationFact, frozen=True, kw_only=True):
    """A step of the selection is at another status."""

    type: ClassVar[str] = "admissions.step_changed"
    step: UUID
    status: str


class DocumentRejected(ApplicationFact, frozen=True, kw_only=True):
    """A document has to be handed in anew."""

    type: ClassVar[str] = "admissions.document_rejected"
    document: UUID


class ApplicationApproved(ApplicationFact, frozen=True, kw_only=True):
    """The applicant is approved, and may know it."""

    type: ClassVar[str] = "admissions.approved"
    student: UUID
    intake: UUID


class PlaceOffered(ApplicationFact, frozen=True, kw_only=True):
    """A place is offered to a family."""

    type: ClassVar[str] = "admissions.offered"
    offer: UUID
    expires_at: datetime


class ApplicationWaitlisted(ApplicationFact, frozen=True, kw_only=True):
    """The applicant is on the waiting list."""

    type: ClassVar[str] = "admissions.waitlisted"


class ApplicationRejected(ApplicationFact, frozen=True, kw_only=True):
    """The applicant gets no place."""

    type: ClassVar[str] = "admissions.rejected"
    reason_code: str


class OfferAnswered(ApplicationFact, frozen=True, kw_only=True):
    """A family accepted or declined a place."""

    type: ClassVar[str] = "admissions.offer_answered"
    offer: UUID
    answer: str


class OfferExpired(ApplicationFact, frozen=True, kw_only=True):
    """A family did not answer in time."""

    type: ClassVar[str] = "admissions.offer_expired"
    offer: UUID


class ApplicationWithdrawn(ApplicationFact, frozen=True, kw_only=True):
    """Nobody wants the place any more."""

    type: ClassVar[str] = "admissions.withdrawn"


class StudentAdmitted(ApplicationFact, frozen=True, kw_only=True):
    """An applicant became a student of a year group."""

    type: ClassVar[str] = "admissions.student_admitted"
    student: UUID
    enrolment: UUID
    source: str = "application"
