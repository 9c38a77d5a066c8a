"""Reading certificates: people their own, the office all, a stranger the one whose code they hold."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.core.schools import crossing_to, entered, find_current_school, set_school
from lyceum.domains.learning.certificate_policies import family_certificates, visible_certificates
from lyceum.domains.learning.models import Certificate, Course, IssuerKey, PublishedCertificate
from lyceum.domains.learning.rules.certificates.credentials import (
    Json,
    achievement_at,
    achievement_of,
    profile_of,
    status_list_of,
)
from lyceum.domains.learning.rules.certificates.issuing import list_waiting
from lyceum.domains.learning.rules.certificates.keys import private_key, sign, signed_by
from lyceum.domains.learning.rules.certificates.refusals import SigningKeyUnreadableError
from lyceum.domains.tenancy.queries import find_school_name

_WITH = ("key", "completion__course", "completion__enrolment", "completion__student__person", "superseded_by")


def list_certificates(actor: Actor, *, text: str = "", status: str = "") -> QuerySet[Certificate]:
    """The certificates of the learners whom the actor sees."""
    actor.require(Permission.LEARNERS_VIEW)
    rows = _visible(actor)
    if text:
        rows = rows.filter(Q(recipient_name__icontains=text) | Q(course_name__icontains=text) | Q(code=_bare(text)))
    return rows.filter(status=status) if status else rows


def _visible(actor: Actor) -> QuerySet[Certificate]:
    return Certificate.objects.filter(visible_certificates(actor)).select_related(*_WITH)


def list_own_certificates(actor: Actor) -> QuerySet[Certificate]:
    """One's own and one's children's, the newest first. For people: software has none of its own."""
    if actor.user_id is None:
        raise NotFoundError(_("You have no student record here."))
    rows = Certificate.objects.filter(family_certificates(actor)).select_related(*_WITH)
    return rows.order_by("-issued_at", "-serial")


def get_certificate(certificate_id: UUID, *, actor: Actor) -> Certificate:
    """One certificate that the actor may see."""
    found = _visible(actor).filter(pk=certificate_id).first()
    if found is None:
        raise NotFoundError
    return found


def get_issuing_state(actor: Actor) -> "IssuingState":
    """What waits for a certificate, and why, for those who decide about them."""
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    key = IssuerKey.objects.filter(status=IssuerKey.Status.ACTIVE).first()
    obstacle = ""
    if key:
        try:
            private_key(key)
        except SigningKeyUnreadableError as error:
            obstacle = error.detail
    return IssuingState(waiting=list_waiting().count(), obstacle=obstacle)


@dataclass(frozen=True)
class IssuingState:
    """Whether issuing goes on."""

    waiting: int
    obstacle: str
    """Why nothing can be signed; empty where it can."""


@dataclass(frozen=True)
class Verified:
    """What a stranger learns about a certificate."""

    certificate: Certificate
    status: str
    """valid, expired, revoked, superseded, or not_genuine where the signature does not hold."""
    signature_is_valid: bool

    @property
    def shown_name(self) -> str:
        """The name, where its owner made it public."""
        return self.certificate.recipient_name if self.certificate.name_is_public else ""

    @property
    def successor(self) -> str:
        """The code of the certificate that replaced it."""
        return self.certificate.superseded_by.code if self.certificate.superseded_by else ""

    @property
    def issued_at(self) -> datetime:
        """When it was issued."""
        return self.certificate.issued_at


@contextmanager
def school_of_reference(reference: str) -> Iterator[None]:
    """Inside the school that published something: a certificate's code, a key, an issuer, a course."""
    rows = PublishedCertificate.objects.filter(reference=reference) if _is_plain(reference) else ()
    school_id = next((row.school_id for row in rows), None)
    if school_id is None:
        raise NotFoundError(_("There is nothing with this code. Compare it with the paper, letter by letter."))
    if find_current_school() is not None or not connection.in_atomic_block:
        with crossing_to(school_id):
            yield
        return
    set_school(school_id)  # a stranger's request is in no school: its transaction goes on in this one
    with entered(school_id):
        yield


def school_of_code(code: str) -> AbstractContextManager[None]:
    """Inside the school that issued the certificate of a code."""
    return school_of_reference(_bare(code))


def verify_code(code: str) -> Verified:
    """The certificate of that code, its signature checked now. Call it in the school of the code."""
    rows = Certificate.objects.select_related("key", "superseded_by", "school").filter(code=_bare(code))
    certificate = rows.first()
    if certificate is None:
        raise NotFoundError
    return verified(certificate)


def verified(certificate: Certificate) -> Verified:
    """What a certificate is worth now."""
    payload = signed_by(certificate.credential, certificate.key.public_jwk)
    genuine = payload is not None and _says_the_same(payload, certificate)
    status = str(certificate.status)
    if not genuine:
        status = "not_genuine"
    elif status == Certificate.Status.ISSUED:
        status = "expired" if certificate.is_expired else "valid"
    return Verified(certificate, status, genuine)


def _says_the_same(payload: Json, certificate: Certificate) -> bool:
    """Whether what was signed is what the school's record shows: a changed row is found out as a changed token is."""
    subject = payload.get("credentialSubject") or {}
    return (
        str(payload.get("jti", "")).endswith(f"/verify/{certificate.code}/")
        and (subject.get("achievement") or {}).get("name") == certificate.course_name
        and payload.get("nbf") == int(certificate.issued_at.timestamp())
        and payload.get("exp") == (int(certificate.valid_until.timestamp()) if certificate.valid_until else None)
    )


def read_key(kid: str) -> dict[str, Any]:
    """A public key, as a JWK. Retired keys answer for ever."""
    jwk: dict[str, Any] = _key(kid=kid).public_jwk
    return jwk


def read_issuer(issuer: str) -> Json:
    """The issuer's profile."""
    key = _key(issuer=issuer)
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        **profile_of(key, name=find_school_name()),
    }


def read_status_list(kid: str) -> str:
    """The signed list of what a key signed and is no longer good."""
    key = _key(kid=kid)
    gone = Certificate.objects.filter(status_list=key.status_list).exclude(status=Certificate.Status.ISSUED)
    distrusted = key.status == IssuerKey.Status.COMPROMISED
    said = status_list_of(key, gone.values_list("status_index", flat=True), everything=distrusted)
    try:
        return sign(said, key)
    except SigningKeyUnreadableError:
        active = IssuerKey.objects.filter(status=IssuerKey.Status.ACTIVE).exclude(pk=key.pk).first()
        if active is None:
            raise
        return sign(said, active)


def read_achievement(course_id: UUID, *, asked_at: str) -> Json:
    """What a course certifies, under the address at which it was asked for where the school ever had that one."""
    course = Course.objects.filter(pk=course_id).first()
    bases = list(IssuerKey.objects.order_by("-created_at").values_list("base_url", flat=True))
    if course is None or not bases:
        raise NotFoundError
    base = asked_at if asked_at in bases else bases[0]
    return {
        "@context": ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        **achievement_of(course, address=achievement_at(base, course.pk)),
    }


def _key(**which: str) -> IssuerKey:
    key = IssuerKey.objects.filter(**which).order_by("created_at").first()
    if key is None:
        raise NotFoundError
    return key


def _bare(code: str) -> str:
    """A code as it is kept: people type it from paper with dashes and in small letters."""
    return code.replace("-", "").replace(" ", "").upper()


def _is_plain(reference: str) -> bool:
    return reference.isascii() and reference.isprintable() and 1 <= len(reference) <= 64
