"""Files beside an incident, over REST."""

from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Schema, Status
from ninja.files import UploadedFile

from lyceum.core.files import KINDS, answer_file
from lyceum.core.rest import actor_of
from lyceum.domains.behaviour.models import IncidentFile
from lyceum.domains.behaviour.reading import note_reading
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rows import rows_of
from lyceum.domains.behaviour.rules.files import add_file, get_file, list_files, remove_file

_ONE = "incidents/{uuid:incident_id}/files/{uuid:file_id}/"


class IncidentFileOut(Schema):
    """A file: what it really is, how large, and the SHA-256 of what is kept."""

    id: UUID
    name: str
    kind: str
    size: int
    digest: str
    added_by: str
    added_at: datetime


def _shape(row: IncidentFile) -> dict[str, Any]:
    names = ("name", "kind", "size", "digest")
    shown = {name: getattr(row, name) for name in names}
    return {"id": row.pk, "added_by": row.added_by_name, "added_at": row.created_at, **shown}


@router.get("incidents/{uuid:incident_id}/files/", response=list[IncidentFileOut], operation_id="listIncidentFiles")
def files(request: HttpRequest, incident_id: UUID) -> list[dict[str, Any]]:
    """The files beside an incident, for those who read its narrative; ten at most."""
    return [_shape(row) for row in list_files(incident_id, actor=actor_of(request))]


@router.post("incidents/{uuid:incident_id}/files/", response={201: IncidentFileOut}, operation_id="addIncidentFile")
def add(request: HttpRequest, incident_id: UUID, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Put a picture or a PDF beside an incident. Pictures are kept without what a camera writes into them."""
    row = add_file(
        incident_id, given=cast(BinaryIO, file.file), name=file.name or "", actor=actor_of(request)
    )  # fmt: skip
    return Status(201, _shape(row))


@router.get(
    _ONE,
    operation_id="getIncidentFile",
    openapi_extra={"responses": {200: {"content": {kind: {"schema": {"type": "string"}} for kind in KINDS}}}},
)
def one(request: HttpRequest, incident_id: UUID, file_id: UUID) -> HttpResponse:
    """The file itself, as an attachment."""
    actor = actor_of(request)
    row = get_file(incident_id, file_id, actor=actor)
    note_reading(rows_of(incident_id, actor=actor), fields="behaviour.file", actor=actor)
    return answer_file(row.stored, name=row.name, kind=row.kind)


@router.delete(_ONE, response={204: None}, operation_id="removeIncidentFile")
def remove(request: HttpRequest, incident_id: UUID, file_id: UUID) -> Status[None]:
    """Take a file away."""
    remove_file(incident_id, file_id, actor=actor_of(request))
    return Status(204, None)
