"""Taking certificates back, and keys that somebody else may have."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.certificate_facts import CertificateRevoked
from lyceum.domains.learning.models import Certificate, IssuerKey
from lyceum.domains.learning.rules.certificates.issuing import get_for_decision, sign_anew
from lyceum.domains.learning.rules.certificates.keys import rotate_key
from lyceum.domains.learning.rules.certificates.refusals import NotIssuedError, ReasonCodeError

LONGEST_REASON = 500
REASONS = {
    "issued_in_error": gettext_lazy("issued in error"),
    "misconduct": gettext_lazy("the course was not completed honestly"),
    "completion_reversed": gettext_lazy("the completion was taken back"),
    "asked_by_owner": gettext_lazy("its owner asked for it"),
    "other": gettext_lazy("another reason"),
}
"""What a stranger may be told; the words that the office writes beside it stay in the school."""
GIVEN_REASONS = tuple(REASONS)


@transaction.atomic
def revoke_certificate(certificate_id: UUID, *, reason_code: str, reason: str = "", actor: Actor) -> Certificate:
    """Take a certificate back: the page says so at once, the status list at its next reading."""
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    certificate = get_for_decision(certificate_id)
    if reason_code not in REASONS:
        words = _("Choose one of: %(codes)s.") % {"codes": ", ".join(REASONS)}
        raise ReasonCodeError(words, errors=[FieldError("/reason_code", "reason_code", words)])
    reason = tidy(reason)
    if len(reason) > LONGEST_REASON:
        raise invalid_field("/reason", "length", _("Give at most %(n)s letters.") % {"n": LONGEST_REASON})
    if certificate.status != Certificate.Status.ISSUED:
        raise NotIssuedError(_("This certificate was revoked or replaced already."), status=certificate.status)
    _revoke(certificate, reason_code=reason_code, reason=reason, actor=actor)
    return certificate


@transaction.atomic
def revoke_for_completion(completion_id: UUID, *, reason: str, actor: Actor) -> Certificate | None:
    """Take back the certificate of a completion that is taken back, in the same transaction. None where it has none."""
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    rows = Certificate.objects.select_for_update().filter(completion=completion_id)
    certificate = rows.filter(status=Certificate.Status.ISSUED).first()
    if certificate:
        _revoke(certificate, reason_code="completion_reversed", reason=tidy(reason)[:LONGEST_REASON], actor=actor)
    return certificate


def _revoke(certificate: Certificate, *, reason_code: str, reason: str, actor: Actor) -> None:
    certificate.status, certificate.revoked_at = Certificate.Status.REVOKED, clock.now()
    certificate.revoked_by, certificate.reason_code, certificate.reason = actor.user_id, reason_code, reason
    certificate.save(update_fields=["status", "revoked_at", "revoked_by", "reason_code", "reason", "updated_at"])
    fact = CertificateRevoked(
        certificate=certificate.pk, completion=certificate.completion_id, reason=certificate.reason_code
    )
    changes = {"status": ["issued", "revoked"], "reason_code": ["", reason_code]}
    target = Target.of(certificate)
    record("learning.certificate.revoke", target=target, changes=changes, reason=reason, facts=[fact], actor=actor)


@transaction.atomic
def distrust_key(kid: str, *, actor: Actor) -> int:
    """Somebody else may have the key: all that it signed is signed anew, and nothing it says counts any more.

    Returns how many certificates were signed anew.
    """
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    key = IssuerKey.objects.select_for_update().filter(kid=kid).first()
    if key is None:
        raise NotFoundError(_("There is no such key."))
    if key.status == IssuerKey.Status.ACTIVE:
        rotate_key(actor=actor)
    was = key.status
    key.status, key.retired_at = IssuerKey.Status.COMPROMISED, key.retired_at or clock.now()
    key.save(update_fields=["status", "retired_at", "updated_at"])
    changes = {"status": [was, key.status]}
    record("learning.certificate.distrust_key", target=Target.of(key), changes=changes, actor=actor)
    return sign_anew(key, actor=actor)
