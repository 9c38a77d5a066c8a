"""Who may follow an assignment's work as it comes in."""

from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.live import Hears
from lyceum.domains.learning.assignment_facts import SubmissionAccepted, SubmissionFact, SubmissionGraded
from lyceum.domains.learning.assignment_queries import get_assignment, list_submissions


def work_topic(work_id: UUID) -> str:
    """The topic of an assignment's work."""
    return f"submissions:{work_id}"


def follow_work(work_id: UUID, *, actor: Actor) -> Hears:
    """The work that the actor reads; the family hears of a mark when it is let out, and of no acceptance before."""
    get_assignment(work_id, actor=actor)
    rows = list_submissions(actor, assignment=work_id)
    at_work = {row.pk: bool(getattr(row, "for_staff", False)) for row in rows.only("pk")}

    def hears(fact: object) -> bool:
        if not isinstance(fact, SubmissionFact) or fact.submission not in at_work:
            return False
        if at_work[fact.submission]:
            return True
        if isinstance(fact, SubmissionGraded):
            return fact.released
        return not isinstance(fact, SubmissionAccepted)

    return hears
