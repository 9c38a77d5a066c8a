"""One applicant on one screen: for the office what to decide by, for a family where it stands and what is next."""

from collections.abc import Callable
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.files import answer_file
from lyceum.core.forms import submitted, typed_date, typed_id, typed_number
from lyceum.core.permissions import Permission, Role
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.queries import list_class_names
from lyceum.domains.admissions.documents.printing import answer_application
from lyceum.domains.admissions.models import Application, ApplicationDocument, ApplicationStep, Intake
from lyceum.domains.admissions.queries import (
    Standing,
    get_application,
    list_applications,
    list_handed_in,
    list_intakes,
    standing_of,
)
from lyceum.domains.admissions.related import look_alikes
from lyceum.domains.admissions.rules.admitting import admit, plan_admission
from lyceum.domains.admissions.rules.answering import accept_offer, decline_offer
from lyceum.domains.admissions.rules.deciding import (
    REASONS,
    approve,
    offer_place,
    reject,
    rescind,
    start_review,
    waitlist,
    withdraw,
)
from lyceum.domains.admissions.rules.forms import fields_of, schema_of
from lyceum.domains.admissions.rules.moving import move_application
from lyceum.domains.admissions.rules.places import free_places, taken_places
from lyceum.domains.admissions.rules.sending import submit_application
from lyceum.domains.admissions.rules.standing import get_document_file, rate_application
from lyceum.domains.admissions.rules.steps import ask_for_document, hand_in_document, set_document, set_step
from lyceum.domains.admissions.rules.verdicts import Verdict
from lyceum.domains.admissions.shapes import next_act, offer_shape
from lyceum.domains.admissions.views.applications import state_html
from lyceum.domains.admissions.views.typed import typed_instant
from lyceum.domains.admissions.words import said_answer
from lyceum.domains.people.models import Student

_S = Application.Status
DECIDABLE = (_S.SUBMITTED, _S.UNDER_REVIEW, _S.WAITLISTED)


@require_http_methods(["GET", "POST"])
def application_page(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """One application, with the acts that whoever reads it may do now."""
    actor = actor_of(request)
    application = get_application(application_id, actor=actor)
    standing = standing_of(application, actor=actor)
    page = f"/applications/{application_id}/"

    def act() -> str | Done:
        word = _ACTS.get(request.POST.get("act", ""), _unknown)(request, application_id, actor)
        return Done(page, Toast(word))

    if standing.seen_by_office:
        return submitted(request, "admissions/application.html", lambda: _office(standing, actor), act)
    if standing.is_review:
        return submitted(request, "admissions/review.html", lambda: _review_of(standing), act)
    return submitted(request, "admissions/own_application.html", lambda: _family(standing, actor), act)


def _verdict(request: HttpRequest) -> Verdict:
    form = request.POST
    return Verdict(
        message=form.get("message", ""),
        internal_note=form.get("internal_note", ""),
        reason=form.get("reason", ""),
        complete_open_steps=form.get("complete_open_steps") == "1",
        conditions=form.get("conditions", ""),
    )


Act = Callable[[HttpRequest, UUID, Actor], str]


def _unknown(_request: HttpRequest, _pk: UUID, _actor: Actor) -> str:
    raise invalid_field("/act", "choice", _("The form was altered. Open the page again."))


def _review(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    start_review(pk, reason=request.POST.get("reason", ""), actor=actor)
    return _("It is under review.")


def _approve(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    return str(_S(approve(pk, verdict=_verdict(request), actor=actor).status).label)


def _offer(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    return str(_S(offer_place(pk, verdict=_verdict(request), actor=actor).status).label)


def _waitlist(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    return str(_S(waitlist(pk, verdict=_verdict(request), actor=actor).status).label)


def _reject(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    reject(pk, reason_code=request.POST.get("reason_code", ""), verdict=_verdict(request), actor=actor)
    return _("Rejected.")


def _rescind(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    rescind(pk, reason=request.POST.get("reason", ""), message=request.POST.get("message", ""), actor=actor)
    return _("The offer is taken back.")


def _withdraw(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    withdraw(pk, reason=request.POST.get("reason", ""), actor=actor)
    return _("The application is withdrawn.")


def _accept(_request: HttpRequest, pk: UUID, actor: Actor) -> str:
    accept_offer(pk, actor=actor)
    return _("The place is yours.")


def _decline(_request: HttpRequest, pk: UUID, actor: Actor) -> str:
    decline_offer(pk, actor=actor)
    return _("The place goes to somebody else.")


def _send(_request: HttpRequest, pk: UUID, actor: Actor) -> str:
    sent = submit_application(pk, actor=actor)
    return _("Sent.") if sent.submitted_at else _("Almost: follow the link in the mail we sent you.")


def _move(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    move_application(pk, intake_id=typed_id(request, "intake") or UUID(int=0), actor=actor)
    return _("Moved.")


def _rate(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    score = request.POST.get("score", "").strip().replace(",", ".")
    try:
        values: dict[str, Any] = {"score": float(score) if score else None}
    except ValueError:
        raise invalid_field("/score", "number", _("Give a number from 0 to 100.")) from None
    rate_application(pk, values=values | {"priority": typed_number(request, "priority", 100)}, actor=actor)
    return _("Saved.")


def _row(request: HttpRequest) -> UUID:
    return typed_id(request, "row") or UUID(int=0)


def _step(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    form = request.POST
    values: dict[str, Any] = {name: form[name] for name in ("message", "internal_note") if name in form}
    if "due_on" in form:
        values["due_on"] = typed_date(request, "due_on")
    if "appointment" in form:
        values["appointment"] = typed_instant(request, "appointment")
    set_step(
        pk, _row(request), status=form.get("status", ""), reason=form.get("reason", ""), values=values, actor=actor
    )
    return _("Saved.")


def _document(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    form = request.POST
    set_document(pk, _row(request), status=form.get("status", ""), remark=form.get("remark", ""), actor=actor)
    return _("Saved.")


def _ask(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    ask_for_document(pk, type=request.POST.get("type", ""), actor=actor)
    return _("Asked for.")


def _hand_in(request: HttpRequest, pk: UUID, actor: Actor) -> str:
    upload = request.FILES.get("file")
    if upload is None:
        raise invalid_field("/file", "required", _("Choose a file."))
    file = cast(BinaryIO, upload.file)
    hand_in_document(pk, _row(request), file=file, name=upload.name or "", actor=actor)
    return _("Handed in.")


_ACTS: dict[str, Act] = {
    "start-review": _review, "approve": _approve, "offer": _offer, "waitlist": _waitlist, "reject": _reject,
    "rescind": _rescind, "withdraw": _withdraw, "accept": _accept, "decline": _decline, "move": _move, "rate": _rate,
    "step": _step, "document": _document, "ask": _ask, "hand-in": _hand_in, "send": _send,
}  # fmt: skip


def _shared(standing: Standing) -> dict[str, Any]:
    application = standing.application
    return {
        "standing": standing,
        "application": application,
        "intake": application.intake,
        "tag": state_html(standing.visible_status),
        "state": _S(standing.visible_status).label,
        "offer": offer_shape(standing.offer),
        "deposit": standing.deposit,
        "deposit_invoice": standing.deposit.line.invoice if standing.deposit else None,
        "steps": [(each, ApplicationStep.Status(each.status).label) for each in standing.steps],
        "documents": [(each, ApplicationDocument.Status(each.status).label) for each in standing.documents],
    }


def _family(standing: Standing, actor: Actor) -> dict[str, Any]:
    status = standing.visible_status
    own_answer = actor.may(Permission.APPLICATIONS_ANSWER)
    return _shared(standing) | {
        "next": next_act(standing),
        "may_answer": own_answer and status == _S.OFFERED,
        "may_withdraw": own_answer and status in (*DECIDABLE, _S.OFFERED, _S.APPROVED),
        "is_draft": status == _S.DRAFT,
    }


def _answers(application: Application) -> list[tuple[str, str]]:
    labels = {field["key"]: field["label"] for field in fields_of(schema_of(application.intake))}
    return [(labels.get(key, key), said_answer(value)) for key, value in application.answers.items()]


def _review_of(standing: Standing) -> dict[str, Any]:
    application = standing.application
    return _shared(standing) | {
        "answers": _answers(application),
        "courses": list(application.wanted.all()),
        "may_set": application.status in ("submitted", "under_review", "waitlisted", "offered"),
    }


def _office(standing: Standing, actor: Actor) -> dict[str, Any]:
    application, status = standing.application, standing.visible_status
    decides = actor.reaches_all(Permission.APPLICATIONS_DECIDE)
    is_admin = Role.SCHOOL_ADMIN in actor.roles
    open_steps = [each for each in standing.steps if each.is_required and not each.is_settled]
    open_documents = [each for each in standing.documents if each.is_required and not each.is_settled]
    year_group = application.intake.kind == Intake.Kind.YEAR_GROUP
    others = [(str(each.pk), each.name) for each in list_intakes(actor, status="published")
              if each.pk != application.intake_id and each.kind == application.intake.kind]  # fmt: skip
    later = Q(created_at__lt=application.created_at) | Q(created_at=application.created_at, pk__lt=application.pk)
    following = list_applications(actor).filter(later, status=application.status)
    return _shared(standing) | {
        "answers": _answers(application),
        "courses": list(application.wanted.all()),
        "guardians": sorted(application.guardians.all(), key=lambda each: each.order),
        "may_set": actor.reaches_all(Permission.STEPS_SET) and status not in (_S.ENROLLED, _S.REJECTED),
        "may_review": actor.reaches_all(Permission.STEPS_SET) and status == _S.SUBMITTED,
        "may_decide": decides and status in DECIDABLE,
        "may_rescind": decides and is_admin and status == _S.OFFERED,
        "may_reopen": is_admin and status in ("rejected", "expired", "declined", "withdrawn"),
        "may_withdraw": actor.reaches_all(Permission.APPLICATIONS_ANSWER)
        and status in (*DECIDABLE, _S.OFFERED, _S.APPROVED),
        "may_take_money": actor.reaches_all(Permission.FEES_MANAGE),
        "may_admit": decides and year_group and status == _S.APPROVED,
        "open_steps": open_steps,
        "is_ready": not open_steps and not open_documents,
        "year_group": year_group,
        "free": free_places(application.intake),
        "taken": taken_places(application.intake),
        "reasons": list(REASONS.items()),
        "intakes": others,
        "alike": look_alikes(application, actor=actor),
        "following": following.values_list("pk", flat=True).first(),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def admit_page(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Where everything goes, what is missing, and the button that makes the applicant a student."""
    actor = actor_of(request)
    actor.require_all(Permission.APPLICATIONS_DECIDE)
    application = get_application(application_id, actor=actor)
    page = f"/applications/{application_id}/"
    if application.status == _S.ENROLLED or application.intake.kind != Intake.Kind.YEAR_GROUP:
        return redirect(page)

    def act() -> str | Done:
        class_id = typed_id(request, "class")
        admit(application_id, start_on=typed_date(request, "start_on"), class_id=class_id, actor=actor)
        return Done(page, Toast(_("Admitted: the applicant is a student now.")))

    def context() -> dict[str, Any]:
        plan = plan_admission(application)
        classes = list_class_names(actor, plan.starts_on)
        starts_on = plan.starts_on.isoformat()
        return {"application": application, "plan": plan, "classes": classes, "starts_on": starts_on}

    return submitted(request, "admissions/admit.html", context, act)


@require_GET
def document_page(request: HttpRequest, application_id: UUID, application_document_id: UUID) -> HttpResponse:
    """What was handed in, to keep."""
    document = get_document_file(application_id, application_document_id, actor=actor_of(request))
    return answer_file(document.stored, name=document.file_name, kind=document.file_kind)


@require_GET
def pdf_file(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The application on paper."""
    return answer_application(application_id, actor=actor_of(request))


@require_GET
def student_documents(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """What was handed in for a student."""
    actor = actor_of(request)
    rows = list_handed_in(student_id, actor=actor)
    context = {
        "student": Student.objects.select_related("person").get(pk=student_id),  # the list refused who may not know
        "rows": [(row, ApplicationDocument.Status(row.status).label) for row in rows],
    }
    return render(request, "admissions/student_documents.html", context)
