"""Issuing certificates: once for each completion, whoever asks and however often."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.files import delete_file
from lyceum.core.language import speaking
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.learning.certificate_facts import CertificateIssued, CertificateRevoked
from lyceum.domains.learning.models import Certificate, Completion, Course, IssuerKey
from lyceum.domains.learning.rules.certificates.credentials import LIST_LENGTH, Json, credential_of, issuer_address
from lyceum.domains.learning.rules.certificates.files import bake_png, print_certificate
from lyceum.domains.learning.rules.certificates.keys import make_key, publish, retire, sign, signed_by, signing_key
from lyceum.domains.learning.rules.certificates.refusals import CompletionReversedError, NotIssuedError
from lyceum.domains.learning.rules.certificates.telling import tell_of_certificate
from lyceum.domains.learning.settings import school_settings
from lyceum.domains.tenancy.queries import this_school

CODE_BYTES = 16
FULL_LIST = 100_000
"""Certificates on one status list: from then on a random place would be looked for too long, and a new key begins."""
LONGEST_NAME = 200
AREA = "certificates"
AT_ONCE = 100
"""Certificates that one run of the sweep issues in a school; the rest follow a minute later."""
LONGEST_VALIDITY = 36_500


@dataclass(frozen=True)
class Swept:
    """What a sweep did."""

    issued: list[Certificate]
    waiting: int
    """Completions that still have no certificate."""


@transaction.atomic
def issue_certificate(completion_id: UUID, *, actor: Actor) -> Certificate:
    """Issue the certificate of a completion; where there was one already, answer the newest of them."""
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    completion = _locked_completion(completion_id)
    known = Certificate.objects.filter(completion=completion).select_related("key").order_by("-serial").first()
    if known:
        return known
    if completion.reversed_at:
        raise CompletionReversedError(_("This completion was taken back: there is nothing to certify."))
    name = completion.student.person.full_name
    certificate = _issue(completion, name=name)
    record(
        "learning.certificate.issue",
        target=Target.of(certificate),
        facts=[CertificateIssued(certificate=certificate.pk, completion=completion.pk)],
        actor=actor,
    )
    tell_of_certificate(certificate, completion.student, actor=actor)
    return certificate


@transaction.atomic
def issue_missing(*, actor: Actor, most: int = AT_ONCE) -> Swept:
    """Issue what completions still wait for, the oldest first, unless the school issues none by itself."""
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    missing = list_waiting()
    if not school_settings().certificate_on_completion:
        return Swept([], 0)
    ids = list(missing.order_by("completed_at", "pk").values_list("pk", flat=True)[: most + 1])
    issued = [issue_certificate(each, actor=actor) for each in ids[:most]]
    return Swept(issued, missing.count() if len(ids) > most else 0)


def list_waiting() -> Any:  # a queryset of completions, which the manager's own type does not name here
    """Completions that stand and never had a certificate."""
    return Completion.objects.filter(reversed_at__isnull=True, certificates__isnull=True)


@transaction.atomic
def reissue_certificate(certificate_id: UUID, *, recipient_name: str | None = None, actor: Actor) -> Certificate:
    """Replace a certificate by a new one with the name as it is now, or as it is given. The old one leads to it."""
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    old = get_for_decision(certificate_id)
    completion = _locked_completion(old.completion_id)
    if old.status != Certificate.Status.ISSUED:
        raise NotIssuedError(_("This certificate was revoked or replaced already."), status=old.status)
    name = tidy(recipient_name if recipient_name is not None else completion.student.person.full_name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise invalid_field(
            "/recipient_name", "length", _("Give the name, at most %(n)s letters.") % {"n": LONGEST_NAME}
        )
    old.status = Certificate.Status.SUPERSEDED
    old.revoked_at, old.revoked_by, old.reason_code = clock.now(), actor.user_id, "replaced"
    old.save(update_fields=["status", "revoked_at", "revoked_by", "reason_code", "updated_at"])
    new = _issue(completion, name=name, before=old)
    old.superseded_by = new
    old.save(update_fields=["superseded_by", "updated_at"])
    record(
        "learning.certificate.reissue",
        target=Target.of(new),
        changes={"certificate": [old.code, new.code], "recipient_name": [old.recipient_name, new.recipient_name]},
        facts=[
            CertificateRevoked(certificate=old.pk, completion=completion.pk, reason="replaced"),
            CertificateIssued(certificate=new.pk, completion=completion.pk),
        ],
        actor=actor,
    )
    tell_of_certificate(new, completion.student, actor=actor)
    return new


@transaction.atomic
def sign_anew(key: IssuerKey, *, actor: Actor) -> int:
    """Sign with the active key what another key had signed: code, serial and dates stay. Returns how many."""
    actor.require_all(Permission.CERTIFICATES_DECIDE)
    active = signing_key()
    rows = Certificate.objects.select_for_update().filter(key=key, status=Certificate.Status.ISSUED)
    count = 0
    for certificate in rows.select_related("key", "completion__course").iterator(chunk_size=200):
        _sign(certificate, certificate.completion.course, active, identity=said_of(certificate).identity)
        certificate.save()
        keep_files(certificate)
        count += 1
    changes: Changes = {"key": [key.kid, active.kid], "certificates": [None, count]}
    record("learning.certificate.sign_anew", target=Target.of(active), changes=changes, actor=actor)
    return count


def get_for_decision(certificate_id: UUID) -> Certificate:
    """A certificate of the school, locked."""
    found = Certificate.objects.select_for_update().filter(pk=certificate_id).first()
    if found is None:
        raise NotFoundError
    return found


def _locked_completion(completion_id: UUID) -> Completion:
    rows = Completion.objects.select_for_update(of=("self",)).select_related("course", "student__person")
    found = rows.filter(pk=completion_id).first()
    if found is None:
        raise NotFoundError
    return found


def _issue(completion: Completion, *, name: str, before: Certificate | None = None) -> Certificate:
    """A new certificate, with what the owner of the one before let be seen."""
    key, issued_at, course = _key_with_room(), clock.now().replace(microsecond=0), completion.course
    certificate = Certificate(
        completion=completion,
        code=base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().rstrip("="),
        serial=(Certificate.objects.aggregate(most=Max("serial"))["most"] or 0) + 1,
        recipient_name=name[:LONGEST_NAME],
        course_name=course.name,
        issuer_name=this_school().name,
        issued_at=issued_at,
        valid_until=_valid_until(course.completion_policy, issued_at),
        name_is_public=bool(before and before.name_is_public),
        email_is_hashed=bool(before and before.email_is_hashed),
    )
    _sign(certificate, course, key, identity=said_of(before).identity if before else ())
    certificate.save(force_insert=True)
    publish(certificate.code, str(course.pk))
    keep_files(certificate)
    return certificate


def _key_with_room() -> IssuerKey:
    key = signing_key()
    if Certificate.objects.filter(status_list=key.status_list).count() < FULL_LIST:
        return key
    retire(key)
    return make_key()


@dataclass(frozen=True)
class Said:
    """What a credential says of its owner."""

    subject: str
    identity: Sequence[Json]


def said_of(certificate: Certificate) -> Said:
    """The same words for the next credential of somebody."""
    payload = signed_by(certificate.credential, certificate.key.public_jwk) or {}
    subject: Json = payload.get("credentialSubject") or {}
    return Said(subject.get("id", ""), subject.get("identifier", ()))


def _sign(certificate: Certificate, course: Course, key: IssuerKey, *, identity: Sequence[Json] = ()) -> None:
    certificate.key, certificate.issuer_url = key, issuer_address(key)
    certificate.status_list, certificate.status_index = key.status_list, _free_place(key)
    certificate.credential = sign(credential_of(certificate, course=course, key=key, identity=identity), key)


def _free_place(key: IssuerKey) -> int:
    """A random place on the key's status list: where it is says nothing about when it was issued."""
    while True:
        place = secrets.randbelow(LIST_LENGTH)
        if not Certificate.objects.filter(status_list=key.status_list, status_index=place).exists():
            return place


def _valid_until(policy: Mapping[str, Any] | None, issued_at: datetime) -> datetime | None:
    days = (policy or {}).get("certificate_valid_days")
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST_VALIDITY:
        return None
    return issued_at + timedelta(days=days)


def keep_files(certificate: Certificate) -> None:
    """Keep PDF and badge. Where the store is down the certificate stands, and they are made when they are asked for."""
    for old in filter(None, (certificate.pdf, certificate.badge)):
        transaction.on_commit(partial(delete_file, old))
    certificate.pdf = certificate.badge = ""
    with suppress(OSError), speaking(*this_school().locales):
        folder = f"schools/{current_school()}/{AREA}/{certificate.pk}"
        certificate.pdf = default_storage.save(f"{folder}.pdf", ContentFile(print_certificate(certificate)))
        certificate.badge = default_storage.save(f"{folder}.png", ContentFile(bake_png(certificate)))
    certificate.save(update_fields=["pdf", "badge", "updated_at"])
