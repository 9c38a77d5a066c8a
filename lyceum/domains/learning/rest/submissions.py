"""Work over REST: one's own, and what is marked."""

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from ninja import Field, File, Query, Status
from ninja.files import UploadedFile

from lyceum.core.etags import Shown as Body
from lyceum.core.etags import VersionConflictError, is_conditional, refuse_stale, with_etag
from lyceum.core.files import answer_file
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.learning.assignment_queries import (
    SUBMISSION_ORDER,
    get_assignment,
    get_attempt_file,
    get_own_submission,
    get_submission,
    list_submissions,
    whole_submissions,
)
from lyceum.domains.learning.assignment_shown import shown
from lyceum.domains.learning.assignment_zip import write_zip
from lyceum.domains.learning.rest.assignment_shapes import Due, FileOut, SubmissionOut, submission_shape
from lyceum.domains.learning.rest.assignments import FILE_ANSWER, given_files
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rules.assignments.accepting import accept_submission
from lyceum.domains.learning.rules.assignments.access import submission_for_marking
from lyceum.domains.learning.rules.assignments.allowing import excuse_submission, extend_submission
from lyceum.domains.learning.rules.assignments.handing_in import (
    add_files,
    remove_file,
    submit,
    take_back,
    write_draft,
)
from lyceum.domains.learning.rules.assignments.marking import GivenMark, grade_submission, reassign_submission
from lyceum.domains.learning.rules.assignments.refusals import ChangedElsewhereError

_OWN = "assignments/{uuid:work_id}/submission/"
_ONE = "submissions/{uuid:submission_id}/"


class SubmissionSpan(Walk):
    """Which work."""

    status: Literal["pending", "submitted", "graded", "reassigned"] | None = None


class DraftIn(Strict):
    """What is written so far."""

    text: str = Field(max_length=50_000)


class SubmitWorkIn(Strict):
    """Hand in the draft; with a text, that one."""

    text: str | None = Field(None, max_length=50_000)


class WorkMarkIn(Strict):
    """A mark. `version` is that of the work as it was read: an old one is refused, with both values."""

    grade: Decimal | None = Field(None, description="0 to 100, two decimals at most.")
    feedback: str = Field("", max_length=10_000)
    rubric_points: list[Decimal] = Field(default_factory=list, max_length=12)
    received_on_paper: bool = False
    version: int | None = Field(None, ge=1)


class ReassignWorkIn(Strict):
    """Back to be done again."""

    feedback: str = Field(max_length=10_000)
    resubmit_by: Due | None = None
    version: int | None = Field(None, ge=1)


class AcceptWorkIn(Strict):
    """Accepted, or not any more."""

    accepted: bool = True
    version: int | None = Field(None, ge=1)


class ExcuseWorkIn(Strict):
    """Excused, or not any more."""

    excused: bool = True
    reason: str = Field("", max_length=500)


class ExtendWorkIn(Strict):
    """A due date of one's own; null takes it back."""

    due_date: Due | None
    reason: str = Field("", max_length=500)


@router.get(_OWN, response=SubmissionOut, operation_id="getOwnSubmission")
def own(request: HttpRequest, response: HttpResponse, work_id: UUID) -> Body | HttpResponse:
    """One's own work for an assignment, with what is still being written."""
    return with_etag(request, response, _own(request, work_id))


@router.patch(_OWN, response=SubmissionOut, operation_id="writeDraft")
def draft(request: HttpRequest, response: HttpResponse, work_id: UUID, body: DraftIn) -> Any:
    """Keep what is written so far."""
    if is_conditional(request):
        _refuse_stale(request, _own(request, work_id), {"text": body.text})
    write_draft(work_id, text=body.text, actor=actor_of(request))
    return with_etag(request, response, _own(request, work_id))


@router.post(f"{_OWN}files/", response={201: list[FileOut]}, operation_id="addDraftFiles")
def files(request: HttpRequest, work_id: UUID, files: File[list[UploadedFile]]) -> Any:
    """Add files to the draft: five in all, all of a call or none. Answers all that the draft has."""
    add_files(work_id, files=given_files(files), actor=actor_of(request))
    return Status(201, _own(request, work_id)["draft"]["files"])


@router.delete(f"{_OWN}files/{{uuid:attempt_file_id}}/", response={204: None}, operation_id="removeDraftFile")
def no_file(request: HttpRequest, work_id: UUID, attempt_file_id: UUID) -> Any:
    """Take a file away from the draft."""
    remove_file(work_id, attempt_file_id, actor=actor_of(request))
    return Status(204, None)


@router.post(f"{_OWN}submit/", response=SubmissionOut, operation_id="submitWork")
def hand_in(request: HttpRequest, work_id: UUID, body: SubmitWorkIn) -> Any:
    """Hand in. It counts from the moment at which the server takes it."""
    submit(work_id, text=body.text, actor=actor_of(request))
    return _own(request, work_id)


@router.post(f"{_OWN}take-back/", response=SubmissionOut, operation_id="takeBackWork")
def back(request: HttpRequest, work_id: UUID) -> Any:
    """Take back what was handed in: before it is due, while nobody has begun to mark it."""
    take_back(work_id, actor=actor_of(request))
    return _own(request, work_id)


@router.get("assignments/{uuid:work_id}/submissions/", response=ListOf[SubmissionOut], operation_id="listSubmissions")
def submissions(request: HttpRequest, work_id: UUID, chosen: Query[SubmissionSpan]) -> dict[str, Any]:
    """The work for an assignment by name, as far as the caller may read it."""
    actor = actor_of(request)
    get_assignment(work_id, actor=actor)
    page = page_of(
        whole_submissions(list_submissions(actor, assignment=work_id, status=chosen.status or "")),
        order=SUBMISSION_ORDER,
        limit=chosen.limit,
        cursor=chosen.cursor,
        count=chosen.count,
    )
    return listed(page, [submission_shape(shown(row)) for row in page.rows])


@router.get(
    "assignments/{uuid:work_id}/submissions.zip",
    operation_id="getSubmissionsZip",
    openapi_extra={"responses": {200: {"content": {"application/zip": {"schema": {"type": "string"}}}}}},
)
def archive(request: HttpRequest, work_id: UUID) -> Any:
    """Everything that was handed in, in one file with a folder for each learner."""
    return answer_zip(request, work_id)


def answer_zip(request: HttpRequest, work_id: UUID) -> StreamingHttpResponse:
    """The archive, in nobody's cache."""
    packed = write_zip(work_id, actor=actor_of(request))
    response = StreamingHttpResponse(packed.pieces, content_type="application/zip")
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=packed.name) or "attachment"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@router.get(_ONE, response=SubmissionOut, operation_id="getSubmission")
def one(request: HttpRequest, response: HttpResponse, submission_id: UUID) -> Body | HttpResponse:
    """One learner's work, as the caller may know of it."""
    return with_etag(request, response, _read(request, submission_id))


@router.get(f"{_ONE}files/{{uuid:attempt_file_id}}/", operation_id="getAttemptFile", openapi_extra=FILE_ANSWER)
def file(request: HttpRequest, submission_id: UUID, attempt_file_id: UUID) -> HttpResponse:
    """A file that was handed in, as an attachment."""
    row = get_attempt_file(submission_id, attempt_file_id, actor=actor_of(request))
    return answer_file(row.stored, name=row.name, kind=row.kind)


@router.post(f"{_ONE}grade/", response=SubmissionOut, operation_id="gradeSubmission")
def grade(request: HttpRequest, response: HttpResponse, submission_id: UUID, body: WorkMarkIn) -> Any:
    """Mark the work, or change its mark."""
    _refuse_old(request, submission_id, {"grade": body.grade, "feedback": body.feedback})
    mark = GivenMark(body.grade, body.feedback, body.rubric_points, body.received_on_paper)
    grade_submission(submission_id, mark=mark, version=body.version, actor=actor_of(request))
    return with_etag(request, response, _read(request, submission_id))


@router.post(f"{_ONE}reassign/", response=SubmissionOut, operation_id="reassignSubmission")
def reassign(request: HttpRequest, response: HttpResponse, submission_id: UUID, body: ReassignWorkIn) -> Any:
    """Send the work back to be done again."""
    _refuse_old(request, submission_id, {"feedback": body.feedback})
    reassign_submission(
        submission_id,
        feedback=body.feedback,
        resubmit_by=body.resubmit_by,
        version=body.version,
        actor=actor_of(request),
    )
    return with_etag(request, response, _read(request, submission_id))


@router.post(f"{_ONE}accept/", response=SubmissionOut, operation_id="acceptSubmission")
def accept(request: HttpRequest, response: HttpResponse, submission_id: UUID, body: AcceptWorkIn) -> Any:
    """Accept marked work, or take that back."""
    _refuse_old(request, submission_id, {"accepted": body.accepted})
    accept_submission(submission_id, accepted=body.accepted, version=body.version, actor=actor_of(request))
    return with_etag(request, response, _read(request, submission_id))


@router.post(f"{_ONE}excuse/", response=SubmissionOut, operation_id="excuseSubmission")
def excuse(request: HttpRequest, submission_id: UUID, body: ExcuseWorkIn) -> Any:
    """Excuse the learner, or take that back."""
    excuse_submission(submission_id, excused=body.excused, reason=body.reason, actor=actor_of(request))
    return _read(request, submission_id)


@router.post(f"{_ONE}extend/", response=SubmissionOut, operation_id="extendSubmission")
def extend(request: HttpRequest, submission_id: UUID, body: ExtendWorkIn) -> Any:
    """Give the learner a due date of their own."""
    extend_submission(submission_id, due=body.due_date, reason=body.reason, actor=actor_of(request))
    return _read(request, submission_id)


def _own(request: HttpRequest, work_id: UUID) -> dict[str, Any]:
    return submission_shape(shown(get_own_submission(work_id, actor=actor_of(request)), own=True))


def _read(request: HttpRequest, submission_id: UUID) -> dict[str, Any]:
    return submission_shape(shown(get_submission(submission_id, actor=actor_of(request))))


def _refuse_old(request: HttpRequest, submission_id: UUID, typed: dict[str, Any]) -> None:
    if is_conditional(request):
        submission_for_marking(submission_id, actor=actor_of(request))
        _refuse_stale(request, _read(request, submission_id), typed)


def _refuse_stale(request: HttpRequest, now: dict[str, Any], typed: dict[str, Any]) -> None:
    try:
        refuse_stale(request, now)
    except VersionConflictError as error:
        yours = {name: None if value is None else str(value) for name, value in typed.items()}
        raise ChangedElsewhereError(error.detail, **error.extra, theirs=error.extra["present"], yours=yours) from None
