"""REST: what is done with applications, by the office and by families."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema, Status

from lyceum.core.permissions import Permission
from lyceum.core.rest import Instant, Strict, actor_of, left_out
from lyceum.domains.admissions.queries import get_application
from lyceum.domains.admissions.rest.applications import DocumentIn, shown
from lyceum.domains.admissions.rest.router import router
from lyceum.domains.admissions.rules.admitting import admit, plan_admission
from lyceum.domains.admissions.rules.answering import accept_offer, decline_offer
from lyceum.domains.admissions.rules.deciding import (
    approve,
    offer_place,
    reject,
    rescind,
    start_review,
    waitlist,
    withdraw,
)
from lyceum.domains.admissions.rules.many import AT_ONCE, ask_to_decide, get_decisions, outcomes_of, stop_deciding
from lyceum.domains.admissions.rules.moving import Outcome, decide_many, move_application
from lyceum.domains.admissions.rules.steps import ask_for_document, set_document, set_step
from lyceum.domains.admissions.rules.verdicts import Verdict
from lyceum.domains.admissions.shapes import ApplicationOut, ApplicationStepOut, DocumentOut, document_shape, step_shape
from lyceum.domains.admissions.tasks import decide_later
from lyceum.domains.journal.models import Job


class ApplicationReasonIn(Strict):
    """Why, where the act needs a reason."""

    reason: str = Field("", max_length=1000)


class TextsIn(Strict):
    """Words for the family, and a note that never leaves the office."""

    message: str = Field("", max_length=4000)
    internal_note: str = Field("", max_length=4000)


class ApproveIn(TextsIn):
    """Approve all of the wanted courses or some; open steps are completed only with a reason."""

    courses: list[UUID] | None = Field(None, max_length=50)
    complete_open_steps: bool = False
    reason: str = Field("", max_length=1000)


class OfferIn(TextsIn):
    """Offer a place, for so many days, perhaps on conditions."""

    conditions: str = Field("", max_length=2000)
    offer_days: int | None = Field(None, ge=1, le=365)
    complete_open_steps: bool = False
    reason: str = Field("", max_length=1000)


class RejectApplicationIn(TextsIn):
    """A reason for the records: criteria, no_place, incomplete, age, duplicate or other."""

    reason_code: str = Field("", max_length=40)


class RescindIn(ApplicationReasonIn):
    """Why, for the records, and words for the family."""

    message: str = Field("", max_length=4000)


def _done(request: HttpRequest, application_id: UUID) -> dict[str, Any]:
    return shown(application_id, actor_of(request))


@router.post("applications/{uuid:application_id}/start-review/", response=ApplicationOut, operation_id="startReview")
def start_review_operation(request: HttpRequest, application_id: UUID, body: ApplicationReasonIn) -> dict[str, Any]:
    """Take an application in hand; a school admin takes up again what was over, with a reason."""
    start_review(application_id, reason=body.reason, actor=actor_of(request))
    return _done(request, application_id)


@router.post("applications/{uuid:application_id}/approve/", response=ApplicationOut, operation_id="approveApplication")
def approve_operation(request: HttpRequest, application_id: UUID, body: ApproveIn) -> dict[str, Any]:
    """Approve: a course opens; a year group offers a place, or puts on the waiting list. Again changes nothing."""
    approve(application_id, verdict=Verdict(**body.dict()), actor=actor_of(request))
    return _done(request, application_id)


@router.post("applications/{uuid:application_id}/offer/", response=ApplicationOut, operation_id="offerPlace")
def offer_operation(request: HttpRequest, application_id: UUID, body: OfferIn) -> dict[str, Any]:
    """Offer a place until the end of the last day."""
    offer_place(application_id, verdict=Verdict(**body.dict()), actor=actor_of(request))
    return _done(request, application_id)


@router.post(
    "applications/{uuid:application_id}/waitlist/", response=ApplicationOut, operation_id="waitlistApplication"
)
def waitlist_operation(request: HttpRequest, application_id: UUID, body: TextsIn) -> dict[str, Any]:
    """Put on the waiting list."""
    waitlist(application_id, verdict=Verdict(**body.dict()), actor=actor_of(request))
    return _done(request, application_id)


@router.post("applications/{uuid:application_id}/reject/", response=ApplicationOut, operation_id="rejectApplication")
def reject_operation(request: HttpRequest, application_id: UUID, body: RejectApplicationIn) -> dict[str, Any]:
    """Say no, with a reason for the records."""
    given = body.dict()
    reject(application_id, reason_code=given.pop("reason_code"), verdict=Verdict(**given), actor=actor_of(request))
    return _done(request, application_id)


@router.post("applications/{uuid:application_id}/rescind/", response=ApplicationOut, operation_id="rescindOffer")
def rescind_operation(request: HttpRequest, application_id: UUID, body: RescindIn) -> dict[str, Any]:
    """Take an open offer back: a school admin does, with a reason."""
    rescind(application_id, reason=body.reason, message=body.message, actor=actor_of(request))
    return _done(request, application_id)


@router.post("applications/{uuid:application_id}/accept/", response=ApplicationOut, operation_id="acceptOffer")
def accept_operation(request: HttpRequest, application_id: UUID) -> dict[str, Any]:
    """Take the place that is offered."""
    accept_offer(application_id, actor=actor_of(request))
    return _done(request, application_id)


@router.post("applications/{uuid:application_id}/decline/", response=ApplicationOut, operation_id="declineOffer")
def decline_operation(request: HttpRequest, application_id: UUID) -> dict[str, Any]:
    """Leave the place to somebody else."""
    decline_offer(application_id, actor=actor_of(request))
    return _done(request, application_id)


@router.post(
    "applications/{uuid:application_id}/withdraw/", response=ApplicationOut, operation_id="withdrawApplication"
)
def withdraw_operation(request: HttpRequest, application_id: UUID, body: ApplicationReasonIn) -> dict[str, Any]:
    """The place is not wanted any more."""
    withdraw(application_id, reason=body.reason, actor=actor_of(request))
    return _done(request, application_id)


class AdmitIn(Strict):
    """The first day, and the class where it is known."""

    start_on: date | None = None
    class_id: UUID | None = Field(None, alias="class")


class DecisionLineOut(Schema):
    """One thing, and where it goes."""

    what: str
    value: str
    where: str


class PlanOut(Schema):
    """What admitting would do, and what is missing for it."""

    starts_on: date
    lines: list[DecisionLineOut]
    missing: list[DecisionLineOut]
    warnings: list[DecisionLineOut]


@router.get("applications/{uuid:application_id}/admit/", response=PlanOut, operation_id="previewAdmission")
def preview_admission(request: HttpRequest, application_id: UUID) -> Any:
    """Look ahead: where everything of the application would go. Changes nothing."""
    actor = actor_of(request)
    actor.require_all(Permission.APPLICATIONS_DECIDE)
    return plan_admission(get_application(application_id, actor=actor))


@router.post("applications/{uuid:application_id}/admit/", response=ApplicationOut, operation_id="admitApplicant")
def admit_operation(request: HttpRequest, application_id: UUID, body: AdmitIn) -> dict[str, Any]:
    """Make the applicant a student: guardians, roll, class, accounts, in one act. Again changes nothing."""
    admit(application_id, start_on=body.start_on, class_id=body.class_id, actor=actor_of(request))
    return _done(request, application_id)


class MoveApplicationIn(Strict):
    """To which intake."""

    intake: UUID


@router.post("applications/{uuid:application_id}/move/", response=ApplicationOut, operation_id="moveApplication")
def move_operation(request: HttpRequest, application_id: UUID, body: MoveApplicationIn) -> dict[str, Any]:
    """Take it to another intake; number, answers and the steps of the same name stay."""
    move_application(application_id, intake_id=body.intake, actor=actor_of(request))
    return _done(request, application_id)


class StepIn(Strict):
    """Where the applicant is in a step, and what they are told of it."""

    status: str = Field("", max_length=20)
    reason: str = Field("", max_length=1000)
    message: str = Field(left_out(), max_length=2000)
    internal_note: str = Field(left_out(), max_length=2000)
    due_on: date | None = None
    appointment: Instant | None = None


@router.patch(
    "applications/{uuid:application_id}/steps/{uuid:application_step_id}/",
    response=ApplicationStepOut,
    operation_id="setApplicationStep",
)
def set_step_operation(
    request: HttpRequest, application_id: UUID, application_step_id: UUID, body: StepIn
) -> dict[str, Any]:
    """Move an applicant on in a step. Steps run in order; back and waived need a reason."""
    values = body.dict(exclude_unset=True)
    step = set_step(
        application_id,
        application_step_id,
        status=values.pop("status", ""),
        reason=values.pop("reason", ""),
        values=values,
        actor=actor_of(request),
    )
    return step_shape(step, student=step.application.student_id, office=True)


@router.post(
    "applications/{uuid:application_id}/documents/", response={201: DocumentOut}, operation_id="askForDocument"
)
def ask_operation(request: HttpRequest, application_id: UUID, body: DocumentIn) -> dict[str, Any]:
    """Ask one family for one more document."""
    return document_shape(ask_for_document(application_id, **body.dict(), actor=actor_of(request)))


class DocumentPatch(Strict):
    """Whether a document is in order."""

    status: Literal["verified", "rejected", "waived"]
    remark: str = Field("", max_length=1000)
    valid_until: date | None = None


@router.patch(
    "applications/{uuid:application_id}/documents/{uuid:application_document_id}/",
    response=DocumentOut,
    operation_id="setApplicationDocument",
)
def set_document_operation(
    request: HttpRequest, application_id: UUID, application_document_id: UUID, body: DocumentPatch
) -> dict[str, Any]:
    """Say that a document is in order, or not and why, or not needed."""
    document = set_document(application_id, application_document_id, **body.dict(), actor=actor_of(request))
    return document_shape(document)


class DecisionsIn(TextsIn):
    """One decision about many applications. With `preview` nothing is done, and the answer is the same."""

    applications: list[UUID] = Field(min_length=1, max_length=500)
    act: str = Field(max_length=20, description="start-review, approve, offer, waitlist or reject")
    reason_code: str = Field("", max_length=40)
    reason: str = Field("", max_length=1000)
    complete_open_steps: bool = False
    preview: bool = False


class OutcomeOut(Schema):
    """What became of one of them; `code` and `detail` where it was refused."""

    application: UUID
    name: str
    before: str
    after: str
    code: str
    detail: str


class DecisionsOut(Schema):
    """What became of each, how many changed and how many families are told."""

    preview: bool
    changed: int
    mails: int
    results: list[OutcomeOut]


class DecidingOut(Schema):
    """Very many are decided by a job: how far it is, and what became of each so far."""

    id: UUID
    state: str
    progress: int
    message: str
    results: list[OutcomeOut]


def _deciding(job: Job) -> dict[str, Any]:
    names = ("state", "progress", "message")
    return {"id": job.pk, **{name: getattr(job, name) for name in names}, "results": outcomes_of(job)}


@router.post(
    "applications/decisions/", response={200: DecisionsOut, 202: DecidingOut}, operation_id="decideApplications"
)
def decide(request: HttpRequest, response: HttpResponse, body: DecisionsIn) -> Any:
    """Decide many at once, each by itself: one that is refused stops no other. More than 40 are decided by a job."""
    verdict = Verdict(
        message=body.message,
        internal_note=body.internal_note,
        reason=body.reason,
        complete_open_steps=body.complete_open_steps,
    )
    actor = actor_of(request)
    how: dict[str, Any] = {"act": body.act, "reason_code": body.reason_code, "verdict": verdict}
    if len(body.applications) > AT_ONCE and not body.preview:
        job = ask_to_decide(body.applications, actor=actor, **how)
        decide_later(job, actor=actor)
        response["Location"] = f"/api/v1/applications/decisions/{job.pk}/"
        return Status(202, _deciding(job))
    results = decide_many(body.applications, preview=body.preview, actor=actor, **how)
    return summed_up(results, preview=body.preview)


@router.get("applications/decisions/{uuid:decisions_id}/", response=DecidingOut, operation_id="getDecisions")
def decisions(request: HttpRequest, decisions_id: UUID) -> dict[str, Any]:
    """How far the job is that decides many."""
    return _deciding(get_decisions(decisions_id, actor=actor_of(request)))


@router.post("applications/decisions/{uuid:decisions_id}/cancel/", response=DecidingOut, operation_id="cancelDecisions")
def cancel_decisions(request: HttpRequest, decisions_id: UUID) -> dict[str, Any]:
    """Decide no more of them; what was decided stays."""
    return _deciding(stop_deciding(decisions_id, actor=actor_of(request)))


def summed_up(results: list[Outcome], *, preview: bool) -> dict[str, Any]:
    """The outcomes with their sums."""
    return {
        "preview": preview,
        "changed": sum(each.before != each.after for each in results),
        "mails": sum(each.tells_family for each in results),
        "results": results,
    }
