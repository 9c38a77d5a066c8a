"""What behaviour does when something happens elsewhere, and after its own notices are let go."""

from lyceum.core.actor import Actor
from lyceum.domains.behaviour.facts import NoticeApproved
from lyceum.domains.behaviour.rules.defaults import add_defaults
from lyceum.domains.behaviour.tasks import deliver
from lyceum.domains.journal.facts import hears
from lyceum.domains.tenancy.facts import SchoolProvisioned


@hears(SchoolProvisioned)
def start_with_defaults(fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has kinds of incidents from the moment it exists."""
    del fact
    add_defaults()


@hears(NoticeApproved)
def deliver_later(fact: NoticeApproved, actor: Actor) -> None:
    """A notice goes out once the time to call it back is over."""
    deliver.configure(schedule_in={"seconds": 11}).defer(school_id=actor.school, notice_id=str(fact.notice))
