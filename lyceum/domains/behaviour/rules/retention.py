"""How long behaviour is kept: with the student's file, but what was rejected goes after a year."""

from datetime import timedelta

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.behaviour.models import Incident
from lyceum.domains.behaviour.rules.files import forget_files_of
from lyceum.domains.journal.rules import Target, record

REJECTED_FOR = timedelta(days=365)


def erase_rejected(*, actor: Actor) -> int:
    """Erase incidents that were rejected more than a year ago; returns how many."""
    rows = Incident.objects.filter(state=Incident.State.REJECTED, decided_at__lt=clock.now() - REJECTED_FOR)
    count = rows.count()
    if count:
        forget_files_of(*rows.values_list("pk", flat=True))
        rows.delete()
        changes = {"rejected": [count, 0]}
        record("behaviour.erase", target=Target("behaviour", actor.school, "rejected"), changes=changes, actor=actor)
    return count
