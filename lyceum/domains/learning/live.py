"""Who may follow the enrolments of a run as they happen."""

from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.live import Hears
from lyceum.core.permissions import Permission
from lyceum.domains.learning.facts import EnrolmentFact
from lyceum.domains.learning.models import LearningSchedule
from lyceum.domains.learning.policies import schedules_with
from lyceum.domains.people.policies import ids_kept_from_work


def enrolments_topic(schedule_id: UUID) -> str:
    """The topic of a run's enrolments."""
    return f"enrolments:{schedule_id}"


def follow_enrolments(schedule_id: UUID, *, actor: Actor) -> Hears:
    """A run's enrolments, for its instructor and the office: none of whom a restriction keeps from them."""
    actor.require(Permission.LEARNERS_VIEW)
    runs = LearningSchedule.objects.filter(schedules_with(actor, Permission.SCHEDULES_EDIT))
    if actor.reaches_all(Permission.LEARNERS_VIEW):
        runs = LearningSchedule.objects.all()
    if not runs.filter(pk=schedule_id).exists():
        raise NotFoundError
    kept = ids_kept_from_work(actor)
    return lambda fact: isinstance(fact, EnrolmentFact) and fact.student not in kept
