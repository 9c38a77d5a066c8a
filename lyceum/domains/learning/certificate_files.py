"""Checking a file that somebody holds: a badge or a bare credential of this school."""

from typing import Any

import jwt
from django.utils.translation import gettext as _

from lyceum.domains.learning.certificate_queries import Verified, verified
from lyceum.domains.learning.models import Certificate, IssuerKey
from lyceum.domains.learning.rules.certificates.files import find_credential
from lyceum.domains.learning.rules.certificates.keys import signed_by
from lyceum.domains.learning.rules.certificates.refusals import CertificateNotGenuineError, CertificateUnreadableError


def verify_file(content: bytes) -> Verified:
    """The certificate in a file and what it is worth. Refuses what holds none, or one that was altered."""
    token = find_credential(content)
    kid = _kid_of(token)
    if not kid:
        raise CertificateUnreadableError(_("This file holds no credential: give a badge (PNG, SVG) or the credential."))
    key = IssuerKey.objects.filter(kid=kid).first()
    if key is None:
        raise CertificateUnreadableError(_("This credential was signed by another school, or by nobody."))
    payload = signed_by(token, key.public_jwk)
    if payload is None:
        raise CertificateNotGenuineError(
            _("The signature does not hold: this is not what the school signed. Somebody altered it, or it is damaged.")
        )
    if key.status == IssuerKey.Status.COMPROMISED:
        raise CertificateNotGenuineError(
            _("The key that signed this is trusted no longer. Ask its owner for the badge that was signed anew.")
        )
    certificate = _certificate_of(payload)
    return verified(certificate)


def _kid_of(token: str) -> str:
    try:
        return str(jwt.get_unverified_header(token).get("kid", "")).rpartition("/")[2]
    except (jwt.PyJWTError, ValueError):
        return ""


def _certificate_of(payload: dict[str, Any]) -> Certificate:
    code = str(payload.get("jti", "")).rstrip("/").rpartition("/")[2]
    found = Certificate.objects.select_related("key", "superseded_by").filter(code=code).first()
    if found is None:
        raise CertificateUnreadableError(_("The school has no record of this certificate."))
    return found
