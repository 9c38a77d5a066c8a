"""A family's answer to an offer, and what the clock does where none comes."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind, not_allowed, system_actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.admissions.facts import ApplicationApproved, OfferAnswered, OfferExpired
from lyceum.domains.admissions.models import Application, Intake, Offer
from lyceum.domains.admissions.policies import own_applications
from lyceum.domains.admissions.rules.announcing import last_day_of, open_offer
from lyceum.domains.admissions.rules.deciding import give_approval
from lyceum.domains.admissions.rules.deposits import bill_deposit
from lyceum.domains.admissions.rules.offering import end_offer, place_became_free
from lyceum.domains.admissions.rules.refusals import OfferExpiredError, WrongStateError
from lyceum.domains.admissions.rules.states import (
    get_with_intake,
    lock_intakes,
    require_state,
    whole_applications,
)
from lyceum.domains.admissions.rules.telling import tell_family
from lyceum.domains.admissions.rules.verdicts import set_state
from lyceum.domains.journal.rules import Target, record

REMIND_BEFORE = timedelta(days=3)
_S = Application.Status


@transaction.atomic
def accept_offer(application_id: UUID, *, actor: Actor) -> Application:
    """Take the place. The first answer of a family counts, and all of it are told."""
    application, offer = _offered(application_id, actor)
    end_offer(application, Offer.State.ACCEPTED, actor)
    bill_deposit(application, offer, actor=actor)
    record("admissions.offer.accept", target=Target.of(application), facts=[_answered(offer, "accepted")], actor=actor)
    if application.intake.kind == Intake.Kind.COURSE:
        give_approval(application, actor=actor)
    else:
        student: UUID = application.student_id  # type: ignore[assignment]  # nobody offers a draft a place
        fact = ApplicationApproved(application=application.pk, student=student, intake=application.intake_id)
        set_state(application, _S.APPROVED, "approve", actor, decision="approved", facts=[fact])
        Application.objects.filter(pk=application.pk).update(announced_at=clock.now())
    _tell_answer(application, offer, _("accepted"))
    return application


@transaction.atomic
def decline_offer(application_id: UUID, *, actor: Actor) -> Application:
    """Leave the place to somebody else."""
    application, offer = _offered(application_id, actor)
    end_offer(application, Offer.State.DECLINED, actor)
    set_state(application, _S.DECLINED, "decline", actor, facts=[_answered(offer, "declined")])
    _tell_answer(application, offer, _("declined"))
    place_became_free(application.intake, actor=actor)
    return application


def _offered(application_id: UUID, actor: Actor) -> tuple[Application, Offer]:
    """The application with the offer that can be answered now, by those whom it is made to."""
    application = get_with_intake(application_id, permission=Permission.APPLICATIONS_ANSWER, actor=actor)
    is_family = Application.objects.filter(own_applications(actor), pk=application.pk).exists()
    if not is_family and actor.kind is not ActorKind.JOB:
        raise not_allowed(Permission.APPLICATIONS_ANSWER)
    offer = open_offer(application)
    if application.is_held(clock.now()):
        raise WrongStateError(_("There is nothing to answer yet."), state=_S.UNDER_REVIEW.value)
    over = offer is not None and offer.expires_at <= clock.now()
    if application.status == _S.EXPIRED or (application.status == _S.OFFERED and over):
        raise OfferExpiredError(_("The offer has ended. Ask the school if a place is still free."))
    require_state(application, _S.OFFERED, by_family=True)
    if offer is None:
        raise WrongStateError(_("There is nothing to answer yet."), state=application.status)
    return application, offer


def _answered(offer: Offer, answer: str) -> OfferAnswered:
    return OfferAnswered(application=offer.application_id, offer=offer.pk, answer=answer)


def _tell_answer(application: Application, offer: Offer, word: str) -> None:
    tell_family(application, "admissions.answered", values={"text": word}, once=str(offer.pk),
                actor=system_actor(current_school()))  # fmt: skip


def expire_offers(*, actor: Actor) -> int:
    """Write down which offers are over, and let the places go on. Returns how many; safe to run twice."""
    due = Offer.objects.filter(state=Offer.State.OPEN, expires_at__lte=clock.now()).order_by("expires_at", "pk")
    return sum(_expire(pk, actor) for pk in list(due.values_list("application_id", flat=True)[:500]))


@transaction.atomic
def _expire(application_id: UUID, actor: Actor) -> bool:
    lock_intakes(Application.objects.filter(pk=application_id).values_list("intake", flat=True))
    rows = whole_applications().select_for_update(of=("self",), no_key=True)
    application = rows.filter(pk=application_id, status=_S.OFFERED).first()
    offer = open_offer(application) if application else None
    if application is None or offer is None or offer.expires_at > clock.now():
        return False
    end_offer(application, Offer.State.EXPIRED, actor)
    fact = OfferExpired(application=application.pk, offer=offer.pk)
    set_state(application, _S.EXPIRED, "expire", actor, facts=[fact])
    tell_family(application, "admissions.expired", once=str(offer.pk), actor=actor)
    place_became_free(application.intake, actor=actor)
    return True


def remind_of_offers(*, actor: Actor) -> int:
    """Remind families three days before the end, once. Returns how many."""
    now = clock.now()
    due = Offer.objects.filter(
        state=Offer.State.OPEN,
        reminded_at=None,
        expires_at__gt=now,
        expires_at__lte=now + REMIND_BEFORE,
        application__announced_at__isnull=False,
    )
    offers = list(due.select_related("application__intake", "application__student__person",
                                     "application__filled_in_by")[:500])  # fmt: skip
    for offer in offers:
        values = {"until": date_format(last_day_of(offer), _("j M Y"))}
        tell_family(offer.application, "admissions.offer_reminder", values=values, once=str(offer.pk), actor=actor)
        Offer.objects.filter(pk=offer.pk).update(reminded_at=now, updated_at=now)
    return len(offers)
