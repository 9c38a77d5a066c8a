"""REST door of exchange: bring a school in by file."""

from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Query, Router, Schema, Status
from ninja.files import UploadedFile

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.exchange import tasks
from lyceum.domains.exchange.models import ImportRow, ImportRun
from lyceum.domains.exchange.queries import error_file, get_run, list_rows, list_runs
from lyceum.domains.exchange.rules.looking import cancel_import, start_preview
from lyceum.domains.exchange.rules.rollback import start_rollback
from lyceum.domains.exchange.rules.runs import map_import, start_import
from lyceum.domains.exchange.rules.starting import apply_import

router = Router(tags=["imports"])


class ImportOut(Schema):
    """An import: what it is, how far it is, and what it would do or did, per kind of row."""

    id: UUID
    kind: str
    file_name: str
    state: str
    trouble: str
    columns: dict[str, str]
    date_order: str
    orgs: list[str]
    found: dict[str, Any]
    counts: dict[str, dict[str, int]]
    job: UUID | None
    job_state: str | None
    progress: int | None
    message: str | None
    applied_at: datetime | None
    created_at: datetime


def _run(run: ImportRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "kind": run.kind,
        "file_name": run.file_name,
        "state": run.state,
        "trouble": run.trouble,
        "columns": run.columns,
        "date_order": run.date_order,
        "orgs": run.orgs,
        "found": run.found,
        "counts": run.counts,
        "job": run.job_id,
        "job_state": run.job.state if run.job else None,
        "progress": run.job.progress if run.job else None,
        "message": run.job.message if run.job else None,
        "applied_at": run.applied_at,
        "created_at": run.created_at,
    }


@router.get("imports/", response=ListOf[ImportOut], operation_id="listImports")
def imports(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The school's imports, newest first."""
    rows = list_runs(actor_of(request))
    page = page_of(rows, order=("-created_at", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_run(run) for run in page.rows])


@router.post("imports/", response={201: ImportOut}, operation_id="createImport")
def create_import(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Take a file in: a OneRoster or School Data Sync zip, or a list of students as CSV or XLSX."""
    run = start_import(cast(BinaryIO, file.file), file_name=file.name or "import", actor=actor_of(request))
    return Status(201, _run(run))


@router.get("imports/{uuid:run_id}/", response=ImportOut, operation_id="getImport")
def one_import(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    """One import and how far it is."""
    return _run(get_run(run_id, actor=actor_of(request)))


class MappingIn(Strict):
    """What columns mean, how dates are written, which school of the file this is; what is left out stays."""

    columns: dict[str, str] = Field(default_factory=left_out)
    date_order: str = Field(default_factory=left_out, max_length=3)
    orgs: list[str] = Field(default_factory=left_out, max_length=100)
    duplicates: str = Field(default_factory=left_out, max_length=4)
    save_as: str = Field("", max_length=80)


@router.put("imports/{uuid:run_id}/mapping/", response=ImportOut, operation_id="mapImport")
def put_mapping(request: HttpRequest, run_id: UUID, body: MappingIn) -> dict[str, Any]:
    """Say what the columns mean."""
    return _run(map_import(run_id, **body.dict(exclude_unset=True), actor=actor_of(request)))


@router.post("imports/{uuid:run_id}/preview/", response={202: ImportOut}, operation_id="previewImport")
def preview(request: HttpRequest, run_id: UUID) -> Status[dict[str, Any]]:
    """Have the preview made; nothing is changed by it."""
    actor = actor_of(request)
    return Status(202, _run(start_preview(run_id, actor=actor, enqueue=tasks.enqueue(tasks.preview, actor))))


class RowOut(Schema):
    """What one line of the file does, and what is wrong with it."""

    file: str
    line: int
    kind: str
    key: str
    action: str
    state: str
    before: dict[str, Any]
    values: dict[str, Any]
    troubles: list[list[Any]]


class RowFilter(Walk):
    """Which rows of a preview."""

    action: str = Field("", pattern="^(|create|update|end|skip|error)$")
    kind: str = Field("", max_length=20)


@router.get("imports/{uuid:run_id}/preview/", response=ListOf[RowOut], operation_id="listImportRows")
def rows(request: HttpRequest, run_id: UUID, chosen: Query[RowFilter]) -> dict[str, Any]:
    """Every row of the preview: those that are wrong first."""
    actor = actor_of(request)
    run = get_run(run_id, actor=actor)
    found = list_rows(run, actor=actor, action=chosen.action, kind=chosen.kind)
    page = page_of(found, order=("rank", "position"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_row(row) for row in page.rows])


def _row(row: ImportRow) -> dict[str, Any]:
    return {
        "file": row.file,
        "line": row.line,
        "kind": row.kind,
        "key": row.key,
        "action": row.action,
        "state": row.state,
        "before": row.before,
        "values": row.values,
        "troubles": row.troubles,
    }


class ApplyIn(Strict):
    """Choices for applying: the right rows alone, and how many rows may end."""

    only_correct: bool = False
    allow_removals: int = Field(0, ge=0, le=1_000_000)


@router.post("imports/{uuid:run_id}/apply/", response={202: ImportOut}, operation_id="applyImport")
def apply(request: HttpRequest, run_id: UUID, body: ApplyIn) -> Status[dict[str, Any]]:
    """Apply an import that was previewed; the job tells how far it is."""
    actor = actor_of(request)
    run = apply_import(
        run_id,
        only_correct=body.only_correct,
        allow_removals=body.allow_removals,
        actor=actor,
        enqueue=tasks.enqueue(tasks.apply, actor),
    )
    return Status(202, _run(run))


@router.post("imports/{uuid:run_id}/cancel/", response={202: ImportOut}, operation_id="cancelImport")
def cancel(request: HttpRequest, run_id: UUID) -> Status[dict[str, Any]]:
    """Ask an import at work to stop; what it wrote stays and can be rolled back."""
    return Status(202, _run(cancel_import(run_id, actor=actor_of(request))))


@router.post("imports/{uuid:run_id}/rollback/", response={202: ImportOut}, operation_id="rollBackImport")
def rollback(request: HttpRequest, run_id: UUID) -> Status[dict[str, Any]]:
    """Undo an import within 30 days; rows that somebody changed since are kept and listed."""
    actor = actor_of(request)
    return Status(202, _run(start_rollback(run_id, actor=actor, enqueue=tasks.enqueue(tasks.roll_back, actor))))


@router.get(
    "imports/{uuid:run_id}/errors.csv",
    operation_id="importErrors",
    openapi_extra={"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}},
)
def errors(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The wrong rows as they were, with the reason beside each."""
    return errors_answer(request, run_id)


def errors_answer(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The error file as a download; what it reads is read inside the request's transaction."""
    actor = actor_of(request)
    run = get_run(run_id, actor=actor)
    text = "\ufeff" + "".join(error_file(run, actor=actor))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="errors.csv"'
    return answer
