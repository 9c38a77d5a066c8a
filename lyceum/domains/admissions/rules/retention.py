"""What is not kept: drafts that were left, accounts that nobody verified, unsuccessful applications after a year."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.files import delete_file
from lyceum.domains.accounts.rules.registration import erase_unverified, unverified_applicants
from lyceum.domains.admissions.models import Application, ApplicationDocument
from lyceum.domains.admissions.models.applications import OVER
from lyceum.domains.admissions.settings import admissions_settings
from lyceum.domains.journal.rules import Target, record

KEPT = timedelta(days=365)


def erase_old_drafts(*, actor: Actor) -> int:
    """Erase drafts that nobody touched for as many days as the school keeps them. Returns how many."""
    before = clock.now() - timedelta(days=admissions_settings().draft_days)
    return _erase(Q(status=Application.Status.DRAFT, updated_at__lt=before), "drafts", actor)


def erase_old_applications(*, actor: Actor) -> int:
    """Erase what led to nothing, a year after the intake closed; where it never closes, after the last change."""
    before = clock.now() - KEPT
    closed = Q(intake__closes_at__lt=before) | Q(intake__closes_at__isnull=True, updated_at__lt=before)
    return _erase(Q(status__in=OVER) & closed, "applications", actor)


def erase_unverified_accounts(*, actor: Actor) -> int:
    """Erase accounts whose owner never showed that their address is theirs, with the drafts they wrote. Returns how
    many."""
    erased = 0
    for user in unverified_applicants()[:1000]:
        if Application.objects.filter(filled_in_by=user).exclude(status=Application.Status.DRAFT).exists():
            continue
        try:
            with transaction.atomic():
                Application.objects.filter(filled_in_by=user).delete()
                erase_unverified(user, actor=actor)
        except IntegrityError:  # another school holds to it
            continue
        erased += 1
    return erased


def _erase(which: Q, what: str, actor: Actor) -> int:
    rows = list(Application.objects.filter(which).values_list("pk", flat=True)[:1000])
    if not rows:
        return 0
    stored = ApplicationDocument.objects.filter(application__in=rows).exclude(stored="")
    files = list(stored.values_list("stored", flat=True))
    Application.objects.filter(pk__in=rows).delete()
    for each in files:
        delete_file(each)
    changes = {what: [len(rows), 0]}
    record("admissions.erase", target=Target("admissions.application", rows[0], what), changes=changes, actor=actor)
    return len(rows)
