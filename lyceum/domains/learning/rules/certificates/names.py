"""The name on a certificate: who lets strangers see it, and how a stranger checks one they know already."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import searchable
from lyceum.domains.accounts.models import SignInAttempt
from lyceum.domains.accounts.rules.attempts import WaitError
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.certificate_policies import decides_for, is_own, visible_certificates
from lyceum.domains.learning.models import Certificate
from lyceum.domains.learning.rules.certificates.refusals import GuardianDecidesError

MOST_TRIES, WINDOW = 5, timedelta(hours=1)
LONGEST_NAME = 200


@transaction.atomic
def set_name_visibility(certificate_id: UUID, *, is_public: bool, actor: Actor) -> Certificate:
    """Show the name to whoever holds the code, or hide it. Under 18 a guardian decides to show it; hide it may both."""
    rows = Certificate.objects.select_for_update(of=("self",)).filter(visible_certificates(actor), pk=certificate_id)
    certificate = rows.select_related("completion__student__person").first()
    if certificate is None:
        raise NotFoundError
    if not (decides_for(certificate, actor) or (is_own(certificate, actor) and not is_public)):
        if not is_own(certificate, actor):
            actor.require_all(Permission.CERTIFICATES_DECIDE)
        raise GuardianDecidesError(
            _("The person on the certificate decides this; under 18 their guardian does, in an account of their own.")
        )
    if certificate.name_is_public != is_public:
        certificate.name_is_public = is_public
        certificate.save(update_fields=["name_is_public", "updated_at"])
        changes = {"name_is_public": [not is_public, is_public]}
        record("learning.certificate.show_name", target=Target.of(certificate), changes=changes, actor=actor)
    return certificate


def matches_name(certificate: Certificate, given: str, *, address: str) -> bool:
    """Whether the typed name is the one on the certificate; accents, case and punctuation do not count.

    Five tries an hour from one address, right ones included: nobody learns a name by trying.
    """
    typed = searchable(given)
    if not typed or len(given) > LONGEST_NAME:
        raise invalid_field("/name", "length", _("Give the name, at most %(n)s letters.") % {"n": LONGEST_NAME})
    _count_try(address)
    return sorted(typed.split()) == sorted(searchable(certificate.recipient_name).split())


def _count_try(address: str) -> None:
    now, bucket = clock.now(), f"certificate:{address}"
    row, _is_new = SignInAttempt.objects.select_for_update().get_or_create(pk=bucket, defaults={"window_from": now})
    if now - row.window_from >= WINDOW:
        row.failures, row.window_from = 0, now
    if row.failures >= MOST_TRIES:
        seconds = int((row.window_from + WINDOW - now).total_seconds()) + 1
        raise WaitError(
            _("Five names an hour can be checked. Try again in %(minutes)s minutes.") % {"minutes": seconds // 60 + 1},
            retry_after=seconds,
        )
    row.failures += 1
    row.save()
