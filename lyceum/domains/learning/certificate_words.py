"""What states and reasons of certificates are called."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.domains.learning.rules.certificates.revoking import REASONS

STATUSES: Mapping[str, str | Promise] = {
    "valid": _("valid"),
    "expired": _("expired"),
    "revoked": _("revoked"),
    "superseded": _("replaced"),
    "not_genuine": _("not genuine"),
}
REASON_WORDS: Mapping[str, str | Promise] = {**REASONS, "replaced": _("it was issued anew")}
_TONES = {"valid": "present", "expired": "late", "superseded": "authorised"}


def tone_of(status: str) -> str:
    """The colour of a state; its word always stands beside it."""
    return _TONES.get(status, "absent")
