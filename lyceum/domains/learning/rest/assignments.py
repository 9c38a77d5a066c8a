"""Assignments over REST: set, given out, closed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, BinaryIO, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Query, Status
from ninja.files import UploadedFile

from lyceum.core.etags import Shown as Body
from lyceum.core.etags import is_conditional, refuse_stale, with_etag
from lyceum.core.files import WORK, answer_file
from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.learning.assignment_lists import read_mine
from lyceum.domains.learning.assignment_policies import is_staff_here
from lyceum.domains.learning.assignment_queries import (
    ORDER,
    Wanted,
    get_assignment,
    get_attachment,
    list_addressed_to,
    list_assignments,
    list_set_by,
    whole_assignments,
)
from lyceum.domains.learning.models import Assignment
from lyceum.domains.learning.rest.assignment_shapes import AssignmentOut, Due, FileOut, assignment_shape, file_shape
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rules.assignments.access import assignment_for_edit
from lyceum.domains.learning.rules.assignments.attaching import GivenFile, attach_files, detach_file
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.releasing import release_marks
from lyceum.domains.learning.rules.assignments.writing import (
    NewAssignment,
    create_assignment,
    delete_assignment,
    edit_assignment,
)

States = Literal["draft", "published", "closed", "archived"]
Grading = Literal["points", "pass_fail", "none"]
Release = Literal["at_once", "held"]
FILE_ANSWER = {"responses": {200: {"content": {kind: {"schema": {"type": "string"}} for kind in WORK}}}}


class AssignmentSpan(Walk):
    """Which assignments."""

    class_id: UUID | None = Field(None, alias="class")
    schedule: UUID | None = None
    status: States | None = None
    due_before: Due | None = None
    q: str = Field("", max_length=100)

    def chosen(self) -> Wanted:
        """As the queries take it."""
        return Wanted(
            school_class=self.class_id,
            schedule=self.schedule,
            status=self.status or "",
            due_before=self.due_before,
            text=self.q,
        )


class RubricCriterion(Strict):
    """One line of a rubric."""

    title: str = Field(min_length=1, max_length=120)
    points: Decimal = Field(gt=0, le=100)


class AssignmentIn(Strict):
    """Work to be set: for classes, or for one run. It stays a draft until it is published."""

    title: str = Field(min_length=1, max_length=200)
    description: str = Field(min_length=1, max_length=50_000, description="In Markdown.")
    due_date: Due
    class_ids: list[UUID] = Field(default_factory=list, max_length=50)
    schedule_id: UUID | None = None
    subject_id: UUID | None = None
    publish_at: Instant | None = None
    closes_at: Due | None = None
    grading: Grading = "points"
    rubric: list[RubricCriterion] = Field(default_factory=list, max_length=12)
    max_attempts: int | None = Field(None, ge=1, le=99)
    release: Release = "at_once"
    is_required: bool = True


class AssignmentPut(AssignmentIn):
    """An assignment, whole. What is left out becomes what it is in a new one."""

    version: int | None = Field(None, ge=1)
    recalculate_marked: bool = False


class AssignmentPatch(Strict):
    """Some of an assignment."""

    title: str = Field(default_factory=left_out, min_length=1, max_length=200)
    description: str = Field(default_factory=left_out, min_length=1, max_length=50_000)
    due_date: Due = Field(default_factory=left_out)
    class_ids: list[UUID] = Field(default_factory=left_out, max_length=50)
    schedule_id: UUID | None = None
    subject_id: UUID | None = None
    publish_at: Instant | None = None
    closes_at: Due | None = None
    grading: Grading = Field(default_factory=left_out)
    rubric: list[RubricCriterion] = Field(default_factory=left_out, max_length=12)
    max_attempts: int | None = Field(None, ge=1, le=99)
    release: Release = Field(default_factory=left_out)
    is_required: bool = Field(default_factory=left_out)
    status: States = Field(default_factory=left_out)
    version: int | None = Field(None, ge=1, description="That was read; an old one is refused.")
    recalculate_marked: bool = Field(False, description="Count lateness anew for marked work too.")


RENAMED = {"due_date": "due", "class_ids": "classes", "schedule_id": "schedule", "subject_id": "subject"}


@router.get("assignments/", response=ListOf[AssignmentOut], operation_id="listAssignments")
def assignments(request: HttpRequest, chosen: Query[AssignmentSpan]) -> dict[str, Any]:
    """The assignments that the caller may see, the soonest due first."""
    rows = list_assignments(actor_of(request), chosen.chosen())
    return _listed(request, rows, chosen)


@router.get("my-assignments/", response=ListOf[AssignmentOut], operation_id="listMyAssignments")
def my_assignments(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """What the caller has to do, or a child of theirs, with the work; for staff what they set, with counts."""
    actor = actor_of(request)
    rows = list_set_by(actor) if is_staff_here(actor) else list_addressed_to(actor)
    return _listed(request, rows, chosen)


def _listed(request: HttpRequest, rows: Any, chosen: Walk) -> dict[str, Any]:
    page = page_of(
        rows, order=ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count, whole=whole_assignments
    )
    found = read_mine(page.rows, actor=actor_of(request))
    return listed(
        page,
        [assignment_shape(e.assignment, counts=e.counts, own=e.own, children=e.children) for e in found],
    )


@router.post("assignments/", response={201: AssignmentOut}, operation_id="createAssignment")
def create(request: HttpRequest, response: HttpResponse, body: AssignmentIn) -> Any:
    """Write an assignment as a draft, for own classes or an own run."""
    values = _values(body.dict())
    new = NewAssignment(
        title=values.pop("title"),
        description=values.pop("description"),
        due=values.pop("due"),
        classes=values.pop("classes"),
        schedule=values.pop("schedule"),
        subject=values.pop("subject"),
        more=values,
    )
    row = create_assignment(new, actor=actor_of(request))
    response["Location"] = f"/api/v1/assignments/{row.pk}/"
    return Status(201, with_etag(request, response, _read(request, row.pk)))


@router.get("assignments/{uuid:work_id}/", response=AssignmentOut, operation_id="getAssignment")
def one(request: HttpRequest, response: HttpResponse, work_id: UUID) -> Body | HttpResponse:
    """One assignment, with the caller's own work."""
    return with_etag(request, response, _read(request, work_id))


@router.put("assignments/{uuid:work_id}/", response=AssignmentOut, operation_id="replaceAssignment")
def replace(request: HttpRequest, response: HttpResponse, work_id: UUID, body: AssignmentPut) -> Any:
    """Replace an assignment."""
    return _changed(request, response, work_id, body.dict())


@router.patch("assignments/{uuid:work_id}/", response=AssignmentOut, operation_id="changeAssignment")
def change(request: HttpRequest, response: HttpResponse, work_id: UUID, body: AssignmentPatch) -> Any:
    """Change an assignment. A new due date counts lateness anew for work that is not marked."""
    return _changed(request, response, work_id, body.dict(exclude_unset=True))


@router.delete("assignments/{uuid:work_id}/", response={204: None, 200: AssignmentOut}, operation_id="deleteAssignment")
def delete(request: HttpRequest, work_id: UUID) -> Any:
    """Delete what nobody has handed in. Otherwise it is archived, and the answer is the archived assignment."""
    _refuse_stale(request, work_id)
    if delete_assignment(work_id, actor=actor_of(request)) is None:
        return Status(204, None)
    return Status(200, _read(request, work_id))


@router.post("assignments/{uuid:work_id}/publish/", response=AssignmentOut, operation_id="publishAssignment")
def publish(request: HttpRequest, work_id: UUID) -> Any:
    """Give it out: every learner of its audience has it from now on."""
    publish_assignment(work_id, actor=actor_of(request))
    return _read(request, work_id)


@router.post("assignments/{uuid:work_id}/release/", response=AssignmentOut, operation_id="releaseMarks")
def release(request: HttpRequest, work_id: UUID) -> Any:
    """Let the marks out that were held back, for all at once."""
    release_marks(work_id, actor=actor_of(request))
    return _read(request, work_id)


@router.post("assignments/{uuid:work_id}/upload/", response={201: list[FileOut]}, operation_id="attachFiles")
def upload(request: HttpRequest, work_id: UUID, files: File[list[UploadedFile]]) -> Any:
    """Attach files: five in all, all of a call or none. Answers all that are attached."""
    rows = attach_files(work_id, files=given_files(files), actor=actor_of(request))
    return Status(201, [file_shape(row, f"/api/v1/assignments/{work_id}/attachments/") for row in rows])


@router.get(
    "assignments/{uuid:work_id}/attachments/{uuid:attachment_id}/",
    operation_id="getAttachment",
    openapi_extra=FILE_ANSWER,
)
def attachment(request: HttpRequest, work_id: UUID, attachment_id: UUID) -> HttpResponse:
    """A file beside an assignment, as an attachment."""
    row = get_attachment(work_id, attachment_id, actor=actor_of(request))
    return answer_file(row.stored, name=row.name, kind=row.kind)


@router.delete(
    "assignments/{uuid:work_id}/attachments/{uuid:attachment_id}/",
    response={204: None},
    operation_id="removeAttachment",
)
def detach(request: HttpRequest, work_id: UUID, attachment_id: UUID) -> Any:
    """Take a file away from beside an assignment."""
    detach_file(work_id, attachment_id, actor=actor_of(request))
    return Status(204, None)


def given_files(files: Sequence[UploadedFile]) -> list[GivenFile]:
    """Files of a request as the rules take them."""
    return [GivenFile(cast(BinaryIO, each.file), each.name or "") for each in files]


def _values(given: dict[str, Any]) -> dict[str, Any]:
    return {RENAMED.get(name, name): value for name, value in given.items()}


def _changed(request: HttpRequest, response: HttpResponse, work_id: UUID, given: dict[str, Any]) -> Any:
    _refuse_stale(request, work_id)
    values = _values(given)
    edited = edit_assignment(
        work_id,
        version=values.pop("version", None),
        recalculate_marked=values.pop("recalculate_marked", False),
        values=values,
        actor=actor_of(request),
    )
    shape = with_etag(request, response, _read(request, work_id))
    if isinstance(shape, HttpResponse):
        return shape
    return {**shape, "marked_unchanged": [row.pk for row in edited.marked]}


def _refuse_stale(request: HttpRequest, work_id: UUID) -> None:
    if is_conditional(request):
        assignment_for_edit(work_id, actor=actor_of(request), whole=False)
        refuse_stale(request, _read(request, work_id))


def _read(request: HttpRequest, work_id: UUID) -> dict[str, Any]:
    row: Assignment = get_assignment(work_id, actor=actor_of(request))
    (mine,) = read_mine([row], actor=actor_of(request))
    return assignment_shape(row, counts=mine.counts, own=mine.own, children=mine.children)
