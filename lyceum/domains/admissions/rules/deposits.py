"""The deposit of an intake: billed when a place is accepted, held by fees, carried over when the child is admitted."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.money import Money
from lyceum.domains.admissions.models import Application, Offer
from lyceum.domains.admissions.rules.states import acting_for
from lyceum.domains.fees.rules.accounts import Payer
from lyceum.domains.fees.rules.deposits import Deposit, ask_for_deposit, carry_deposit_over, find_deposits
from lyceum.domains.fees.settings import school_settings as fees_settings
from lyceum.domains.people.models import GuardianLink, Person
from lyceum.domains.tenancy.queries import today

OFFER = "offer"


def bill_deposit(application: Application, offer: Offer, *, actor: Actor) -> None:
    """Where the intake asks for a deposit, bill it to whoever accepts the place."""
    intake = application.intake
    if not intake.deposit_minor or application.student_id is None:
        return
    user = actor.user_id or application.filled_in_by_id
    person = None if application.for_self else Person.objects.filter(user=user).first()
    ask_for_deposit(
        Payer(guardian=person.pk) if person else Payer(user=user),
        amount=Money(intake.deposit_minor, intake.currency),
        student=application.student_id,
        source=(OFFER, offer.pk),
        due_on=today() + timedelta(days=fees_settings().due_days),
        actor=acting_for(actor),
    )


def deposits_of(applications: Iterable[Application]) -> dict[UUID, Deposit]:
    """The deposits that were asked of applications, by application; none is read where no intake asks for one."""
    asked = [each for each in applications if each.intake.deposit_minor and each.student_id]
    offers = {offer.pk: offer.application_id for each in asked for offer in each.offers.all()}
    found = find_deposits(OFFER, offers) if offers else {}
    return {offers[pk]: deposit for pk, deposit in found.items()}


def find_deposit_of(application: Application) -> Deposit | None:
    """The deposit that was asked of one."""
    return deposits_of([application]).get(application.pk)


def carry_over(application: Application, *, actor: Actor) -> None:
    """The applicant is a student now: the account of who paid belongs to the guardian whom they are tied as."""
    deposit = find_deposit_of(application)
    if deposit is None or deposit.line.source_id is None:
        return
    user = deposit.line.invoice.account.user_id
    ties = GuardianLink.objects.filter(student=application.student_id, guardian__user=user, ends_on=None)
    guardian = ties.values_list("guardian", flat=True).first() if user else None
    payer = Payer(guardian=guardian) if guardian else None
    carry_deposit_over((OFFER, deposit.line.source_id), payer, actor=actor)
