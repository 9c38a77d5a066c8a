"""What admissions do when something happens elsewhere."""

from uuid import UUID

import msgspec

from lyceum.core.actor import Actor
from lyceum.domains.accounts.facts import EmailVerified
from lyceum.domains.admissions.facts import ApplicationSubmitted
from lyceum.domains.admissions.rules.enrolling import note_first_enrolment
from lyceum.domains.admissions.rules.intakes import add_standing_intake
from lyceum.domains.admissions.rules.sending import send_what_waited
from lyceum.domains.admissions.tasks import tell_office
from lyceum.domains.journal.facts import hears, hears_of
from lyceum.domains.tenancy.facts import SchoolProvisioned


class _Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """What matters here of somebody who enrolled in a course."""

    student: UUID


@hears(SchoolProvisioned)
def start_with_standing_intake(_fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school can be applied to from the moment it exists."""
    add_standing_intake()


@hears(EmailVerified)
def send_after_verifying(fact: EmailVerified, actor: Actor) -> None:
    """Whoever shows that their address is theirs has sent what waited for it."""
    send_what_waited(fact.user, actor=actor)


@hears(ApplicationSubmitted)
def tell_office_later(fact: ApplicationSubmitted, actor: Actor) -> None:
    """The office hears of what came in."""
    tell_office.defer(school_id=actor.school, application_id=str(fact.application))


@hears_of("learning.enrolled", _Enrolled)
def enrol_after_first_run(fact: _Enrolled, actor: Actor) -> None:
    """The first enrolment in a run ends the way of an application to a course."""
    note_first_enrolment(fact.student, actor=actor)
