"""What assignments do when something happens elsewhere."""

from collections.abc import Sequence

from lyceum.core.actor import Actor
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.journal.facts import hears_all
from lyceum.domains.learning.assignment_facts import SubmissionGraded, SubmissionReassigned
from lyceum.domains.learning.assignment_tasks import tell
from lyceum.domains.learning.facts import Enrolled, Withdrawn
from lyceum.domains.learning.rules.assignments.publishing import follow_classes, follow_run


@hears_all(MembershipChanged)
def follow_members(facts: Sequence[MembershipChanged], _actor: Actor) -> None:
    """Joiners get the work that is not due yet; what leavers have not handed in becomes void."""
    follow_classes({fact.school_class for fact in facts})


@hears_all(Enrolled)
def follow_joiners(facts: Sequence[Enrolled], _actor: Actor) -> None:
    """Whoever joins a run gets its work that is not due yet."""
    for schedule in {fact.schedule for fact in facts}:
        follow_run(schedule)


@hears_all(Withdrawn)
def follow_leavers(facts: Sequence[Withdrawn], _actor: Actor) -> None:
    """What somebody who leaves a run has not handed in becomes void."""
    for schedule in {fact.schedule for fact in facts}:
        follow_run(schedule)


@hears_all(SubmissionGraded)
def tell_of_marks(facts: Sequence[SubmissionGraded], actor: Actor) -> None:
    """Who has a mark that is let out hears of it in a job: marking does not wait for the telling."""
    told = [str(fact.submission) for fact in facts if fact.released]
    if told:
        tell.defer(school_id=actor.school, submissions=told)


@hears_all(SubmissionReassigned)
def tell_of_return(facts: Sequence[SubmissionReassigned], actor: Actor) -> None:
    """Whose work came back hears of it, in a job as well."""
    tell.defer(school_id=actor.school, submissions=[str(fact.submission) for fact in facts])
