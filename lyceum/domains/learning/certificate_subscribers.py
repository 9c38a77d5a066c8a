"""What certificates do when a course is completed."""

from uuid import UUID

import msgspec

from lyceum.core.actor import Actor
from lyceum.domains.journal.facts import hears_of
from lyceum.domains.learning.certificate_tasks import issue


class Completed(msgspec.Struct, frozen=True):
    """What is needed of the fact."""

    completion: UUID


@hears_of("learning.course.completed", Completed)
def issue_soon(fact: Completed, actor: Actor) -> None:
    """The certificate follows in a job: completing a course does not wait for it."""
    issue.defer(school_id=actor.school, completion_id=str(fact.completion))
