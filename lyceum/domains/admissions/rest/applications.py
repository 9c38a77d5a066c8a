"""REST: applications, from the draft to the answer to an offer."""

from datetime import date
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Query, Schema
from ninja.files import UploadedFile

from lyceum.core.actor import Actor
from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.files import answer_file
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.admissions.documents.printing import answer_application
from lyceum.domains.admissions.models import ApplicationDocument
from lyceum.domains.admissions.queries import (
    NEWEST_FIRST,
    ApplicationFilter,
    get_application,
    list_applications,
    list_handed_in,
    standing_of,
    whole,
)
from lyceum.domains.admissions.rest.bodies import EnteredIn
from lyceum.domains.admissions.rest.router import router
from lyceum.domains.admissions.rules.entering import begin_application, delete_draft, edit_draft
from lyceum.domains.admissions.rules.sending import submit_application
from lyceum.domains.admissions.rules.standing import get_document_file, rate_application
from lyceum.domains.admissions.rules.steps import hand_in_document
from lyceum.domains.admissions.shapes import (
    ApplicationOut,
    DocumentOut,
    application_shape,
    application_shapes,
    document_shape,
)


class ApplicationsFilter(Walk):
    """Which applications."""

    intake: UUID | None = None
    status: str = Field("", max_length=12, pattern="^[a-z_]*$")
    step: str = Field("", max_length=80, description="The name of the step whose turn it is")
    course: UUID | None = None
    q: str = Field("", max_length=100, description="A name or a number")
    documents_open: bool = False


@router.get("applications/", response=ListOf[ApplicationOut], operation_id="listApplications")
def applications(request: HttpRequest, chosen: Query[ApplicationsFilter]) -> dict[str, Any]:
    """Applications, the newest first: all that were sent for the office, one's own for families."""
    actor = actor_of(request)
    wanted = ApplicationFilter(
        intake=chosen.intake,
        status=chosen.status,
        step=chosen.step,
        text=chosen.q,
        course=chosen.course,
        documents_open=chosen.documents_open,
    )
    rows = list_applications(actor, chosen=wanted)
    page = page_of(rows, order=NEWEST_FIRST, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count, whole=whole)
    return listed(page, application_shapes(page.rows, actor=actor))


@router.post("applications/", response={201: ApplicationOut}, operation_id="beginApplication")
def begin(request: HttpRequest, response: HttpResponse, body: EnteredIn) -> Any:
    """Begin a draft: one's own, or from the office for a family."""
    application = begin_application(body.as_entered(), actor=actor_of(request))
    response["Location"] = f"/api/v1/applications/{application.pk}/"
    return with_etag(request, response, shown(application.pk, actor_of(request)))


def shown(application_id: UUID, actor: Actor) -> dict[str, Any]:
    """An application as this caller may know it now."""
    return application_shape(standing_of(get_application(application_id, actor=actor), actor=actor))


@router.get("applications/{uuid:application_id}/", response=ApplicationOut, operation_id="getApplication")
def application_operation(request: HttpRequest, response: HttpResponse, application_id: UUID) -> Shown | HttpResponse:
    """One application."""
    return with_etag(request, response, shown(application_id, actor_of(request)))


class ApplicationPatch(EnteredIn):
    """More of a draft. The office rates an application that was sent."""

    score: float | None = Field(None, ge=0, le=100)
    priority: int | None = Field(None, ge=0, le=1000)
    status: str | None = Field(None, max_length=20, description="Read-only: changed by its acts")


@router.patch("applications/{uuid:application_id}/", response=ApplicationOut, operation_id="editApplication")
def edit(request: HttpRequest, response: HttpResponse, application_id: UUID, body: ApplicationPatch) -> Any:
    """Save what was filled in now; or rate what was sent, by score and priority."""
    actor = actor_of(request)
    if is_conditional(request):
        refuse_stale(request, shown(application_id, actor))
    given = body.model_fields_set
    rating: dict[str, Any] = {name: getattr(body, name) for name in ("score", "priority") if name in given}
    if rating or "status" in given:
        rate_application(application_id, values=rating, status="status" in given, actor=actor)
    if given - {"score", "priority", "status"}:
        edit_draft(application_id, entered=body.as_entered(), actor=actor)
    return with_etag(request, response, shown(application_id, actor))


@router.delete("applications/{uuid:application_id}/", response={204: None}, operation_id="deleteApplication")
def delete(request: HttpRequest, application_id: UUID) -> None:
    """Throw a draft away. What was sent is withdrawn instead."""
    delete_draft(application_id, actor=actor_of(request))


@router.post("applications/{uuid:application_id}/submit/", response=ApplicationOut, operation_id="submitApplication")
def submit(request: HttpRequest, application_id: UUID) -> dict[str, Any]:
    """Send a draft; who has not verified their address has sent it once they do."""
    submit_application(application_id, actor=actor_of(request))
    return shown(application_id, actor_of(request))


class DocumentIn(Strict):
    """One more document that this family is asked for."""

    type: str = Field(max_length=80)
    is_required: bool = True


@router.post(
    "applications/{uuid:application_id}/documents/{uuid:application_document_id}/file/",
    response={201: DocumentOut},
    operation_id="handInDocument",
)
def hand_in(request: HttpRequest, application_id: UUID, application_document_id: UUID, file: File[UploadedFile]) -> Any:
    """Hand a document in: a picture or a PDF."""
    document = hand_in_document(
        application_id,
        application_document_id,
        file=cast(BinaryIO, file.file),
        name=file.name or "",
        actor=actor_of(request),
    )
    return document_shape(document)


class StudentDocumentOut(Schema):
    """Something in a student's file: it came with an application, and is read there."""

    id: UUID
    application: UUID
    intake: str
    type: str
    status: str
    file_name: str
    valid_until: date | None


@router.get(
    "students/{uuid:student_id}/documents/", response=ListOf[StudentDocumentOut], operation_id="listStudentDocuments"
)
def student_documents(request: HttpRequest, student_id: UUID, walk: Query[Walk]) -> dict[str, Any]:
    """What was handed in for a student, by kind."""
    rows = list_handed_in(student_id, actor=actor_of(request))
    page = page_of(rows, order=("type", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_student_document(each) for each in page.rows])


def _student_document(row: ApplicationDocument) -> dict[str, Any]:
    names = ("type", "status", "file_name", "valid_until")
    return {
        "id": row.pk,
        "application": row.application_id,
        "intake": row.application.intake.name,
        **{name: getattr(row, name) for name in names},
    }


@router.get("applications/{uuid:application_id}/pdf/", operation_id="getApplicationPdf")
def application_pdf(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The application on paper, as the caller may know it."""
    return answer_application(application_id, actor=actor_of(request))


@router.get(
    "applications/{uuid:application_id}/documents/{uuid:application_document_id}/file/",
    operation_id="getApplicationDocumentFile",
)
def document_file(request: HttpRequest, application_id: UUID, application_document_id: UUID) -> HttpResponse:
    """What was handed in, to keep."""
    document = get_document_file(application_id, application_document_id, actor=actor_of(request))
    return answer_file(document.stored, name=document.file_name, kind=document.file_kind)
