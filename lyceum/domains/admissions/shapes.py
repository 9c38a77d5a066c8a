"""How applications look to software: to the office as they are, to families as they may know them now."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Schema

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.shapes import show_application
from lyceum.domains.admissions.models import Application, ApplicationDocument, ApplicationStep, Intake, Offer
from lyceum.domains.admissions.policies import visible_applications
from lyceum.domains.admissions.queries import Standing, standings_of
from lyceum.domains.fees.rules.deposits import Deposit


class IntakeRef(Schema):
    """An intake, as other things mention it."""

    id: UUID
    name: str
    kind: str


class ApplicationStepOut(Schema):
    """A step with the applicant's status in it. The note is for the office alone."""

    step_id: UUID
    student_id: UUID | None
    step_name: str
    description: str
    order: int
    kind: str
    is_required: bool
    status: str
    due_on: date | None
    appointment: datetime | None
    message: str
    internal_note: str | None


class DocumentOut(Schema):
    """Something to hand in."""

    id: UUID
    type: str
    is_required: bool
    status: str
    remark: str
    file_name: str
    valid_until: date | None


class OfferOut(Schema):
    """A place offered until the end of a day."""

    id: UUID
    state: str
    made_at: datetime
    expires_at: datetime
    conditions: str


class WaitingOut(Schema):
    """A place on the waiting list, as in 4 of 17."""

    place: int
    of: int


class NextActOut(Schema):
    """What to do next."""

    key: str
    label: str
    link: str


class WantedOut(Schema):
    """A course that is applied for."""

    id: UUID
    name: str
    preference: int
    is_approved: bool | None


class ApplicationGuardianOut(Schema):
    """An adult of the applicant's family."""

    first_name: str
    last_name: str
    relation: str
    email: str
    phone: str
    address: str
    has_responsibility: bool
    no_contact: bool


class ApplicationDepositOut(Schema):
    """The deposit that was asked for when the place was accepted."""

    invoice: UUID
    invoice_number: str
    account: UUID
    amount: int
    currency: str
    is_paid: bool


class ApplicationOut(Schema):
    """An application. What is for the office alone is null to families; what is held back is under review to them."""

    kind: Literal["application"]
    id: UUID
    intake: IntakeRef
    student_id: UUID | None
    registration_number: str | None
    first_name: str
    last_name: str
    full_name: str
    birth_date: date | None
    for_self: bool
    status: str
    decision: str | None
    message: str
    awaiting: str | None
    submitted_at: datetime | None
    start_on: date | None
    courses: list[WantedOut]
    guardians: list[ApplicationGuardianOut]
    answers: dict[str, Any]
    steps: list[ApplicationStepOut]
    documents: list[DocumentOut]
    offer: OfferOut | None
    deposit: ApplicationDepositOut | None
    waiting: WaitingOut | None
    next_act: NextActOut | None
    reason_code: str | None
    internal_note: str | None
    decided_at: datetime | None
    decided_by: str | None
    score: float | None
    priority: int | None


class StatusOut(Schema):
    """One's own application: where it stands and what comes next."""

    application: UUID | None
    intake: IntakeRef | None
    registration_number: str | None
    status: str
    decision: str | None
    message: str
    steps: list[ApplicationStepOut]
    documents: list[DocumentOut]
    offer: OfferOut | None
    waiting: WaitingOut | None
    next_act: NextActOut | None


def intake_ref(intake: Intake) -> dict[str, Any]:
    """An intake by its name."""
    return {"id": intake.pk, "name": intake.name, "kind": intake.kind}


def step_shape(step: ApplicationStep, *, student: UUID | None, office: bool) -> dict[str, Any]:
    """A step of an application."""
    names = ("step_name", "description", "order", "kind", "is_required", "status", "due_on", "appointment", "message")
    return {
        "step_id": step.pk,
        "student_id": student,
        **{name: getattr(step, name) for name in names},
        "internal_note": step.internal_note if office else None,
    }


def document_shape(document: ApplicationDocument) -> dict[str, Any]:
    """A document of an application."""
    names = ("type", "is_required", "status", "remark", "file_name", "valid_until")
    return {"id": document.pk, **{name: getattr(document, name) for name in names}}


def offer_shape(offer: Offer | None) -> dict[str, Any] | None:
    """An offer, over by the clock where it is."""
    if offer is None:
        return None
    over = offer.state == Offer.State.OPEN and offer.expires_at <= clock.now()
    state = Offer.State.EXPIRED.value if over else offer.state
    names = ("made_at", "expires_at", "conditions")
    return {"id": offer.pk, "state": state, **{name: getattr(offer, name) for name in names}}


def deposit_shape(deposit: Deposit | None) -> dict[str, Any] | None:
    """The deposit of an application."""
    if deposit is None:
        return None
    invoice, asked = deposit.line.invoice, deposit.asked
    return {
        "invoice": invoice.pk,
        "invoice_number": invoice.code,
        "account": invoice.account_id,
        "amount": asked.amount,
        "currency": asked.currency,
        "is_paid": deposit.is_paid,
    }


def next_act(standing: Standing) -> dict[str, str] | None:
    """What the applicant does next; nothing where it is the school's turn."""
    application = standing.application
    at, status = f"/applications/{application.pk}/", standing.visible_status
    if status == Application.Status.DRAFT:
        if application.awaiting == Application.Awaiting.EMAIL:
            return _act("verify_email", _("Follow the link in the mail: then your application is sent"), at)
        return _act("send", _("Go on with your application"), f"/apply/{application.pk}/")
    if status == Application.Status.OFFERED:
        return _act("answer", _("Accept or decline the place"), at)
    if status in ("submitted", "under_review", "waitlisted", "approved"):
        missing = next((d for d in standing.documents if d.status in ("requested", "rejected")), None)
        if missing is not None:
            return _act("hand_in", _("Hand in: %(document)s") % {"document": missing.type}, at)
    if status == Application.Status.APPROVED and application.intake.kind == Intake.Kind.COURSE:
        return _act("enrol", _("Choose a run of your course"), "/learning/")
    if status in ("declined", "expired", "rejected", "withdrawn", "rescinded"):
        return _act("apply", _("See what is open now"), "/apply/")
    return None


def _act(key: str, label: str, link: str) -> dict[str, str]:
    return {"key": key, "label": label, "link": link}


def status_shape(standing: Standing | None) -> dict[str, Any]:
    """One's own application; without one, where to apply."""
    if standing is None:
        nothing: dict[str, Any] = dict.fromkeys(
            ("application", "intake", "registration_number", "decision", "offer", "waiting")
        )
        act = _act("apply", _("Apply for a place"), "/apply/")
        return {**nothing, "status": "none", "message": "", "steps": [], "documents": [], "next_act": act}
    application = standing.application
    student = application.student
    return {
        "application": application.pk,
        "intake": intake_ref(application.intake),
        "registration_number": student.registration_number if student else None,
        "status": standing.visible_status,
        "decision": standing.decision or None,
        "message": standing.message,
        "steps": [
            step_shape(each, student=application.student_id, office=standing.seen_by_office or standing.is_review)
            for each in standing.steps
        ],
        "documents": [document_shape(each) for each in standing.documents],
        "offer": offer_shape(standing.offer),
        "waiting": {"place": standing.waiting[0], "of": standing.waiting[1]} if standing.waiting else None,
        "next_act": None if standing.is_review else next_act(standing),
    }


def application_shapes(applications: Sequence[Application], *, actor: Actor) -> list[dict[str, Any]]:
    """Whole applications."""
    return [application_shape(each) for each in standings_of(applications, actor=actor)]


def application_shape(standing: Standing) -> dict[str, Any]:
    """One whole application."""
    application, office = standing.application, standing.seen_by_office
    shape = status_shape(standing)
    shape.pop("application")
    for_office = {
        "reason_code": application.reason_code or None,
        "internal_note": application.internal_note,
        "decided_at": application.decided_at,
        "decided_by": application.decided_by_name or None,
        "score": None if application.score is None else float(application.score),
        "priority": application.priority,
    }
    return {
        **shape,
        "kind": "application",
        "id": application.pk,
        "student_id": application.student_id,
        **_person(standing),
        "for_self": application.for_self,
        "awaiting": application.awaiting or None,
        "deposit": deposit_shape(standing.deposit),
        "submitted_at": application.submitted_at,
        "start_on": application.start_on,
        "courses": _courses(application, standing.decision_visible or office),
        "guardians": [] if standing.is_review else _guardians(application),
        "answers": application.answers,
        **(for_office if office else dict.fromkeys(for_office)),
    }


def _person(standing: Standing) -> dict[str, Any]:
    application = standing.application
    if standing.is_blind:
        return {"first_name": "", "last_name": "", "full_name": standing.name, "birth_date": None}
    if application.student is None:
        entered = application.entered.get("person", {})
        first, last = entered.get("first_name", ""), entered.get("last_name", "")
        birth = entered.get("birth_date") or None
        return {"first_name": first, "last_name": last, "full_name": f"{first} {last}".strip(), "birth_date": birth}
    person = application.student.person
    names = ("first_name", "last_name", "full_name", "birth_date")
    return {name: getattr(person, name) for name in names}


def _courses(application: Application, decided: bool) -> list[dict[str, Any]]:
    return [
        {
            "id": each.course_id,
            "name": each.course.name,
            "preference": each.preference,
            "is_approved": each.is_approved if decided else None,
        }
        for each in application.wanted.all()
    ]


_GUARDIAN = tuple(ApplicationGuardianOut.model_fields)


def _guardians(application: Application) -> list[dict[str, Any]]:
    if application.student is None:
        blank: dict[str, Any] = dict.fromkeys(_GUARDIAN, "")
        return [{**blank, **each} for each in application.entered.get("guardians", ())]
    rows = sorted(application.guardians.all(), key=lambda each: each.order)
    return [{name: getattr(each, name) for name in _GUARDIAN} for each in rows]


def _of_students(students: Sequence[UUID], actor: Actor) -> Mapping[UUID, dict[str, Any]]:
    """The newest application of each student, as their records show it."""
    if not actor.may(Permission.APPLICATIONS_VIEW):
        return {}
    rows = Application.objects.filter(visible_applications(actor), student__in=students).select_related("intake")
    office, now = actor.reaches_all(Permission.APPLICATIONS_VIEW), clock.now()
    return {
        row.student_id: {  # type: ignore[misc]  # no draft has a student, and these have one
            "id": row.pk,
            "intake": row.intake.name,
            "status": row.status if office else row.visible_status(now),
            "submitted_at": row.submitted_at,
        }
        for row in rows.order_by("created_at", "pk")
    }


show_application(_of_students)
