"""Letting a decision be known: mail, membership and fact, at once or when the intake's decisions become visible."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import current_school
from lyceum.domains.accounts.models import Membership
from lyceum.domains.accounts.rules.users import start_membership
from lyceum.domains.admissions.facts import (
    ApplicationApproved,
    ApplicationFact,
    ApplicationRejected,
    ApplicationWaitlisted,
    PlaceOffered,
)
from lyceum.domains.admissions.models import Application, Intake, Offer
from lyceum.domains.admissions.rules.states import whole_applications
from lyceum.domains.admissions.rules.telling import tell_family
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.rules.access import tell_access

DECIDED = ("approved", "offered", "waitlisted", "rejected")
MOST_AT_ONCE = 500


def announce(application: Application, *, actor: Actor) -> None:
    """Tell a decision, once, unless it is held back: then the clock lets it be seen, and a job tells it."""
    if application.announced_at is not None or application.is_held(clock.now()):
        return
    application.announced_at = clock.now()
    application.save(update_fields=["announced_at", "updated_at"])
    if application.status == Application.Status.APPROVED and application.intake.kind == Intake.Kind.COURSE:
        make_student_member(application, actor=actor)
    record(
        "admissions.application.announce",
        target=Target.of(application),
        facts=[_fact(application)],
        actor=actor,
    )
    tell_family(
        application,
        f"admissions.{application.status}",
        values=_values(application),
        once=str(int(application.announced_at.timestamp() * 1000)),
        actor=system_actor(current_school()),
    )


def open_offer(application: Application) -> Offer | None:
    """The offer that waits for an answer, be it over by now or not."""
    return application.offers.filter(state=Offer.State.OPEN).first()


def _fact(application: Application) -> ApplicationFact:
    pk = application.pk
    if application.status == Application.Status.REJECTED:
        return ApplicationRejected(application=pk, reason_code=application.reason_code)
    if application.status == Application.Status.WAITLISTED:
        return ApplicationWaitlisted(application=pk)
    offer = open_offer(application)
    if application.status == Application.Status.OFFERED and offer is not None:
        return PlaceOffered(application=pk, offer=offer.pk, expires_at=offer.expires_at)
    student: Any = application.student_id
    return ApplicationApproved(application=pk, student=student, intake=application.intake_id)


def _values(application: Application) -> dict[str, str]:
    offer = open_offer(application)
    until = date_format(last_day_of(offer), _("j M Y")) if offer else ""
    return {"text": " ".join(filter(None, (application.message, offer.conditions if offer else ""))), "until": until}


def last_day_of(offer: Offer) -> Any:
    """The last day on which an offer can be answered: it ends with it."""
    return (localtime(offer.expires_at) - timedelta(seconds=1)).date()


def make_student_member(application: Application, *, actor: Actor) -> None:
    """Whoever was approved for themselves is a student from now on."""
    user = application.student.person.user if application.student else None
    if user is None:
        return
    current = Membership.objects.filter(user=user, school_id=current_school(), role=Role.STUDENT.value)
    if not current.exclude(state=Membership.State.ENDED).exists():
        start_membership(user, role=Role.STUDENT, actor=actor)


def announce_due(*, actor: Actor) -> int:
    """Tell what was held back and may be seen by now. Returns how many; safe to run twice."""
    due = Application.objects.filter(
        status__in=DECIDED, announced_at=None, intake__decisions_visible_at__lte=clock.now()
    ).order_by("pk")
    told = 0
    for pk in list(due.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        told += _announce_one(pk, actor)
    return told


@transaction.atomic
def _announce_one(application_id: UUID, actor: Actor) -> bool:
    rows = whole_applications().select_for_update(of=("self",), no_key=True)
    application = rows.filter(pk=application_id, announced_at=None, status__in=DECIDED).first()
    if application is None:
        return False
    announce(application, actor=actor)
    if application.status == Application.Status.APPROVED and application.intake.kind == Intake.Kind.COURSE:
        tell_access("application", application.pk, actor=actor)
    return True
