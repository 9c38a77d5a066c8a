"""The list of applications: the office's pipeline; a family's own."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import asked_id
from lyceum.core.lists import BulkAct, Column, Filter, Planned, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.admissions.interviews import list_interviews, write_calendar
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.queries import (
    ApplicationFilter,
    Standing,
    count_by_status,
    list_applications,
    list_intakes,
    list_own_applications,
    list_to_review,
    standings_of,
    whole,
)
from lyceum.domains.admissions.rules.deciding import REASONS
from lyceum.domains.admissions.rules.many import AT_ONCE, ask_to_decide
from lyceum.domains.admissions.rules.moving import decide_many
from lyceum.domains.admissions.rules.refusals import WrongStateError
from lyceum.domains.admissions.rules.verdicts import Verdict
from lyceum.domains.admissions.shapes import next_act
from lyceum.domains.admissions.tasks import decide_later
from lyceum.domains.journal.rules import note_export

_S = Application.Status
MOST_TO_REVIEW = 200
STATES = [(state.value, state.label) for state in _S if state != _S.DRAFT]
TONES = {
    "submitted": "due", "under_review": "due", "waitlisted": "late", "offered": "authorised", "approved": "present",
    "enrolled": "present", "rejected": "absent", "declined": "none", "expired": "none", "withdrawn": "none",
    "rescinded": "none", "draft": "none",
}  # fmt: skip


def state_html(status: str) -> SafeString:
    """A state as a tag."""
    return SafeString(f'<span class="tag tag-{TONES[status]}">{escape(str(_S(status).label))}</span>')  # escaped


def _next_step(row: Standing) -> str:
    waiting = [step for step in row.steps if step.is_required and not step.is_settled]
    return waiting[0].step_name if waiting else ""


def _open_documents(row: Standing) -> int:
    return sum(document.is_required and not document.is_settled for document in row.documents)


def _waiting(row: Standing) -> str:
    return f"{row.waiting[0]} / {row.waiting[1]}" if row.waiting else ""


def _plan(act: str, request: HttpRequest, ids: list) -> list[Planned]:  # type: ignore[type-arg]  # of UUIDs
    outcomes = decide_many(ids, act=act, preview=True, actor=actor_of(request), **_given(request, act))
    return [
        Planned(each.name, str(_S(each.before).label), str(_S(each.after).label), each.detail) for each in outcomes
    ]  # fmt: skip


def _given(request: HttpRequest, act: str) -> dict[str, Any]:
    reason_code = request.POST.get("reason_code", "") if act == "reject" else ""
    return {"reason_code": reason_code, "verdict": Verdict(message=request.POST.get("message", ""))}


def _apply(act: str, request: HttpRequest, ids: list) -> str | None:  # type: ignore[type-arg]  # of UUIDs
    actor = actor_of(request)
    if len(ids) > AT_ONCE:
        job = ask_to_decide(ids, act=act, actor=actor, **_given(request, act))
        decide_later(job, actor=actor)
        return f"/applications/decisions/{job.pk}/"
    for each in decide_many(ids, act=act, actor=actor, **_given(request, act)):
        if each.code:  # changed since the preview: the whole is looked at anew
            raise WrongStateError(f"{each.name}: {each.detail}")
    return None


def _decides(request: HttpRequest) -> bool:
    return actor_of(request).reaches_all(Permission.APPLICATIONS_DECIDE)


def _bulk(name: str, label: Promise, *, fields: str = "") -> BulkAct:
    plan, apply = partial(_plan, name), partial(_apply, name)
    return BulkAct(name, label, plan, apply, fields=fields, context=_reasons, is_allowed=_decides)


def _reasons(_request: HttpRequest) -> dict[str, object]:
    return {"reasons": list(REASONS.items())}


TABLE: Table[Standing] = Table(
    name="applications",
    label=_("Applications"),
    columns=(
        Column("name", _("Applicant"), lambda row: str(row.application), sort=("student__person__sort_name",)),
        Column("number", _("Number"), lambda row: getattr(row.application.student, "registration_number", "")),
        Column("intake", pgettext_lazy("whom", "For"), lambda row: row.application.intake.name, sort=("intake__name",)),
        Column("state", _("State"), lambda row: _S(row.visible_status).label,
               html=lambda row: state_html(row.visible_status)),
        Column("step", _("Next step"), _next_step),
        Column("documents", _("Documents open"), _open_documents, is_number=True),
        Column("waiting", _("Waiting"), _waiting, is_number=True),
        Column("submitted", _("Sent"), lambda row: row.application.submitted_at, sort=("submitted_at",)),
        Column("score", _("Score"), lambda row: row.application.score, is_number=True, is_extra=True),
        Column("priority", _("Priority"), lambda row: row.application.priority, is_number=True, is_extra=True),
        Column("decided", _("Decided by"), lambda row: row.application.decided_by_name, is_extra=True),
    ),
    href=lambda row: f"/applications/{row.application.pk}/",
    key=lambda row: str(row.application.pk),
    bulk=(
        _bulk("start-review", _("Take in hand")),
        _bulk("approve", _("Approve")),
        _bulk("offer", _("Offer a place")),
        _bulk("waitlist", _("Put on the waiting list")),
        _bulk("reject", _("Reject"), fields="admissions/_bulk_reject.html"),
    ),
    order=("-created_at", "-pk"),
)  # fmt: skip


def asked_filter(request: HttpRequest) -> ApplicationFilter:
    """The filter of the address; what makes no sense narrows nothing."""
    asked = request.GET
    return ApplicationFilter(
        intake=asked_id(request, "intake"),
        status=asked.get("status", "") if asked.get("status") in _S.values else "",
        text=asked.get("q", "")[:100].replace("\x00", ""),
        documents_open=asked.get("documents") == "open",
        step=asked.get("step", "")[:80].replace("\x00", ""),
    )


@require_http_methods(["GET", "POST"])
def applications_page(request: HttpRequest) -> HttpResponse:
    """The office's list with its counts by state; for a family its own applications."""
    actor = actor_of(request)
    actor.require(Permission.APPLICATIONS_VIEW)
    if not actor.reaches_all(Permission.APPLICATIONS_VIEW):
        return _own(request, actor)
    intakes = [(str(each.pk), each.name) for each in list_intakes(actor)]
    chosen = asked_filter(request)
    counts = count_by_status(actor, intake=chosen.intake)
    filters = [
        Filter("q", _("Name or number")),
        Filter("intake", pgettext_lazy("whom", "For"), intakes, every=_("All")),
        Filter("status", _("State"), STATES, every=_("All")),
        Filter("documents", _("Documents"), [("open", _("outstanding"))], every=_("All")),
    ]
    return answer_list(
        request,
        TABLE,
        list_applications(actor, chosen=chosen),
        whole=whole,
        made=partial(standings_of, actor=actor),
        template="admissions/applications.html",
        filters=filters,
        note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
        context={
            "counts": [(state, label, counts[state]) for state, label in STATES if counts[state]],
            "chosen": chosen,
            "may_edit": actor.reaches_all(Permission.INTAKES_EDIT),
            "may_enter": actor.reaches_all(Permission.APPLICATIONS_ENTER),
        },
    )


def _own(request: HttpRequest, actor: Actor) -> HttpResponse:
    own = standings_of(list(list_own_applications(actor)[:50]), actor=actor)
    review = standings_of(list(list_to_review(actor)[:MOST_TO_REVIEW]), actor=actor)
    context = {
        "rows": [(each, state_html(each.visible_status), next_act(each)) for each in own],
        "to_review": [(each, [step for step in each.steps if not step.is_settled]) for each in review],
        "may_apply": actor.may(Permission.APPLY),
    }
    return render(request, "admissions/own.html", context)


@require_GET
def interviews_file(request: HttpRequest) -> HttpResponse:
    """The interviews ahead, for a calendar."""
    actor = actor_of(request)
    response = HttpResponse(
        write_calendar(list_interviews(actor), actor=actor), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="interviews.ics"'
    return response
