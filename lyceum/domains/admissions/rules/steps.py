"""The steps of a selection and the documents that are handed in, one application at a time."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, not_allowed, system_actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.files import store_file, take_file
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.admissions.facts import DocumentRejected, StepChanged
from lyceum.domains.admissions.models import Application, ApplicationDocument, ApplicationStep, SelectionStep
from lyceum.domains.admissions.policies import named_applications, named_steps, own_applications, refuse_blind
from lyceum.domains.admissions.rules.refusals import EarlierStepOpenError, WrongStateError
from lyceum.domains.admissions.rules.states import get_for_act, needed_reason, require_state
from lyceum.domains.admissions.rules.telling import tell_family
from lyceum.domains.journal.rules import Entry, Target, changed_fields, record, record_all

_T = ApplicationStep.Status
OPEN = ("submitted", "under_review", "waitlisted", "offered")
FORWARD = {_T.PENDING: (_T.IN_PROGRESS, _T.COMPLETED, _T.FAILED), _T.IN_PROGRESS: (_T.COMPLETED, _T.FAILED)}
"""Where a step goes by itself. Anything else that is possible needs a reason."""
BACK = (_T.FAILED, _T.COMPLETED, _T.WAIVED)
_D = ApplicationDocument.Status


@transaction.atomic
def set_step(
    application_id: UUID,
    step_id: UUID,
    *,
    status: str = "",
    reason: str = "",
    values: Mapping[str, Any] | None = None,
    actor: Actor,
) -> ApplicationStep:
    """Move a step on, or say when and what for. Steps run in order; going back or waiving one needs a reason.

    The office sets every step, who is named to one sets that.
    """
    application = _for_setting(application_id, actor)
    require_state(application, *OPEN)
    step = application.steps.select_for_update(of=("self",)).filter(pk=step_id).first()
    if step is None:
        raise NotFoundError
    _require_named(application, Q(pk=step_id), actor)
    changes = changed_fields(step, _checked(values or {}))
    if status and status != step.status:
        reason = _check_move(application, step, status, reason)
        changes["status"] = [step.status, status]
        _move(step, status, actor)
    if changes:
        step.save()
        facts = [_fact(step)] if "status" in changes else []
        changes.pop("internal_note", None)
        record("admissions.step.set", target=_target(application, step.step_name), changes=changes, reason=reason,
               facts=facts, actor=actor)  # fmt: skip
    return step


def _for_setting(application_id: UUID, actor: Actor) -> Application:
    actor.require(Permission.STEPS_SET)
    return get_for_act(application_id, permission=Permission.APPLICATIONS_VIEW, actor=actor)


def _require_named(application: Application, which: Q, actor: Actor) -> None:
    """Refuse who is neither of the office nor named to such a step: nobody moves their own application on."""
    if actor.reaches_all(Permission.STEPS_SET):
        return
    theirs = Application.objects.filter(named_applications(actor), pk=application.pk).exists()
    if not theirs or not application.steps.filter(named_steps(actor), which).exists():
        raise not_allowed(Permission.STEPS_SET)


def _target(application: Application, name: str) -> Target:
    return Target("admissions.application", application.pk, f"{application}: {name}")


def _fact(step: ApplicationStep) -> StepChanged:
    return StepChanged(application=step.application_id, step=step.pk, status=step.status)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(values)
    for name in ("message", "internal_note"):
        if name in kept:
            kept[name] = tidy(kept[name] or "")
            if len(kept[name]) > 1000:
                raise invalid_field(f"/{name}", "too_long", _("Use at most 1000 letters."))
    unknown = sorted(kept.keys() - {"message", "internal_note", "due_on", "appointment"})
    if unknown:
        raise invalid_field(f"/{unknown[0]}", "read_only", _("This cannot be changed here."))
    return kept


def _check_move(application: Application, step: ApplicationStep, status: str, reason: str) -> str:
    """The reason as it is kept. Refuses a way that does not lead there, and a step before whose turn it is."""
    if status not in _T.values:
        raise invalid_field("/status", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(_T)})
    if status == _T.WAIVED or (step.status in BACK and status == _T.IN_PROGRESS):
        return needed_reason(reason)
    if status not in FORWARD.get(_T(step.status), ()):
        raise WrongStateError(
            _("From %(now)s a step does not become %(then)s.")
            % {"now": _T(step.status).label, "then": _T(status).label}
        )  # fmt: skip
    earlier = application.steps.filter(order__lt=step.order, is_required=True).exclude(pk=step.pk)
    first = earlier.exclude(status__in=(_T.COMPLETED, _T.WAIVED)).order_by("order").first()
    if first is not None:
        raise EarlierStepOpenError(
            _("Steps run in order: %(step)s comes first.") % {"step": first.step_name}, step_id=str(first.pk)
        )
    return tidy(reason)[:500]


def _move(step: ApplicationStep, status: str, actor: Actor) -> None:
    step.status = status
    over = status in (_T.COMPLETED, _T.FAILED, _T.WAIVED)
    step.done_at, step.done_by = (clock.now(), actor.user_id) if over else (None, None)


def complete_open_steps(application: Application, *, reason: str, actor: Actor) -> None:
    """Complete every required step that is open in the decider's name; while a decision is held nobody hears of it."""
    steps = [each for each in application.steps.order_by("order") if each.is_required and not each.is_settled]
    entries = []
    held = not application.intake.is_visible(clock.now())
    for step in steps:
        changes = {"status": [step.status, _T.COMPLETED.value]}
        _move(step, _T.COMPLETED, actor)
        step.save()
        facts = [] if held else [_fact(step)]
        entries.append(Entry("admissions.step.set", _target(application, step.step_name), changes, reason, facts=facts))
    if entries:
        record_all(entries, actor=actor)


@transaction.atomic
def hand_in_document(
    application_id: UUID, document_id: UUID, *, file: BinaryIO, name: str, actor: Actor
) -> ApplicationDocument:
    """Hand a document in: the family does, or the office for them. One that was in order is not replaced."""
    application = get_for_act(application_id, permission=Permission.APPLICATIONS_VIEW, actor=actor)
    if not actor.reaches_all(Permission.STEPS_SET):
        actor.require(Permission.APPLY)
        if not Application.objects.filter(own_applications(actor), pk=application.pk).exists():
            raise not_allowed(Permission.STEPS_SET)
    require_state(application, *OPEN, "approved", by_family=True)
    document = _get_document(application, document_id)
    if document.status in (_D.VERIFIED, _D.WAIVED):
        raise WrongStateError(_("This document is in order already."))
    taken = take_file(file, name=name)
    document.stored = store_file(taken, area="applications", row=document.pk)
    document.file_name, document.file_kind = taken.name, taken.kind
    document.status, document.remark = _D.UPLOADED, ""
    document.save()
    record("admissions.document.hand_in", target=_target(application, document.type), actor=actor)
    return document


def _get_document(application: Application, document_id: UUID) -> ApplicationDocument:
    document = application.documents.select_for_update(of=("self",)).filter(pk=document_id).first()
    if document is None:
        raise NotFoundError
    return document


@transaction.atomic
def ask_for_document(
    application_id: UUID, *, type: str, is_required: bool = True, actor: Actor
) -> ApplicationDocument:  # fmt: skip
    """Ask one family for one more document."""
    application = _for_setting(application_id, actor)
    actor.require_all(Permission.STEPS_SET)
    require_state(application, *OPEN, "approved")
    name = tidy(type)
    if not 0 < len(name) <= 80 or application.documents.filter(type=name).exists():
        raise invalid_field("/type", "invalid", _("Give the document a name of its own, of at most 80 letters."))
    document = ApplicationDocument.objects.create(application=application, type=name, is_required=is_required)
    record("admissions.document.ask", target=_target(application, name), actor=actor)
    return document


@transaction.atomic
def set_document(
    application_id: UUID,
    document_id: UUID,
    *,
    status: str,
    remark: str = "",
    valid_until: date | None = None,
    actor: Actor,
) -> ApplicationDocument:
    """Say that a document is in order, or not and why, or not needed: the office, or who is named to such a step."""
    application = _for_setting(application_id, actor)
    _require_named(application, Q(kind=SelectionStep.Kind.DOCUMENT), actor)
    refuse_blind(application, actor)
    require_state(application, *OPEN, "approved")
    document = _get_document(application, document_id)
    allowed = {_D.VERIFIED: (_D.UPLOADED,), _D.REJECTED: (_D.UPLOADED, _D.VERIFIED)}
    if status == _D.WAIVED or status == _D.REJECTED:
        remark = needed_reason(remark, pointer="/remark")
    if status != _D.WAIVED and (status not in allowed or document.status not in allowed[_D(status)]):
        raise WrongStateError(
            _("A document that is %(now)s does not become %(then)s.")
            % {"now": _D(document.status).label, "then": status[:20]}
        )
    changes = changed_fields(document, {"status": str(status), "remark": tidy(remark), "valid_until": valid_until})
    document.save()
    rejected = status == _D.REJECTED
    facts = [DocumentRejected(application=application.pk, document=document.pk)] if rejected else []
    target = _target(application, document.type)
    record("admissions.document.set", target=target, changes=changes, facts=facts, actor=actor)
    if rejected:
        tell_family(application, "admissions.document", values={"text": f"{document.type}: {document.remark}"},
                    once=f"{document.pk}:{_key(clock.now())}", actor=system_actor(current_school()))  # fmt: skip
    return document


def _key(instant: datetime) -> str:
    return str(int(instant.timestamp() * 1000))
