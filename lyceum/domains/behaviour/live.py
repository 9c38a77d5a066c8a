"""Who may follow incidents as they are reported."""

from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.live import Hears
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.facts import IncidentSubmitted
from lyceum.domains.behaviour.queries import grade_of
from lyceum.domains.people.policies import ids_kept_from_work


def grade_topic(grade_id: UUID) -> str:
    """The topic of a grade's incidents."""
    return f"incidents:{grade_id}"


def follow_grade(grade_id: UUID, *, actor: Actor) -> Hears:
    """A grade's incidents, for those who read all of them: none of what they may not read."""
    actor.require_all(Permission.INCIDENTS_VIEW)
    grade_of(grade_id)
    kept = ids_kept_from_work(actor)
    sees_confidential = actor.may(Permission.CONFIDENTIAL_VIEW)
    sees_guarded = sees_confidential or actor.may(Permission.INCIDENTS_REVIEW)

    def hears(fact: object) -> bool:
        if not isinstance(fact, IncidentSubmitted) or (fact.guarded and not sees_guarded):
            return False
        if fact.confidential and not sees_confidential:
            return False
        return kept.isdisjoint(part.student for part in fact.students)

    return hears
