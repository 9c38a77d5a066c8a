"""The job behind an import: what a person watches and may cancel."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.schools import school_scope
from lyceum.domains.exchange.models import ImportRow, ImportRun
from lyceum.domains.journal.models import Job

PREVIEW, APPLY, ROLL_BACK = "exchange.import.preview", "exchange.import.apply", "exchange.import.roll_back"
SILENT_AFTER = timedelta(minutes=2)
"""A job that wrote nothing for so long has died; its import may be taken up again."""
LOST_AFTER = timedelta(minutes=15)
"""Work that nobody began for so long may be asked for again; to do it twice does no harm."""
_ENDS = {
    ImportRun.State.APPLIED: Job.State.SUCCEEDED,
    ImportRun.State.ROLLED_BACK: Job.State.SUCCEEDED,
    ImportRun.State.PARTLY_ROLLED_BACK: Job.State.SUCCEEDED,
    ImportRun.State.FAILED: Job.State.FAILED,
    ImportRun.State.CANCELLED: Job.State.CANCELLED,
}


def open_job(run: ImportRun, kind: str, *, rows: int, actor: Actor) -> Job:
    """Make the job of an import and tie it to the run. `rows` is how much there is to do."""
    job = Job.objects.create(
        kind=kind,
        arguments={"run": str(run.pk), "rows": rows, "done": 0},
        started_by=actor.user_id,
        message=_("Waiting to begin"),
    )
    run.job = job
    return job


def has_died(job: Job | None) -> bool:
    """Whether nobody is at work any more, though the job has not ended."""
    if job is None or job.state in (Job.State.FAILED, Job.State.DEAD, Job.State.CANCELLED):
        return True
    limit = {Job.State.RUNNING: SILENT_AFTER, Job.State.QUEUED: LOST_AFTER}.get(Job.State(job.state))
    return limit is not None and clock.now() - job.updated_at > limit


def note_progress(run: ImportRun, rows: int) -> None:
    """Write down that so many more rows are done."""
    job = run.job
    if job is None:
        return
    job.arguments["done"] += rows
    done, total = job.arguments["done"], max(job.arguments["rows"], 1)
    job.progress = min(99, 100 * done // total)
    job.message = _("%(done)s of %(total)s rows") % {"done": f"{done:,}", "total": f"{total:,}"}
    job.state = Job.State.RUNNING
    job.save(update_fields=["arguments", "progress", "message", "state", "updated_at"])


def finish_job(run: ImportRun) -> None:
    """Close the job as the run ended."""
    job = run.job
    if job is None:
        return
    job.state = _ENDS.get(ImportRun.State(run.state), Job.State.SUCCEEDED)
    job.progress = 100 if job.state == Job.State.SUCCEEDED else job.progress
    job.message = run.trouble[:300] or _("Done")
    job.result = {"run": str(run.pk), "state": run.state}
    job.save(update_fields=["state", "progress", "message", "result", "updated_at"])


def stop_job(run: ImportRun, words: str) -> None:
    """Close the job of work that somebody stopped."""
    if run.job:
        run.job.state, run.job.message = Job.State.CANCELLED, words
        run.job.save(update_fields=["state", "message", "updated_at"])


def count_planned(run: ImportRun) -> int:
    """How many rows there are to bring in."""
    return ImportRow.objects.filter(run=run, state=ImportRow.State.PLANNED).count()


def note_preview(run_id: str, rows: int, school_id: int) -> None:
    """Write down how many rows have been looked at."""
    with school_scope(school_id):
        jobs = Job.objects.filter(kind=PREVIEW, arguments__run=run_id, state__in=(Job.State.QUEUED, Job.State.RUNNING))
        jobs.update(
            state=Job.State.RUNNING,
            message=_("%(rows)s rows looked at") % {"rows": f"{rows:,}"},
            updated_at=clock.now(),
        )


def finish_preview(run: ImportRun, school_id: int) -> None:
    """Close the job of a preview."""
    with school_scope(school_id):
        if run.job:
            run.job.state, run.job.progress, run.job.message = Job.State.SUCCEEDED, 100, _("Done")
            run.job.save(update_fields=["state", "progress", "message", "updated_at"])


def fail_job(run_id: UUID, words: str, *, code: str, extra: Mapping[str, Any]) -> None:
    """Close the job of a run that was refused, with the reason; an import half applied can be taken up again."""
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("job").get(pk=run_id)
    run.trouble = words[:500]
    if run.state == ImportRun.State.APPLYING:
        run.state = ImportRun.State.FAILED
    run.save(update_fields=["state", "trouble", "updated_at"])
    if run.job:
        run.job.state, run.job.message = Job.State.FAILED, words[:300]
        run.job.result = {"run": str(run.pk), "code": code, "detail": words, **extra}
        run.job.save(update_fields=["state", "message", "result", "updated_at"])


def note_retry(run_id: UUID, words: str, *, most: int) -> None:
    """Count an attempt that broke; after the last one the job is dead, and says so."""
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("job").get(pk=run_id)
    job = run.job
    if job is None:
        return
    job.attempts += 1
    job.message = _("Something broke; it is tried again.")
    if job.attempts >= most:
        job.state, job.message = Job.State.DEAD, _("Given up after %(most)s tries.") % {"most": most}
        job.result = {"run": str(run.pk), "code": "job_died", "detail": words[:300]}
        if run.state == ImportRun.State.APPLYING:
            run.state, run.trouble = ImportRun.State.FAILED, job.message
            run.save(update_fields=["state", "trouble", "updated_at"])
    job.save(update_fields=["attempts", "state", "message", "result", "updated_at"])
