"""Looking at what an import would do, by job; and asking one at work to stop."""

from uuid import UUID

from django.db import transaction

from lyceum.core.actor import Actor
from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.rules.runs import get_run, refuse_begun
from lyceum.domains.exchange.rules.starting import Enqueue
from lyceum.domains.exchange.rules.watching import PREVIEW, open_job
from lyceum.domains.journal.models import Job
from lyceum.domains.journal.rules import Target, record

WAITING = frozenset({Job.State.QUEUED, Job.State.RUNNING})


@transaction.atomic
def start_preview(run_id: UUID, *, actor: Actor, enqueue: Enqueue) -> ImportRun:
    """Have the preview of an import made; the job tells how far it is. One at a time: asking again changes nothing."""
    run = get_run(run_id, actor=actor, lock=True)
    refuse_begun(run)
    if run.job is not None and run.job.kind == PREVIEW and run.job.state in WAITING:
        return run
    open_job(run, PREVIEW, rows=sum(file["lines"] for file in run.files), actor=actor)
    run.trouble = ""
    run.save(update_fields=["job", "trouble", "updated_at"])
    enqueue(run)
    return run


@transaction.atomic
def cancel_import(run_id: UUID, *, actor: Actor) -> ImportRun:
    """Ask an import at work to stop after the rows it is at; what it wrote stays and can be undone."""
    run = get_run(run_id, actor=actor, lock=True)
    if run.job is not None and run.job.state in WAITING and not run.job.cancel_asked:
        run.job.cancel_asked = True
        run.job.save(update_fields=["cancel_asked", "updated_at"])
        record("exchange.import.cancel", target=Target.of(run), actor=actor)
    return run
