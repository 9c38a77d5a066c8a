"""Deciding very many applications: as a job that a person watches and may stop, a portion at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.admissions.rules.moving import Outcome, check_many, decide_many
from lyceum.domains.admissions.rules.verdicts import Verdict
from lyceum.domains.journal.models import Job

DECIDE = "admissions.decide"
AT_ONCE, PORTION = 40, 20
"""So many are decided while somebody waits; of more, so many in one transaction of the job."""
_OPEN = (Job.State.QUEUED, Job.State.RUNNING)


@transaction.atomic
def ask_to_decide(
    applications: Sequence[UUID], *, act: str, reason_code: str = "", verdict: Verdict | None = None, actor: Actor
) -> Job:
    """Make the job that decides them."""
    wanted = check_many(applications, act=act, actor=actor)
    said = {name: value for name, value in asdict(verdict or Verdict()).items() if name != "courses"}
    arguments = {"applications": [str(each) for each in wanted], "act": act, "reason_code": reason_code, **said}
    return Job.objects.create(
        kind=DECIDE, arguments=arguments, result=[], started_by=actor.user_id, message=_("Waiting to begin")
    )


def decide_portion(job_id: UUID, *, actor: Actor) -> bool:
    """Decide the next of them, and write down what became of each. Returns whether there are more."""
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id, kind=DECIDE, state__in=_OPEN).first()
        if job is None:
            return False
        arguments, results = dict(job.arguments), list(job.result or [])
        every = [UUID(each) for each in arguments.pop("applications")]
        ahead = every[len(results) : len(results) + PORTION]
        if job.cancel_asked or not ahead:
            return _end(job, Job.State.CANCELLED if ahead else Job.State.SUCCEEDED)
        act, reason_code = arguments.pop("act"), arguments.pop("reason_code")
        decided = decide_many(ahead, act=act, reason_code=reason_code, verdict=Verdict(**arguments), actor=actor)
        job.result = [*results, *map(_written, decided)]
        job.state, job.progress = Job.State.RUNNING, 100 * len(job.result) // len(every)
        job.message = _("%(done)s of %(all)s") % {"done": len(job.result), "all": len(every)}
        job.save(update_fields=["result", "state", "progress", "message", "updated_at"])
        return True


def _end(job: Job, state: Job.State) -> bool:
    job.state = state
    job.message = _("Done") if state == Job.State.SUCCEEDED else _("Stopped; what was decided stays")
    job.save(update_fields=["state", "message", "updated_at"])
    return False


def _written(outcome: Outcome) -> dict[str, Any]:
    return {**asdict(outcome), "application": str(outcome.application)}


def fail_job(job_id: UUID, words: str) -> None:
    """The rest cannot be decided; what was decided before stays."""
    job = Job.objects.filter(pk=job_id, kind=DECIDE).first()
    if job is not None:
        job.state, job.message = Job.State.FAILED, words[:300]
        job.save(update_fields=["state", "message", "updated_at"])


def get_decisions(job_id: UUID, *, actor: Actor) -> Job:
    """The job, for those who decide."""
    actor.require_all(Permission.APPLICATIONS_DECIDE)
    job = Job.objects.filter(pk=job_id, kind=DECIDE).first()
    if job is None:
        raise NotFoundError
    return job


def outcomes_of(job: Job) -> list[Outcome]:
    """What became of each so far."""
    rows: Sequence[Mapping[str, Any]] = job.result or []
    return [Outcome(**{**each, "application": UUID(each["application"])}) for each in rows]


@transaction.atomic
def stop_deciding(job_id: UUID, *, actor: Actor) -> Job:
    """Decide no more of them. What was decided stays, and what was mailed is mailed."""
    job = get_decisions(job_id, actor=actor)
    if job.state in _OPEN:
        job.cancel_asked = True
        job.save(update_fields=["cancel_asked", "updated_at"])
    return job
