"""The owner's e-mail address in a credential: as a salted hash, if they are of age and agree."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.domains.accounts.models import EmailAddress
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.certificate_policies import is_adult, is_own, visible_certificates
from lyceum.domains.learning.models import Certificate
from lyceum.domains.learning.rules.certificates.credentials import credential_of, identity_of
from lyceum.domains.learning.rules.certificates.issuing import keep_files, said_of
from lyceum.domains.learning.rules.certificates.keys import sign
from lyceum.domains.learning.rules.certificates.refusals import NotIssuedError, NoVerifiedEmailError


@transaction.atomic
def set_email_hash(certificate_id: UUID, *, agreed: bool, actor: Actor) -> Certificate:
    """Let programs compare the owner's e-mail with the credential, or take that out of it. The owner alone decides.

    It is signed again with the key, under the name and at the place of the status list that it has: what was handed
    out before verifies as long as the certificate is good.
    """
    certificate = _own(certificate_id, actor)
    if certificate.status != Certificate.Status.ISSUED:
        raise NotIssuedError(_("This certificate was revoked or replaced already."), status=certificate.status)
    if certificate.email_is_hashed == agreed:
        return certificate
    identity = [identity_of(_verified_email(actor))] if agreed else []
    course, key = certificate.completion.course, certificate.key
    said = credential_of(certificate, course=course, key=key, subject=said_of(certificate).subject, identity=identity)
    certificate.credential, certificate.email_is_hashed = sign(said, key), agreed
    certificate.save(update_fields=["credential", "email_is_hashed", "updated_at"])
    keep_files(certificate)
    changes = {"email_is_hashed": [not agreed, agreed]}
    record("learning.certificate.hash_email", target=Target.of(certificate), changes=changes, actor=actor)
    return certificate


def may_hash_email(certificate: Certificate, actor: Actor) -> bool:
    """Whether the actor decides this: the owner, of age. Needs the student's person."""
    return is_own(certificate, actor) and is_adult(certificate.completion.student.person.birth_date)


def _own(certificate_id: UUID, actor: Actor) -> Certificate:
    rows = Certificate.objects.select_for_update(of=("self",)).filter(visible_certificates(actor), pk=certificate_id)
    certificate = rows.select_related("key", "completion__course", "completion__student__person").first()
    if certificate is None:
        raise NotFoundError
    if not may_hash_email(certificate, actor):
        raise NotAllowedError(_("The person on the certificate decides this, from 18 on."))
    return certificate


def _verified_email(actor: Actor) -> str:
    found = EmailAddress.objects.filter(user=actor.user_id, verified_at__isnull=False).order_by("-primary", "pk")
    address = found.values_list("address", flat=True).first()
    if address is None:
        raise NoVerifiedEmailError(_("First show that an e-mail address is yours: under My account."))
    return address
