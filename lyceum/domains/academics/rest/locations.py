"""Places: the public ones for everybody, all of them for whoever keeps them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.academics.queries import get_place, list_places
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.rules.locations import (
    LARGEST,
    LONGEST_ADDRESS,
    LONGEST_LINK,
    LONGEST_NAME,
    create_location,
    delete_location,
    edit_location,
    get_location_for_edit,
)


class LocationOut(Schema):
    """A place."""

    id: UUID
    name: str
    address: str
    map_link: str = Field(description="An address on a map, or nothing.")
    capacity: int | None
    is_public: bool
    active: bool = Field(description="False where the place is retired.")


class LocationIn(Strict):
    """A place to be made."""

    name: str = Field(max_length=LONGEST_NAME)
    address: str = Field("", max_length=LONGEST_ADDRESS)
    map_link: str = Field("", max_length=LONGEST_LINK)
    capacity: int | None = Field(None, ge=1, le=LARGEST)
    is_public: bool = False


class LocationPut(Strict):
    """A place, whole."""

    name: str = Field(max_length=LONGEST_NAME)
    address: str = Field(max_length=LONGEST_ADDRESS)
    map_link: str = Field(max_length=LONGEST_LINK)
    capacity: int | None = Field(ge=1, le=LARGEST)
    is_public: bool
    active: bool = True


class LocationPatch(Strict):
    """Some of a place. `active: false` retires it."""

    name: str = Field(default_factory=left_out, max_length=LONGEST_NAME)
    address: str = Field(default_factory=left_out, max_length=LONGEST_ADDRESS)
    map_link: str = Field(default_factory=left_out, max_length=LONGEST_LINK)
    capacity: int | None = Field(None, ge=1, le=LARGEST)
    is_public: bool = Field(default_factory=left_out)
    active: bool = Field(default_factory=left_out)


@router.get("locations/", response=ListOf[LocationOut], operation_id="listLocations", auth=Visiting())
def locations(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The places by name: the public ones, and the others too for whoever keeps them."""
    rows = list_places(actor_of(request))
    page = page_of(rows, order=("name", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


@router.post("locations/", response={201: LocationOut}, operation_id="createLocation")
def create(request: HttpRequest, response: HttpResponse, body: LocationIn) -> Any:
    """Make a place."""
    row = create_location(**body.dict(), actor=actor_of(request))
    response["Location"] = f"/api/v1/locations/{row.pk}/"
    return with_etag(request, response, _shape(row))


@router.get("locations/{location_id}/", response=LocationOut, operation_id="getLocation", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, location_id: UUID) -> Shown | HttpResponse:
    """One place."""
    return with_etag(request, response, _shape(get_place(location_id, actor=actor_of(request))))


@router.put("locations/{location_id}/", response=LocationOut, operation_id="replaceLocation")
def replace(request: HttpRequest, response: HttpResponse, location_id: UUID, body: LocationPut) -> Any:
    """Replace a place's data."""
    return _changed(request, response, location_id, body.dict())


@router.patch("locations/{location_id}/", response=LocationOut, operation_id="changeLocation")
def change(request: HttpRequest, response: HttpResponse, location_id: UUID, body: LocationPatch) -> Any:
    """Change some of a place, or retire it."""
    return _changed(request, response, location_id, body.dict(exclude_unset=True))


@router.delete("locations/{location_id}/", response={204: None}, operation_id="deleteLocation")
def delete(request: HttpRequest, location_id: UUID) -> Any:
    """Delete a place that nothing points at."""
    _refuse_stale(request, location_id)
    delete_location(location_id, actor=actor_of(request))
    return Status(204, None)


def _changed(request: HttpRequest, response: HttpResponse, location_id: UUID, values: dict[str, Any]) -> Any:
    _refuse_stale(request, location_id)
    return with_etag(request, response, _shape(edit_location(location_id, values=values, actor=actor_of(request))))


def _refuse_stale(request: HttpRequest, location_id: UUID) -> None:
    if is_conditional(request):
        refuse_stale(request, _shape(get_location_for_edit(location_id, actor=actor_of(request))))


def _shape(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in LocationOut.model_fields}
