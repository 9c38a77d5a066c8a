"""Scales over REST."""

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.assessment.models import Scale
from lyceum.domains.assessment.queries import get_scale, list_scales
from lyceum.domains.assessment.rest.router import router
from lyceum.domains.assessment.rules.scales import create_scale, delete_scale, edit_scale, scale_for_edit

Kinds = Literal["percent", "letter", "level", "pass_fail", "comment"]
_ONE = "scales/{uuid:scale_id}/"


class BandIn(Strict):
    """A name for a percent and more."""

    label: str = Field(min_length=1, max_length=40)
    min_percent: Decimal = Field(ge=0, le=100)
    is_pass: bool = True


class BandOut(Schema):
    """A name for a percent and more."""

    label: str
    min_percent: Decimal
    is_pass: bool


class ScaleIn(Strict):
    """A scale. Its lowest band begins at 0; percents alone need none."""

    name: str = Field(min_length=1, max_length=80)
    kind: Kinds = "letter"
    bands: list[BandIn] = Field(default_factory=list, max_length=40)


class ScalePatch(Strict):
    """Some of it; bands as a whole."""

    name: str = Field(default_factory=left_out, min_length=1, max_length=80)
    kind: Kinds = Field(default_factory=left_out)
    bands: list[BandIn] = Field(default_factory=left_out, max_length=40)


class ScaleOut(Schema):
    """A scale with its bands, the highest first."""

    id: UUID
    name: str
    kind: str
    bands: list[BandOut]


@router.get("scales/", response=ListOf[ScaleOut], operation_id="listScales")
def scales(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The scales by name, for everybody who reads marks."""
    rows = list_scales(actor_of(request))
    page = page_of(rows, order=("name", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


@router.post("scales/", response={201: ScaleOut}, operation_id="createScale")
def create(request: HttpRequest, response: HttpResponse, body: ScaleIn) -> Any:
    """Make a scale."""
    row = create_scale(values=body.dict(), actor=actor_of(request))
    response["Location"] = f"/api/v1/scales/{row.pk}/"
    return Status(201, with_etag(request, response, _shape(row)))


@router.get(_ONE, response=ScaleOut, operation_id="getScale")
def one(request: HttpRequest, response: HttpResponse, scale_id: UUID) -> Any:
    """One scale."""
    return with_etag(request, response, _shape(get_scale(scale_id, actor=actor_of(request))))


@router.patch(_ONE, response=ScaleOut, operation_id="changeScale")
def change(request: HttpRequest, response: HttpResponse, scale_id: UUID, body: ScalePatch) -> Any:
    """Change a scale: totals are named by it at once."""
    actor = actor_of(request)
    if is_conditional(request):
        scale_for_edit(scale_id, actor=actor)
        refuse_stale(request, _shape(get_scale(scale_id, actor=actor)))
    row = edit_scale(scale_id, values=body.dict(exclude_unset=True), actor=actor)
    return with_etag(request, response, _shape(row))


@router.delete(_ONE, response={204: None}, operation_id="deleteScale")
def delete(request: HttpRequest, scale_id: UUID) -> Any:
    """Delete a scale that no policy uses."""
    delete_scale(scale_id, actor=actor_of(request))
    return Status(204, None)


def _shape(row: Scale) -> dict[str, Any]:
    bands = [{"label": b.label, "min_percent": b.min_percent, "is_pass": b.is_pass} for b in row.bands.all()]
    return {"id": row.pk, "name": row.name, "kind": row.kind, "bands": bands}
