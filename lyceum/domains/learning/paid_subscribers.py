"""What learning does when a place is paid for, by whichever act."""

from uuid import UUID

import msgspec

from lyceum.core.actor import Actor
from lyceum.domains.journal.facts import hears_of
from lyceum.domains.learning.paid_tasks import confirm

ACTS = ("fees.payment.received", "fees.payment.allocated", "fees.invoice.issued", "fees.deposit.used")


class _Source(msgspec.Struct, frozen=True):
    """What asked for something that is paid."""

    kind: str
    id: UUID


class _Settled(msgspec.Struct, frozen=True):
    """What is needed of the facts."""

    settled: list[_Source]


def confirm_soon(fact: _Settled, actor: Actor) -> None:
    """The places follow in a job: recording a payment does not wait for them."""
    places = [str(each.id) for each in fact.settled if each.kind == "course_enrolment"]
    if places:
        confirm.defer(school_id=actor.school, enrolments=places)


for name in ACTS:
    hears_of(name, _Settled)(confirm_soon)
