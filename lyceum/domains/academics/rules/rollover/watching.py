"""The job behind a rollover: what a person watches."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.academics.models import RolloverPlan
from lyceum.domains.journal.models import Job

APPLY, UNDO = "academics.rollover.apply", "academics.rollover.undo"
LOST_AFTER = timedelta(minutes=15)
"""A job that wrote nothing for so long has died: what it did was undone with it, and it may be asked for again."""
WAITING = frozenset({Job.State.QUEUED, Job.State.RUNNING})


def open_job(plan: RolloverPlan, kind: str, *, actor: Actor) -> None:
    """Make the job of a rollover and tie it to the plan."""
    plan.job = Job.objects.create(
        kind=kind, arguments={"plan": str(plan.pk)}, started_by=actor.user_id, message=_("Waiting to begin")
    )
    plan.trouble = ""
    plan.save(update_fields=["job", "trouble", "updated_at"])


def is_at_work(job: Job | None) -> bool:
    """Whether the job waits or works, and is alive."""
    return job is not None and job.state in WAITING and clock.now() - job.updated_at <= LOST_AFTER


def note_begun(plan_id: UUID) -> None:
    """Write down that the work has begun."""
    _write(_job(plan_id), Job.State.RUNNING, _("At work; nothing shows until all of it is done"), progress=10)


def finish_job(plan_id: UUID, result: Mapping[str, Any]) -> None:
    """Close the job, in the transaction that did the work."""
    job = _job(plan_id)
    if job is not None:
        job.result = dict(result)
    _write(job, Job.State.SUCCEEDED, _("Done"), progress=100)


def fail_job(plan_id: UUID, words: str, *, code: str) -> None:
    """Close the job of a rollover that was refused, with the reason."""
    RolloverPlan.objects.filter(pk=plan_id).update(trouble=words[:500], updated_at=clock.now())
    job = _job(plan_id)
    if job is not None:
        job.result = {"code": code, "detail": words}
    _write(job, Job.State.FAILED, words[:300])


def note_retry(plan_id: UUID, words: str, *, most: int) -> None:
    """Count an attempt that broke; after the last one the job is dead, and says so."""
    job = _job(plan_id)
    if job is None:
        return
    job.attempts += 1
    if job.attempts < most:
        _write(job, Job.State.QUEUED, _("Something broke; it is tried again."))
        return
    job.result = {"code": "job_died", "detail": words[:300]}
    _write(job, Job.State.DEAD, _("Given up after %(most)s tries.") % {"most": most})


def _job(plan_id: UUID) -> Job | None:
    return Job.objects.filter(pk__in=RolloverPlan.objects.filter(pk=plan_id).values("job")).first()


def _write(job: Job | None, state: str, words: str, *, progress: int = 0) -> None:
    if job is not None:
        job.state, job.message, job.progress = state, words, progress
        job.save(update_fields=["state", "message", "progress", "result", "attempts", "updated_at"])
