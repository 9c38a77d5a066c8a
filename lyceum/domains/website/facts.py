"""What the public site tells the rest of the system: ids and states, never names or texts."""

from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class PagePublished(FactPayload, frozen=True, kw_only=True):
    """Strangers read another version of a page from now on."""

    type: ClassVar[str] = "website.page_published"
    topic: ClassVar[str] = "website"
    page: UUID

    def subject(self) -> str:
        return str(self.page)


class DomainChanged(FactPayload, frozen=True, kw_only=True):
    """A host name began or ceased to lead to the school."""

    type: ClassVar[str] = "website.domain_changed"
    topic: ClassVar[str] = "website"
    host: str
    state: str

    def subject(self) -> str:
        return self.host


class ReviewFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about a review says."""

    topic: ClassVar[str] = "website"
    review: UUID

    def subject(self) -> str:
        return str(self.review)


class ReviewReceived(ReviewFact, frozen=True, kw_only=True):
    """Somebody wrote a review; it waits for a decision."""

    type: ClassVar[str] = "website.review_received"


class ReviewDecided(ReviewFact, frozen=True, kw_only=True):
    """A review was published, rejected or hidden."""

    type: ClassVar[str] = "website.review_decided"
    state: str


class ContactFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about a message says."""

    topic: ClassVar[str] = "website"
    message: UUID

    def subject(self) -> str:
        return str(self.message)


class ContactReceived(ContactFact, frozen=True, kw_only=True):
    """Somebody wrote to the school; no fact tells of spam."""

    type: ClassVar[str] = "website.contact_received"


class ContactAnswered(ContactFact, frozen=True, kw_only=True):
    """The office answered."""

    type: ClassVar[str] = "website.contact_answered"


class AlumniPublished(FactPayload, frozen=True, kw_only=True):
    """An alumni profile is shown."""

    type: ClassVar[str] = "website.alumni_published"
    topic: ClassVar[str] = "website"
    profile: UUID
    student: UUID | None

    def subject(self) -> str:
        return str(self.profile)
