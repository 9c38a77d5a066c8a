"""Watching very many applications being decided."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.many import get_decisions, outcomes_of, stop_deciding
from lyceum.domains.journal.models import Job


@require_http_methods(["GET", "POST"])
def decisions_page(request: HttpRequest, decisions_id: UUID) -> HttpResponse:
    """How far the job is; once it is over, what became of each."""
    actor = actor_of(request)
    job = get_decisions(decisions_id, actor=actor)

    def act() -> Done:
        stop_deciding(decisions_id, actor=actor)
        return Done(f"/applications/decisions/{decisions_id}/", Toast(_("It stops after those it is at.")))

    def context() -> dict[str, Any]:
        outcomes = outcomes_of(job)
        return {
            "job": job,
            "working": job.state in (Job.State.QUEUED, Job.State.RUNNING),
            "rows": [(each, Application.Status(each.after).label) for each in outcomes],
            "refused": sum(bool(each.code) for each in outcomes),
            "changed": sum(each.before != each.after for each in outcomes),
            "mails": sum(each.tells_family for each in outcomes),
        }

    return submitted(request, "admissions/decisions.html", context, act)
