"""What is kept of an import: for 30 days everything that undoing it takes, then only that it happened."""

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.exchange.models import ImportRow, ImportRun
from lyceum.domains.exchange.rules.rollback import WITHIN
from lyceum.domains.exchange.rules.stored import delete_copy


def forget_old_imports(*, actor: Actor) -> int:
    """Delete the copies and rows of imports older than the time in which they can be undone; returns how many."""
    actor.require_all(Permission.IMPORTS_RUN)
    old = ImportRun.objects.filter(updated_at__lt=clock.now() - WITHIN).exclude(stored="")
    runs = list(old.exclude(state=ImportRun.State.APPLYING))
    for run in runs:
        ImportRow.objects.filter(run=run).delete()
        delete_copy(run.stored)
    ImportRun.objects.filter(pk__in=[run.pk for run in runs]).update(stored="")
    return len(runs)
