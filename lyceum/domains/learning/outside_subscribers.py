"""Access that ends here goes on at GitHub and Discord until somebody ends it there."""

from collections.abc import Sequence
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.domains.journal.facts import hears_all
from lyceum.domains.learning.facts import AccessRevoked, Withdrawn
from lyceum.domains.learning.models import MaterialOpening
from lyceum.domains.learning.outside import NAMES
from lyceum.domains.learning.outside_tasks import ask


@hears_all(Withdrawn)
def ask_after_leaving(facts: Sequence[Withdrawn], actor: Actor) -> None:
    """Somebody left a run."""
    _ask({fact.student for fact in facts}, actor)


@hears_all(AccessRevoked)
def ask_after_revocation(facts: Sequence[AccessRevoked], actor: Actor) -> None:
    """Somebody is approved no longer."""
    _ask({fact.student for fact in facts}, actor)


def _ask(students: set[UUID], actor: Actor) -> None:
    """Of those who ever followed a link that leads out."""
    followed = MaterialOpening.objects.filter(student__in=students, material__kind__in=NAMES, removed_at=None)
    for student in followed.values_list("student", flat=True).distinct():
        ask.defer(school_id=actor.school, student_id=str(student))
