"""GraphQL door of certificates: whether one is good."""

from datetime import datetime

import strawberry

from lyceum.core.graphql import Info
from lyceum.domains.learning.certificate_queries import school_of_code, verify_code


@strawberry.type(description="What anybody learns about a certificate. The name is null unless its owner shows it.")
class VerifiedCertificate:
    code: str
    status: str
    signature_is_valid: bool
    course: str
    school: str
    serial: int
    issued_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    reason_code: str
    superseded_by: str | None
    name: str | None


@strawberry.type
class Query:
    @strawberry.field
    def verify_certificate(self, info: Info, code: str) -> VerifiedCertificate:
        """What the certificate of a code is worth now."""
        del info
        with school_of_code(code):
            found = verify_code(code)
        row = found.certificate
        return VerifiedCertificate(
            code=row.code,
            status=found.status,
            signature_is_valid=found.signature_is_valid,
            course=row.course_name,
            school=row.issuer_name,
            serial=row.serial,
            issued_at=row.issued_at,
            valid_until=row.valid_until,
            revoked_at=row.revoked_at,
            reason_code=row.reason_code,
            superseded_by=found.successor or None,
            name=found.shown_name or None,
        )
