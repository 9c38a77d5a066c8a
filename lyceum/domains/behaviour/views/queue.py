"""The page of what waits for a decision, and the page of one stage."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import RuleError
from lyceum.core.forms import gone_on, shown_errors, submitted, typed_date, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.behaviour.balances import list_entries
from lyceum.domains.behaviour.models import EscalationCase, Notice
from lyceum.domains.behaviour.queries import get_case, list_notices
from lyceum.domains.behaviour.queue import may_decide, read_queue
from lyceum.domains.behaviour.rules.contests import answer_contest
from lyceum.domains.behaviour.rules.decisions import Decision, approve_case, dismiss_case, letter_of, stage_of
from lyceum.domains.behaviour.rules.notices import recall_notice, send_notice
from lyceum.domains.behaviour.rules.reviewing import review_incident
from lyceum.domains.behaviour.rules.telling import shown_recipients
from lyceum.domains.behaviour.words import CASE_STATES, KINDS, NOTICE_STATES

QUEUE = "/behaviour/queue/"


@require_http_methods(["GET", "POST"])
def queue_page(request: HttpRequest) -> HttpResponse:
    """Everything that waits for somebody to decide, with what is needed to decide it; also by keys."""
    actor = actor_of(request)
    if not may_decide(actor):
        raise not_allowed(Permission.INCIDENTS_REVIEW)
    if request.method == "POST":
        try:
            return gone_on(request, Done(QUEUE, Toast(_decide(request))))
        except RuleError as error:
            shown = _queue(actor) | {"errors": shown_errors(error), "typed": request.POST}
            return render(request, "behaviour/queue.html", shown, status=error.status)
    return render(request, "behaviour/queue.html", _queue(actor))


def _queue(actor: Actor) -> dict[str, Any]:
    sections = read_queue(actor)
    several = any(section.name == "notices" and len(section.rows) > 1 for section in sections)
    return {"sections": sections, "may_send": several}


def _decide(request: HttpRequest) -> str:
    """The one act that was chosen; returns what to say of it."""
    actor, form = actor_of(request), request.POST
    row, act, reason = typed_id(request, "row") or UUID(int=0), form.get("act", ""), form.get("reason", "")
    if act in ("approve", "reject"):
        review_incident(row, approve=act == "approve", reason=reason, actor=actor)
        return _("Approved.") if act == "approve" else _("Rejected.")
    if act == "approve-stage":
        approve_case(row, actor=actor)
        return _("The stage is approved.")
    if act == "dismiss-stage":
        dismiss_case(row, reason=reason, actor=actor)
        return _("Nothing follows.")
    if act == "answer":
        answer_contest(row, text=form.get("text", ""), actor=actor)
        return _("Answered.")
    if act == "recall":
        recall_notice(row, actor=actor)
        return _("Called back.")
    send_notice(row, actor=actor)
    return _("On its way.")


@require_http_methods(["GET", "POST"])
def stage_page(request: HttpRequest, escalation_id: UUID) -> HttpResponse:
    """One student at a stage: the evidence, what would follow, the letter; and the decision."""
    actor = actor_of(request)
    actor.require(Permission.INCIDENTS_VIEW)
    case = get_case(escalation_id, actor=actor)

    def act() -> str | Done:
        form = request.POST
        if form.get("act") == "dismiss":
            dismiss_case(escalation_id, reason=form.get("reason", ""), actor=actor)
            return Done(QUEUE, Toast(_("Nothing follows.")))
        decision = Decision(
            starts_on=typed_date(request, "starts_on"),
            ends_on=typed_date(request, "ends_on"),
            letter=form.get("letter", ""),
            note=form.get("note", ""),
        )
        approve_case(escalation_id, decision=decision, actor=actor)
        return Done(QUEUE, Toast(_("The stage is approved.")))

    def context() -> dict[str, Any]:
        stage = stage_of(case)
        return {
            "case": case,
            "stage": stage,
            "state": CASE_STATES[case.state],
            "action": KINDS.get(stage["action"], ""),
            "letter": letter_of(case),
            "entries": list_entries(actor, student=case.student_id).filter(pk__in=case.evidence)[:100],
            "letters": _letters(case, actor),
            "may_decide": actor.may(Permission.STAGES_DECIDE) and case.state == "reached",
        }

    return submitted(request, "behaviour/stage.html", context, act)


def _letters(case: EscalationCase, actor: Actor) -> list[dict[str, Any]]:
    """What was written to the family about a stage, for who may send it."""
    if not actor.may(Permission.NOTICES_SEND):
        return []
    approved = (Notice.State.APPROVED, Notice.State.RECALLABLE, Notice.State.SENT)
    return [
        {
            "notice": notice,
            "state": NOTICE_STATES[notice.state],
            "recipients": shown_recipients(notice, actor=actor),
            "is_approved": notice.state in approved,
        }
        for notice in list_notices(actor, case=case.pk)[:20]
    ]
