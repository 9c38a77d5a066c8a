"""Materials, over REST: for approved students, and for who teaches and runs the course."""

from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Form, Query, Schema, Status
from ninja.files import UploadedFile

from lyceum.core.actor import Actor
from lyceum.core.etags import is_conditional, refuse_stale, with_etag
from lyceum.core.files import KINDS, answer_file
from lyceum.core.rest import Instant, Strict, actor_of, left_out
from lyceum.domains.learning.materials import (
    OfCourse,
    file_link,
    find_file,
    find_own_material,
    list_own_materials,
    list_run_materials,
)
from lyceum.domains.learning.models import Material
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rules.materials import (
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    MOST_ORDER,
    add_document,
    add_material,
    delete_material,
    edit_material,
    get_material_to_write,
    open_material,
)

_ONE = "materials/{material_id}/"


class MaterialOut(Schema):
    """Something to learn with. `file_url` lives five minutes and opens for this caller alone."""

    id: UUID
    kind: str
    title: str
    description: str
    url: str | None
    file_url: str | None
    dead_since: datetime | None = Field(description="Since when its link leads nowhere.")
    file_name: str
    file_kind: str
    file_size: int | None
    course_id: UUID | None
    schedule_id: UUID | None
    module_id: UUID | None
    lesson_id: UUID | None
    order: int
    visible_from: datetime | None
    visible_until: datetime | None
    is_archived: bool


class OwnMaterialsOfScheduleOut(Schema):
    """The materials of one run."""

    id: UUID
    name: str
    materials: list[MaterialOut]


class OwnMaterialsOfCourseOut(Schema):
    """The materials of one course, and of its runs."""

    id: UUID
    name: str
    slug: str
    materials: list[MaterialOut]
    schedules: list[OwnMaterialsOfScheduleOut]


class OwnMaterialsOut(Schema):
    """Everything that a learner learns with, by course."""

    courses: list[OwnMaterialsOfCourseOut]


class RunMaterialsOut(Schema):
    """The materials of a run; a guardian reads their titles."""

    items: list[MaterialOut]


class MaterialIn(Strict):
    """A material with an address, at exactly one of course, schedule, module and lesson."""

    kind: str = Field(max_length=17, description="github_repository, discord, video or link.")
    title: str = Field(max_length=LONGEST_TITLE)
    url: str = Field(max_length=500)
    description: str = Field("", max_length=LONGEST_DESCRIPTION)
    order: int = Field(0, ge=0, le=MOST_ORDER)
    course_id: UUID | None = None
    schedule_id: UUID | None = None
    module_id: UUID | None = None
    lesson_id: UUID | None = None
    visible_from: Instant | None = None
    visible_until: Instant | None = None


class MaterialDocumentIn(Strict):
    """What is said of a document beside its file."""

    title: str = Field("", max_length=LONGEST_TITLE)
    description: str = Field("", max_length=LONGEST_DESCRIPTION)
    order: int = Field(0, ge=0, le=MOST_ORDER)
    course_id: UUID | None = None
    schedule_id: UUID | None = None
    module_id: UUID | None = None
    lesson_id: UUID | None = None


class MaterialPatch(Strict):
    """Some of a material."""

    title: str = Field(default_factory=left_out, max_length=LONGEST_TITLE)
    url: str = Field(default_factory=left_out, max_length=500)
    description: str = Field(default_factory=left_out, max_length=LONGEST_DESCRIPTION)
    order: int = Field(default_factory=left_out, ge=0, le=MOST_ORDER)
    visible_from: Instant | None = None
    visible_until: Instant | None = None
    is_archived: bool = Field(default_factory=left_out)


class LinkChoice(Strict):
    """The link that a list gave."""

    link: str = Field("", max_length=300)


@router.get("students/me/learning-materials/", response=OwnMaterialsOut, operation_id="listOwnLearningMaterials")
def own_materials(request: HttpRequest) -> dict[str, Any]:
    """What the caller learns with, by course and run: once their application is approved. An admin sees all."""
    actor = actor_of(request)
    return {"courses": [_of_course(each, actor) for each in list_own_materials(actor)]}


@router.get(
    "schedules/{learning_schedule_id}/materials/", response=RunMaterialsOut, operation_id="listMaterialsOfSchedule"
)
def of_run(request: HttpRequest, learning_schedule_id: UUID) -> dict[str, Any]:
    """The materials of a run, for who is on it and who teaches it."""
    actor = actor_of(request)
    rows, is_whole = list_run_materials(learning_schedule_id, actor=actor)
    return {"items": [material_shape(row, actor, is_whole=is_whole) for row in rows]}


@router.post("materials/", response={201: MaterialOut}, operation_id="addMaterial")
def add(request: HttpRequest, response: HttpResponse, body: MaterialIn) -> Any:
    """Add a repository, a Discord server, a video or a link."""
    actor = actor_of(request)
    row = add_material(values=body.dict(exclude_unset=True), actor=actor)
    response["Location"] = f"/api/v1/materials/{row.pk}/"
    return Status(201, material_shape(row, actor))


@router.post("materials/upload/", response={201: MaterialOut}, operation_id="addDocument")
def upload(
    request: HttpRequest, response: HttpResponse, body: Form[MaterialDocumentIn], file: File[UploadedFile]
) -> Any:
    """Add a document: a PDF or a picture of 10 MB at most."""
    actor = actor_of(request)
    values = {name: value for name, value in body.dict().items() if value is not None}
    row = add_document(given=cast(BinaryIO, file.file), name=file.name or "", values=values, actor=actor)
    response["Location"] = f"/api/v1/materials/{row.pk}/"
    return Status(201, material_shape(row, actor))


@router.get(_ONE, response=MaterialOut, operation_id="getMaterial")
def one(request: HttpRequest, response: HttpResponse, material_id: UUID) -> Any:
    """One material that is open to the caller now."""
    actor = actor_of(request)
    response["Cache-Control"] = "private, no-store"
    return material_shape(find_own_material(material_id, actor=actor), actor)


@router.patch(_ONE, response=MaterialOut, operation_id="changeMaterial")
def change(request: HttpRequest, response: HttpResponse, material_id: UUID, body: MaterialPatch) -> Any:
    """Change some of a material, or archive it."""
    actor = actor_of(request)
    if is_conditional(request):
        refuse_stale(request, _without_link(material_shape(get_material_to_write(material_id, actor=actor), actor)))
    row = edit_material(material_id, values=body.dict(exclude_unset=True), actor=actor)
    shown = material_shape(row, actor)
    with_etag(request, response, _without_link(shown))
    return shown


@router.delete(_ONE, response={204: None}, operation_id="deleteMaterial")
def delete(request: HttpRequest, material_id: UUID) -> Any:
    """Take a material away."""
    delete_material(material_id, actor=actor_of(request))
    return Status(204, None)


@router.post(_ONE + "opened/", response={204: None}, operation_id="openMaterial")
def opened(request: HttpRequest, material_id: UUID) -> Any:
    """A learner opened a material; the first time is kept."""
    open_material(material_id, actor=actor_of(request))
    return Status(204, None)


@router.get(
    _ONE + "file/",
    operation_id="getMaterialFile",
    openapi_extra={"responses": {200: {"content": {kind: {"schema": {"type": "string"}} for kind in KINDS}}}},
)
def file(request: HttpRequest, material_id: UUID, chosen: Query[LinkChoice]) -> HttpResponse:
    """The file itself, by a link that a list gave less than five minutes ago, while it is open to the caller."""
    row = find_file(material_id, chosen.link, actor=actor_of(request))
    return answer_file(row.file, name=row.file_name, kind=row.file_kind)


def _of_course(found: OfCourse, actor: Actor) -> dict[str, Any]:
    return {
        "id": found.course.pk,
        "name": found.course.name,
        "slug": found.course.slug,
        "materials": [material_shape(row, actor) for row in found.materials],
        "schedules": [
            {
                "id": each.schedule.pk,
                "name": str(each.schedule),
                "materials": [material_shape(row, actor) for row in each.materials],
            }
            for each in found.schedules.values()
        ],
    }


def material_shape(row: Material, actor: Actor, *, is_whole: bool = True) -> dict[str, Any]:
    """One material; without where it leads for who reads titles."""
    same = (
        "kind", "title", "description", "file_name", "file_kind", "file_size", "course_id", "schedule_id", "module_id",
        "lesson_id", "order", "visible_from", "visible_until", "is_archived",
    )  # fmt: skip
    link = f"/api/v1/materials/{row.pk}/file/?link={file_link(row, actor)}" if row.file and is_whole else None
    return {
        "id": row.pk,
        "url": (row.url or None) if is_whole else None,
        "dead_since": row.dead_since if is_whole else None,
        "file_url": link,
        **{name: getattr(row, name) for name in same},
    }


def _without_link(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "file_url"}
