"""What certificates tell the rest of the system: ids and coded reasons."""

from typing import ClassVar
from uuid import UUID

from lyceum.domains.journal.facts import FactPayload


class CertificateFact(FactPayload, frozen=True, kw_only=True):
    """What every fact about a certificate says."""

    topic: ClassVar[str] = "learning"
    certificate: UUID
    completion: UUID

    def subject(self) -> str:
        return str(self.certificate)


class CertificateIssued(CertificateFact, frozen=True, kw_only=True):
    """A certificate was signed for somebody who completed a course."""

    type: ClassVar[str] = "learning.certificate.issued"


class CertificateRevoked(CertificateFact, frozen=True, kw_only=True):
    """A certificate is no longer good."""

    type: ClassVar[str] = "learning.certificate.revoked"
    reason: str
    """The reason's code."""
