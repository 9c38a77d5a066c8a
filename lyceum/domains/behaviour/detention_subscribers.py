"""What detentions do when something happens elsewhere."""

from lyceum.core.actor import Actor, system_actor
from lyceum.domains.behaviour.facts import NoticeSent
from lyceum.domains.behaviour.rules.detentions.following import cancel_for_leaver
from lyceum.domains.behaviour.rules.detentions.telling import note_told
from lyceum.domains.behaviour.rules.detentions.types import add_usual_types
from lyceum.domains.journal.facts import hears
from lyceum.domains.people.facts import EnrolmentEnded
from lyceum.domains.tenancy.facts import SchoolProvisioned


@hears(SchoolProvisioned)
def add_types(_fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has kinds of detention from the moment it exists."""
    add_usual_types()


@hears(NoticeSent)
def count_notice_from_now(fact: NoticeSent, _actor: Actor) -> None:
    """The notice that families are promised counts from the moment they are told."""
    note_told(fact.notice)


@hears(EnrolmentEnded)
def cancel_what_is_left(fact: EnrolmentEnded, actor: Actor) -> None:
    """Who leaves serves nothing after their last day."""
    cancel_for_leaver(fact.student, actor=system_actor(actor.school))
