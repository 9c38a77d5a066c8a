"""Certificates over REST: one's own, the office's, and what a stranger may ask."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema

from lyceum.core.etags import Shown, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.learning.certificate_answers import (
    BADGE_KINDS,
    KEPT_FOR,
    answer_badge,
    answer_credential,
    answer_pdf,
)
from lyceum.domains.learning.certificate_queries import (
    Verified,
    get_certificate,
    list_certificates,
    list_own_certificates,
    school_of_code,
    verified,
    verify_code,
)
from lyceum.domains.learning.models import Certificate
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rules.certificates.credentials import verification_address
from lyceum.domains.learning.rules.certificates.identity import set_email_hash
from lyceum.domains.learning.rules.certificates.issuing import LONGEST_NAME, reissue_certificate
from lyceum.domains.learning.rules.certificates.names import matches_name, set_name_visibility
from lyceum.domains.learning.rules.certificates.revoking import LONGEST_REASON, revoke_certificate

ReasonCode = Literal["issued_in_error", "misconduct", "completion_reversed", "asked_by_owner", "other"]
VerifiedStatus = Literal["valid", "expired", "revoked", "superseded", "not_genuine"]
_ONE = "certificates/{uuid:certificate_id}/"


class CertificateOut(Schema):
    """A certificate, for its owner, their family and the office."""

    id: UUID
    code: str
    serial: int
    recipient_name: str
    student_id: UUID
    course_id: UUID
    course_name: str
    issuer_name: str
    issued_at: datetime
    valid_until: datetime | None
    status: VerifiedStatus
    reason_code: str = Field(description="Why it was revoked or replaced; empty while it is good.")
    revoked_at: datetime | None
    superseded_by: UUID | None
    name_is_public: bool
    email_is_hashed: bool = Field(description="Whether programs can compare its owner's e-mail with the credential.")
    verification_url: str
    key_is_compromised: bool = Field(description="Whether it waits to be signed anew.")


class VerifiedOut(Schema):
    """What a stranger learns. `name` is null unless its owner made it public."""

    code: str
    status: VerifiedStatus
    signature_is_valid: bool
    course: str
    school: str
    serial: int
    issued_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    reason_code: str
    superseded_by: str | None = Field(description="The code of the certificate that replaced it.")
    name: str | None


class CertificateNameIn(Strict):
    """A name to compare with the one on the certificate."""

    name: str = Field(max_length=LONGEST_NAME)


class CertificateNameOut(Schema):
    """Whether it is the same, accents and case left aside."""

    matches: bool


class CertificateRevokeIn(Strict):
    """Why: a code that strangers see, and words that stay in the school."""

    reason_code: ReasonCode
    reason: str = Field("", max_length=LONGEST_REASON)


class CertificateReissueIn(Strict):
    """The corrected name; left out: the student's name as it is now."""

    recipient_name: str | None = Field(None, max_length=LONGEST_NAME)


@router.get("students/me/certificates/", response=list[CertificateOut], operation_id="listMyCertificates")
def mine(request: HttpRequest) -> list[dict[str, Any]]:
    """One's own certificates, and those of the children for whom one answers; the newest first."""
    return [shape(row) for row in list_own_certificates(actor_of(request))]


@router.get("certificates/", response=ListOf[CertificateOut], operation_id="listCertificates")
def certificates(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The certificates of the learners whom the caller sees, the newest first."""
    rows = list_certificates(actor_of(request))
    page = page_of(rows, order=("-serial", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [shape(row) for row in page.rows])


@router.get(
    "certificates/verify/{certificate_code}/", response=VerifiedOut, operation_id="verifyCertificate", auth=None
)
def verify(request: HttpRequest, response: HttpResponse, certificate_code: str) -> dict[str, Any]:
    """What the certificate of a code is worth now. Open to everybody; who asks makes no difference."""
    del request
    with school_of_code(certificate_code):
        found = verify_code(certificate_code)
    response["Cache-Control"] = KEPT_FOR
    return verified_shape(found)


@router.post(
    "certificates/verify/{certificate_code}/name/",
    response=CertificateNameOut,
    operation_id="checkCertificateName",
    auth=None,
)
def check_name(request: HttpRequest, certificate_code: str, body: CertificateNameIn) -> dict[str, bool]:
    """Whether a name is the one on the certificate: five tries an hour from one address."""
    with school_of_code(certificate_code):
        certificate = verify_code(certificate_code).certificate
        return {"matches": matches_name(certificate, body.name, address=actor_of(request).ip)}


@router.get(_ONE, response=CertificateOut, operation_id="getCertificate")
def one(request: HttpRequest, response: HttpResponse, certificate_id: UUID) -> Shown | HttpResponse:
    """One certificate."""
    return with_etag(request, response, shape(get_certificate(certificate_id, actor=actor_of(request))))


@router.post(f"{_ONE}revoke/", response=CertificateOut, operation_id="revokeCertificate")
def revoke(request: HttpRequest, certificate_id: UUID, body: CertificateRevokeIn) -> dict[str, Any]:
    """Take a certificate back. Its page says so at once."""
    actor = actor_of(request)
    revoke_certificate(certificate_id, reason_code=body.reason_code, reason=body.reason, actor=actor)
    return shape(get_certificate(certificate_id, actor=actor))


@router.post(f"{_ONE}reissue/", response={201: CertificateOut}, operation_id="reissueCertificate")
def reissue(
    request: HttpRequest, response: HttpResponse, certificate_id: UUID, body: CertificateReissueIn
) -> dict[str, Any]:
    """Replace a certificate by a new one; the old one leads to it."""
    actor = actor_of(request)
    new = reissue_certificate(certificate_id, recipient_name=body.recipient_name, actor=actor)
    response.status_code = 201
    response["Location"] = f"/api/v1/certificates/{new.pk}/"
    return shape(get_certificate(new.pk, actor=actor))


@router.post(f"{_ONE}show-name/", response=CertificateOut, operation_id="showCertificateName")
def show_name(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    """Let whoever holds the code see the name. Under 18 the guardian decides."""
    return _set_name(request, certificate_id, is_public=True)


@router.post(f"{_ONE}hide-name/", response=CertificateOut, operation_id="hideCertificateName")
def hide_name(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    """Show the name to strangers no longer."""
    return _set_name(request, certificate_id, is_public=False)


@router.post(f"{_ONE}hash-email/", response=CertificateOut, operation_id="hashCertificateEmail")
def hash_email(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    """Put the owner's e-mail address into the credential, as a salted hash. For its owner, from 18 on."""
    return _set_email(request, certificate_id, agreed=True)


@router.post(f"{_ONE}forget-email/", response=CertificateOut, operation_id="forgetCertificateEmail")
def forget_email(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    """Take it out again."""
    return _set_email(request, certificate_id, agreed=False)


def _set_email(request: HttpRequest, certificate_id: UUID, *, agreed: bool) -> dict[str, Any]:
    actor = actor_of(request)
    set_email_hash(certificate_id, agreed=agreed, actor=actor)
    return shape(get_certificate(certificate_id, actor=actor))


def _set_name(request: HttpRequest, certificate_id: UUID, *, is_public: bool) -> dict[str, Any]:
    actor = actor_of(request)
    set_name_visibility(certificate_id, is_public=is_public, actor=actor)
    return shape(get_certificate(certificate_id, actor=actor))


def _file_of(kind: str) -> dict[str, Any]:
    return {"responses": {200: {"description": "OK", "content": {kind: {"schema": {"type": "string"}}}}}}


@router.get(f"{_ONE}pdf/", operation_id="getCertificatePdf", openapi_extra=_file_of("application/pdf"))
def pdf(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The certificate on paper, as PDF."""
    return answer_pdf(get_certificate(certificate_id, actor=actor_of(request)))


@router.get(f"{_ONE}badge.png", operation_id="getCertificateBadgePng", openapi_extra=_file_of(BADGE_KINDS["png"]))
def badge_png(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The badge as a picture that carries the credential."""
    return answer_badge(get_certificate(certificate_id, actor=actor_of(request)), kind="png")


@router.get(f"{_ONE}badge.svg", operation_id="getCertificateBadgeSvg", openapi_extra=_file_of(BADGE_KINDS["svg"]))
def badge_svg(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The badge as a drawing that carries the credential."""
    return answer_badge(get_certificate(certificate_id, actor=actor_of(request)), kind="svg")


@router.get(f"{_ONE}credential/", operation_id="getCertificateCredential", openapi_extra=_file_of("application/vc+jwt"))
def credential(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The Open Badges credential itself, as a compact JWS."""
    return answer_credential(get_certificate(certificate_id, actor=actor_of(request)))


def shape(row: Certificate) -> dict[str, Any]:
    """A certificate as its owner sees it."""
    names = ("code", "serial", "recipient_name", "course_name", "issuer_name", "issued_at", "valid_until")
    more = ("reason_code", "revoked_at", "name_is_public", "email_is_hashed")
    return {name: getattr(row, name) for name in (*names, *more)} | {
        "id": row.pk,
        "student_id": row.completion.student_id,
        "course_id": row.completion.course_id,
        "status": verified(row).status,
        "superseded_by": row.superseded_by_id,
        "verification_url": verification_address(row, row.key),
        "key_is_compromised": row.key.status == "compromised",
    }


def verified_shape(found: Verified) -> dict[str, Any]:
    """A certificate as a stranger sees it."""
    row = found.certificate
    return {
        "code": row.code,
        "status": found.status,
        "signature_is_valid": found.signature_is_valid,
        "course": row.course_name,
        "school": row.issuer_name,
        "serial": row.serial,
        "issued_at": row.issued_at,
        "valid_until": row.valid_until,
        "revoked_at": row.revoked_at,
        "reason_code": row.reason_code,
        "superseded_by": found.successor or None,
        "name": found.shown_name or None,
    }
