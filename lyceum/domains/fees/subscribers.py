"""What fees do when somebody takes or leaves a place that costs something."""

from uuid import UUID

import msgspec

from lyceum.core.actor import Actor
from lyceum.domains.fees.tasks import bill, credit
from lyceum.domains.journal.facts import hears_of


class _Enrolled(msgspec.Struct, frozen=True):
    """What is needed of the fact."""

    enrolment: UUID
    student: UUID
    status: str
    price_minor: int | None = None
    currency: str = ""


class _Withdrawn(msgspec.Struct, frozen=True):
    """What is needed of the fact."""

    enrolment: UUID


@hears_of("learning.enrolled", _Enrolled)
def bill_soon(fact: _Enrolled, actor: Actor) -> None:
    """The bill follows in a job: taking a place does not wait for it."""
    if fact.price_minor and fact.status == "pending_payment":
        bill.defer(
            school_id=actor.school,
            enrolment_id=str(fact.enrolment),
            student_id=str(fact.student),
            amount=fact.price_minor,
            currency=fact.currency,
        )


@hears_of("learning.withdrawn", _Withdrawn)
def credit_soon(fact: _Withdrawn, actor: Actor) -> None:
    """What was not paid is not owed any more, in a job too."""
    credit.defer(school_id=actor.school, enrolment_id=str(fact.enrolment))
