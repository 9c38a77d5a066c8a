"""A school's kinds of incidents and scales of points over REST."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.behaviour.models import PointScale
from lyceum.domains.behaviour.queries import list_scales, list_types
from lyceum.domains.behaviour.rest.router import router
from lyceum.domains.behaviour.rest.shapes import IncidentTypeOut, type_shape
from lyceum.domains.behaviour.rules.types import create_scale, create_type, delete_type, edit_type

Tell = Literal["never", "after_review", "always"]
Polarity = Literal["positive", "negative", "neutral"]
FollowUp = Literal["none", "detention", "action"]


@router.get("incident-types/", response=ListOf[IncidentTypeOut], operation_id="listIncidentTypes")
def types(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The kinds of incidents in use, in the school's order."""
    page = page_of(
        list_types(actor_of(request)),
        order=("position", "name", "pk"),
        limit=walk.limit,
        cursor=walk.cursor,
        count=walk.count,
    )
    return listed(page, [type_shape(row) for row in page.rows])


class IncidentTypeIn(Strict):
    """A new kind of incident. Points not given are those of its severity."""

    code: str = Field(max_length=40)
    name: str = Field(max_length=120)
    family_name: str = Field("", max_length=120)
    polarity: Polarity = "negative"
    category: str = Field("", max_length=60)
    severity: int = Field(1, ge=1, le=9)
    points: int = Field(default_factory=left_out, ge=-1000, le=1000)
    scale: UUID | None = None
    needs_review: bool = False
    tell_guardians: Tell = "after_review"
    follow_up: FollowUp = "none"
    follow_up_action: str = Field("", max_length=20)
    follow_up_detention: UUID | None = None
    visible_to_student: bool = True
    grades: list[UUID] = Field(default_factory=list, max_length=60)


@router.post("incident-types/", response={201: IncidentTypeOut}, operation_id="createIncidentType")
def create(request: HttpRequest, body: IncidentTypeIn) -> Status[dict[str, Any]]:
    """Make a kind of incident."""
    values = body.dict(exclude_unset=True)
    values["scale_id"] = values.pop("scale", None)
    return Status(201, type_shape(create_type(code=values.pop("code"), values=values, actor=actor_of(request))))


class IncidentTypePatch(Strict):
    """What changes. `active: false` retires it."""

    name: str = Field(default_factory=left_out, max_length=120)
    family_name: str = Field(default_factory=left_out, max_length=120)
    polarity: Polarity = Field(default_factory=left_out)
    category: str = Field(default_factory=left_out, max_length=60)
    severity: int = Field(default_factory=left_out, ge=1, le=9)
    points: int = Field(default_factory=left_out, ge=-1000, le=1000)
    needs_review: bool = Field(default_factory=left_out)
    tell_guardians: Tell = Field(default_factory=left_out)
    follow_up: FollowUp = Field(default_factory=left_out)
    follow_up_action: str = Field(default_factory=left_out, max_length=20)
    follow_up_detention: UUID | None = None
    visible_to_student: bool = Field(default_factory=left_out)
    grades: list[UUID] = Field(default_factory=left_out, max_length=60)
    active: bool = Field(default_factory=left_out)


@router.patch("incident-types/{uuid:incident_type_id}/", response=IncidentTypeOut, operation_id="changeIncidentType")
def change(request: HttpRequest, incident_type_id: UUID, body: IncidentTypePatch) -> dict[str, Any]:
    """Change or retire a kind of incident; what was recorded with it stays."""
    return type_shape(edit_type(incident_type_id, values=body.dict(exclude_unset=True), actor=actor_of(request)))


@router.delete("incident-types/{uuid:incident_type_id}/", response={204: None}, operation_id="deleteIncidentType")
def delete(request: HttpRequest, incident_type_id: UUID) -> Status[None]:
    """Delete a kind of incident that was never used."""
    delete_type(incident_type_id, actor=actor_of(request))
    return Status(204, None)


class PointScaleOut(Schema):
    """A kind of points."""

    id: UUID
    name: str
    year_reset: bool
    counts_to_escalation: bool
    house_totals: bool


def _scale(scale: PointScale) -> dict[str, Any]:
    names = ("name", "year_reset", "counts_to_escalation", "house_totals")
    return {"id": scale.pk, **{name: getattr(scale, name) for name in names}}


@router.get("behaviour/scales/", response=ListOf[PointScaleOut], operation_id="listPointScales")
def scales(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The school's scales. Their points are never added to each other."""
    page = page_of(
        list_scales(actor_of(request)),
        order=("position", "pk"),
        limit=walk.limit,
        cursor=walk.cursor,
        count=walk.count,
    )
    return listed(page, [_scale(row) for row in page.rows])


class PointScaleIn(Strict):
    """A new kind of points."""

    name: str = Field(max_length=60)
    year_reset: bool = True
    counts_to_escalation: bool = True
    house_totals: bool = False


@router.post("behaviour/scales/", response={201: PointScaleOut}, operation_id="createPointScale")
def make_scale(request: HttpRequest, body: PointScaleIn) -> Status[dict[str, Any]]:
    """Make a scale."""
    return Status(201, _scale(create_scale(**body.dict(), actor=actor_of(request))))
