"""What assignments do when something happens elsewhere."""

from collections.abc import Sequence

from lyceum.core.actor import Actor
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.journal.facts import hears_all
from lyceum.domains.learning.rules.assignments.publishing import follow_classes


@hears_all(MembershipChanged)
def follow_members(facts: Sequence[MembershipChanged], _actor: Actor) -> None:
    """Joiners get the work that is not due yet; what leavers have not handed in becomes void."""
    follow_classes({fact.school_class for fact in facts})
