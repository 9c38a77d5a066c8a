"""The page of one incident: for staff what happened and what follows, for a family their own child's part."""

from collections.abc import Callable
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import needed_date, submitted, typed_date, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.behaviour.forms import typed_days, typed_whole
from lyceum.domains.behaviour.models import Incident, Notice, Participant
from lyceum.domains.behaviour.queries import list_actions, list_notices
from lyceum.domains.behaviour.reading import note_reading
from lyceum.domains.behaviour.rows import is_for_staff, place_of, reporter_of, rows_of, type_name_of
from lyceum.domains.behaviour.rules.actions import NewAction, cancel_action, finish_action, set_action
from lyceum.domains.behaviour.rules.contests import answer_contest, contest_incident, may_contest
from lyceum.domains.behaviour.rules.files import add_file, list_files, may_change_files, remove_file
from lyceum.domains.behaviour.rules.notices import recall_notice, send_notice, usual_text, write_notice
from lyceum.domains.behaviour.rules.recording import delete_draft, submit_incident
from lyceum.domains.behaviour.rules.reviewing import edit_incident, review_incident, withdraw_incident
from lyceum.domains.behaviour.rules.sending import preview_approving
from lyceum.domains.behaviour.rules.telling import shown_recipients
from lyceum.domains.behaviour.words import (
    ACTION_STATES,
    DIFFERENCES,
    KINDS,
    NOTICE_STATES,
    ROLES,
    STATES,
    severity_name,
    severity_names,
)
from lyceum.domains.people.reach import reach_words

EDITS = ("narrative", "summary", "place")


@require_http_methods(["GET", "POST"])
def incident_page(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """What happened, as far as whoever asks may read it, and what they may do about it."""
    actor = actor_of(request)
    rows = rows_of(incident_id, actor=actor)
    page = f"/incidents/{incident_id}/"

    def act() -> str | Done:
        return _ACTS.get(request.POST.get("act", ""), _edit)(request, incident_id, page)

    def context() -> dict[str, Any]:
        return _shown(rows, actor)

    if request.method == "GET":
        note_reading(rows, actor=actor)
    return submitted(request, "behaviour/incident.html", context, act)


Act = Callable[[HttpRequest, UUID, str], str | Done]


def _edit(request: HttpRequest, incident_id: UUID, page: str) -> Done:
    form = request.POST
    values: dict[str, Any] = {name: form[name] for name in EDITS if name in form}
    if "severity" in form:
        values["severity"] = typed_whole(request, "severity") or 0
    values["parts"] = [
        _part(request, name.removeprefix("role-"))
        for name in form
        if name.startswith("role-") and len(name) == len("role-") + 36
    ]
    edit_incident(incident_id, values=values, actor=actor_of(request))
    return Done(page, Toast(_("Changed.")))


def _part(request: HttpRequest, student: str) -> dict[str, Any]:
    form = request.POST
    part: dict[str, Any] = {
        "student_id": UUID(student),
        "role": form.get(f"role-{student}", ""),
        "outcome": form.get(f"outcome-{student}", ""),
    }
    points = typed_whole(request, f"points-{student}")
    return part if points is None else part | {"points": points}


def _approve(request: HttpRequest, incident_id: UUID, page: str) -> Done:
    review_incident(incident_id, approve=True, reason=request.POST.get("reason", ""), actor=actor_of(request))
    return Done(page, Toast(_("Approved.")))


def _reject(request: HttpRequest, incident_id: UUID, page: str) -> Done:
    review_incident(incident_id, approve=False, reason=request.POST.get("reason", ""), actor=actor_of(request))
    return Done(page, Toast(_("Rejected.")))


def _withdraw(request: HttpRequest, incident_id: UUID, page: str) -> Done:
    withdraw_incident(incident_id, reason=request.POST.get("reason", ""), actor=actor_of(request))
    return Done(page, Toast(_("Taken back; the points are reversed.")))


def _submit(request: HttpRequest, incident_id: UUID, page: str) -> Done:
    submit_incident(incident_id, actor=actor_of(request))
    return Done(page, Toast(_("Handed in.")))


def _delete(request: HttpRequest, incident_id: UUID, _page: str) -> Done:
    delete_draft(incident_id, actor=actor_of(request))
    return Done("/behaviour/incidents/", Toast(_("The draft is deleted.")))


def _add_file(request: HttpRequest, incident_id: UUID, page: str) -> Done:
    upload = request.FILES.get("file")
    if upload is None:
        raise invalid_field("/file", "required", _("Choose a file."))
    add_file(incident_id, given=cast(BinaryIO, upload.file), name=upload.name or "", actor=actor_of(request))
    return Done(page, Toast(_("The file is kept.")))


def _remove_file(request: HttpRequest, incident_id: UUID, page: str) -> Done:
    remove_file(incident_id, _row(request), actor=actor_of(request))
    return Done(page, Toast(_("The file is taken away.")))


def _row(request: HttpRequest) -> UUID:
    return typed_id(request, "row") or UUID(int=0)


def _send(request: HttpRequest, _incident_id: UUID, page: str) -> Done:
    send_notice(_row(request), actor=actor_of(request))
    return Done(page, Toast(_("On its way; it can be called back for ten seconds.")))


def _recall(request: HttpRequest, _incident_id: UUID, page: str) -> Done:
    recall_notice(_row(request), actor=actor_of(request))
    return Done(page, Toast(_("Called back.")))


def _write(request: HttpRequest, _incident_id: UUID, page: str) -> Done:
    write_notice(_row(request), text=request.POST.get("text", ""), actor=actor_of(request))
    return Done(page, Toast(_("Written; look at it and send it.")))


def _set_action(request: HttpRequest, _incident_id: UUID, page: str) -> Done:
    form = request.POST
    new = NewAction(
        typed_id(request, "of") or UUID(int=0),
        form.get("kind", ""),
        needed_date(request, "starts_on"),
        ends_on=typed_date(request, "ends_on"),
        participant_id=_row(request),
        note=form.get("note", ""),
    )
    set_action(new, actor=actor_of(request))
    return Done(page, Toast(_("Set.")))


def _finish(request: HttpRequest, _incident_id: UUID, page: str) -> Done:
    finish_action(
        _row(request),
        real_days=typed_days(request, "real_days"),
        difference=request.POST.get("difference", ""),
        actor=actor_of(request),
    )
    return Done(page, Toast(_("Done.")))


def _cancel(request: HttpRequest, _incident_id: UUID, page: str) -> Done:
    cancel_action(_row(request), actor=actor_of(request))
    return Done(page, Toast(_("Called off.")))


def _contest(request: HttpRequest, incident_id: UUID, page: str) -> Done:
    student = typed_id(request, "of")
    contest_incident(incident_id, student_id=student, text=request.POST.get("text", ""), actor=actor_of(request))
    return Done(page, Toast(_("Sent. Somebody who did not report it will answer.")))


def _answer(request: HttpRequest, _incident_id: UUID, page: str) -> Done:
    answer_contest(_row(request), text=request.POST.get("text", ""), actor=actor_of(request))
    return Done(page, Toast(_("Answered.")))


_ACTS: dict[str, Act] = {
    "approve": _approve,
    "reject": _reject,
    "withdraw": _withdraw,
    "submit": _submit,
    "delete": _delete,
    "send": _send,
    "recall": _recall,
    "write": _write,
    "action": _set_action,
    "finish": _finish,
    "cancel": _cancel,
    "contest": _contest,
    "answer": _answer,
    "add_file": _add_file,
    "remove_file": _remove_file,
    "edit": _edit,
}


def _shown(rows: list[Participant], actor: Actor) -> dict[str, Any]:
    first = rows[0]
    incident, staff = first.incident, is_for_staff(first)
    reviews = staff and actor.may(Permission.INCIDENTS_REVIEW)
    is_own = incident.reported_by is not None and incident.reported_by == actor.user_id
    undecided = incident.state in (Incident.State.DRAFT, Incident.State.SUBMITTED)
    return {
        "incident": incident,
        "name": type_name_of(first),
        "place": place_of(incident),
        "reporter": reporter_of(first),
        "state": STATES[incident.state],
        "severity": severity_name(incident.severity),
        "severities": [(str(n), f"{n} · {name}") for n, name in severity_names()],
        "is_staff": staff,
        "is_own": is_own,
        "parts": [_part_shown(row, actor) for row in rows],
        "roles": list(ROLES.items()),
        "kinds": list(KINDS.items()),
        "differences": list(DIFFERENCES.items()),
        "may_edit": staff and ((is_own and undecided) or (reviews and not is_own and (undecided or incident.counts))),
        "may_review": reviews and not is_own and incident.state == Incident.State.SUBMITTED,
        "may_withdraw": reviews and incident.counts,
        "may_hand_in": is_own and incident.state == Incident.State.DRAFT,
        "may_act": reviews and incident.counts,
        "may_answer": staff and not is_own and actor.may(Permission.CONTESTS_ANSWER),
        "files": list_files(incident.pk, actor=actor) if is_for_staff(rows[0]) else [],
        "may_change_files": is_for_staff(rows[0]) and may_change_files(incident, actor),
        "may_export": actor.may(Permission.BEHAVIOUR_EXPORT),
        "may_tell": _may_tell(incident, is_own, actor),
        **(_reach(incident, actor) if reviews and not is_own and incident.state == Incident.State.SUBMITTED else {}),
        **(_what_follows(incident, rows, actor) if staff else {}),
    }


def _reach(incident: Incident, actor: Actor) -> dict[str, Any]:
    """How far approving would go, for who may tell families."""
    if not actor.reaches_all(Permission.NOTICES_SEND):
        return {}
    shown = preview_approving(incident.pk, actor=actor)
    if not shown.notices:
        return {}
    return {"reach": shown.reach, "costs": shown.costs, "reach_words": reach_words(shown.reach)}


def _may_tell(incident: Incident, is_own: bool, actor: Actor) -> bool:
    if not incident.counts or incident.confidential:
        return False
    needs = incident.type.needs_review or incident.severity == 4
    return actor.reaches_all(Permission.NOTICES_SEND) or (is_own and not needs and actor.may(Permission.NOTICES_SEND))


def _part_shown(row: Participant, actor: Actor) -> dict[str, Any]:
    return {
        "row": row,
        "student": row.student,
        "role": ROLES[row.role],
        "may_contest": actor.may(Permission.INCIDENTS_CONTEST) and not is_for_staff(row) and may_contest(row),
    }


def _what_follows(incident: Incident, rows: list[Participant], actor: Actor) -> dict[str, Any]:
    parts = {row.pk for row in rows}
    found: dict[str, Any] = {"actions": [], "notices": [], "drafts": []}
    if actor.may(Permission.INCIDENTS_VIEW):
        actions = list_actions(actor).filter(participant__in=parts)[:50]
        found["actions"] = [(each, KINDS[each.kind], ACTION_STATES[each.state]) for each in actions]
    if actor.may(Permission.NOTICES_SEND):
        notices = list_notices(actor, incident=incident.pk)[:50]
        found["notices"] = [_notice_shown(each, actor) for each in notices]
        told = {each.participant_id for each in notices if each.state != Notice.State.WITHDRAWN}
        found["drafts"] = [(row, usual_text(row, incident.type)) for row in rows if row.pk not in told]
    return found


def _notice_shown(notice: Notice, actor: Actor) -> dict[str, Any]:
    return {
        "notice": notice,
        "state": NOTICE_STATES[notice.state],
        "recipients": shown_recipients(notice, actor=actor),
        "waits": notice.state == Notice.State.HELD,
        "may_recall": notice.state in (Notice.State.HELD, Notice.State.RECALLABLE),
    }
