"""What must be taught, over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import Shown, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.timetable.models import Requirement
from lyceum.domains.timetable.plans import REQUIREMENT_ORDER, get_requirement, list_requirements
from lyceum.domains.timetable.rest.router import router
from lyceum.domains.timetable.rules.from_classes import generate_requirements
from lyceum.domains.timetable.rules.requirements import (
    NewRequirement,
    create_requirements,
    delete_requirement,
    edit_requirement,
)


class PlanRef(Schema):
    """Something with a name."""

    id: UUID
    name: str


class SitOut(Schema):
    """Who comes: a class, or a group of it."""

    class_: PlanRef = Field(alias="class")
    group: PlanRef | None


class RequirementOut(Schema):
    """So many lessons of a subject in each cycle."""

    id: UUID
    year: UUID
    name: str
    subject: PlanRef | None
    classes: list[SitOut]
    teachers: list[PlanRef]
    any_teacher: bool
    lengths: list[int] = Field(description="Periods of each lesson: [2, 1, 1] is a double and two singles.")
    periods: int
    room_kind: str
    room_features: list[str]
    rooms: list[PlanRef]
    capacity: int | None
    block: str
    notes: str
    source: str


class SitIn(Strict):
    """A class that is taught, or a group of it."""

    class_id: UUID = Field(alias="class")
    group: UUID | None = None


class RequirementIn(Strict):
    """What must be taught. Give it a subject, or a name."""

    subject: UUID | None = None
    name: str = Field("", max_length=120)
    classes: list[SitIn] = Field(min_length=1, max_length=40)
    teachers: list[UUID] = Field(default_factory=list, max_length=20)
    any_teacher: bool = Field(False, description="One of the teachers takes it; otherwise all of them together.")
    lengths: list[int] = Field(min_length=1, max_length=60)
    room_kind: str = Field("", max_length=40)
    room_features: list[str] = Field(default_factory=list, max_length=20)
    rooms: list[UUID] = Field(default_factory=list, max_length=100)
    capacity: int | None = Field(None, ge=1, le=2000)
    block: str = Field("", max_length=60, description="Requirements of one block start together.")
    notes: str = Field("", max_length=500)


class NewRequirementIn(RequirementIn):
    """What must be taught in a year."""

    year: UUID


def _new(body: RequirementIn) -> NewRequirement:
    return NewRequirement(
        subject_id=body.subject,
        name=body.name,
        classes=[(each.class_id, each.group) for each in body.classes],
        teachers=body.teachers,
        lengths=body.lengths,
        any_teacher=body.any_teacher,
        room_kind=body.room_kind,
        room_features=body.room_features,
        rooms=body.rooms,
        capacity=body.capacity,
        block=body.block,
        notes=body.notes,
    )


def ref(row: Any) -> dict[str, Any] | None:
    """A row as its id and name."""
    return {"id": row.pk, "name": str(row)} if row else None


def sits_of(rows: Any) -> list[dict[str, Any]]:
    """Classes and groups that come."""
    return [{"class": ref(each.school_class), "group": ref(each.group)} for each in rows]


def shape(row: Requirement) -> dict[str, Any]:
    """A requirement as it is shown."""
    same = ("any_teacher", "lengths", "periods", "room_kind", "room_features", "capacity", "notes", "source")
    return {
        "id": row.pk,
        "year": row.year_id,
        "name": str(row),
        "subject": ref(row.subject),
        "classes": sits_of(row.classes.all()),
        "teachers": [ref(each.staff) for each in row.teachers.all()],
        "rooms": [ref(each.room) for each in row.rooms.all()],
        "block": row.block.name if row.block else "",
    } | {name: getattr(row, name) for name in same}


class RequirementFilter(Walk):
    """Which requirements."""

    year: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    teacher: UUID | None = None


@router.get("timetable/requirements/", response=ListOf[RequirementOut], by_alias=True, operation_id="listRequirements")
def requirements(request: HttpRequest, chosen: Query[RequirementFilter]) -> dict[str, Any]:
    """What must be taught."""
    rows = list_requirements(actor_of(request), year=chosen.year, school_class=chosen.class_id, teacher=chosen.teacher)
    page = page_of(rows, order=REQUIREMENT_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [shape(row) for row in page.rows])


@router.post("timetable/requirements/", response={201: RequirementOut}, by_alias=True, operation_id="createRequirement")
def create(request: HttpRequest, response: HttpResponse, body: NewRequirementIn) -> Status[dict[str, Any]]:
    """Say what must be taught. What cannot fit, whatever else there is, is refused with the numbers."""
    actor = actor_of(request)
    row = create_requirements(body.year, [_new(body)], actor=actor)[0]
    response["Location"] = f"/api/v1/timetable/requirements/{row.pk}/"
    return Status(201, shape(get_requirement(row.pk, actor=actor)))


class FromClassesIn(Strict):
    """How many lessons each class gets; left out, as many as teachers and students have room for, at most five."""

    year: UUID
    lessons: int | None = Field(None, ge=1, le=20)
    max_per_week: int | None = Field(None, ge=1, le=200)


class MadeOut(Schema):
    """How many were made."""

    made: int


@router.post("timetable/requirements/from-classes/", response=MadeOut, operation_id="generateRequirements")
def from_classes(request: HttpRequest, body: FromClassesIn) -> dict[str, int]:
    """Make a requirement for each teaching class, and for each subject of a form, that has none yet."""
    rows = generate_requirements(
        body.year, lessons=body.lessons, max_per_week=body.max_per_week, actor=actor_of(request)
    )
    return {"made": len(rows)}


@router.get(
    "timetable/requirements/{uuid:requirement_id}/",
    response=RequirementOut,
    by_alias=True,
    operation_id="getRequirement",
)
def requirement(request: HttpRequest, response: HttpResponse, requirement_id: UUID) -> Shown | HttpResponse:
    """One requirement."""
    return with_etag(request, response, shape(get_requirement(requirement_id, actor=actor_of(request))))


@router.put(
    "timetable/requirements/{uuid:requirement_id}/",
    response=RequirementOut,
    by_alias=True,
    operation_id="replaceRequirement",
)
def replace(
    request: HttpRequest, response: HttpResponse, requirement_id: UUID, body: RequirementIn
) -> Shown | HttpResponse:
    """Replace a requirement. Lessons of drafts follow when they are next worked on."""
    actor = actor_of(request)
    refuse_stale(request, shape(get_requirement(requirement_id, actor=actor)))
    edit_requirement(requirement_id, _new(body), actor=actor)
    return with_etag(request, response, shape(get_requirement(requirement_id, actor=actor)))


@router.delete("timetable/requirements/{uuid:requirement_id}/", response={204: None}, operation_id="deleteRequirement")
def delete(request: HttpRequest, requirement_id: UUID) -> Status[None]:
    """Take a requirement away, and its lessons in drafts."""
    delete_requirement(requirement_id, actor=actor_of(request))
    return Status(204, None)
