"""Partners, over REST."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema, Status

from lyceum.core.etags import Shown, is_conditional, refuse_stale, with_etag
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Visiting, Walk, actor_of, left_out, listed
from lyceum.domains.website.models import Partner
from lyceum.domains.website.queries import IN_ORDER, get_partner, list_partners
from lyceum.domains.website.rest.router import router
from lyceum.domains.website.rest.shapes import PictureOut, picture_shape
from lyceum.domains.website.rules.fields import LONGEST_LINK
from lyceum.domains.website.rules.partners import (
    LONGEST_DESCRIPTION,
    LONGEST_KIND,
    LONGEST_NAME,
    add_partner,
    edit_partner,
    get_partner_for_edit,
    remove_partner,
)


class PartnerOut(Schema):
    """Somebody with whom the school works."""

    id: UUID
    name: str
    logo: PictureOut | None
    url: str
    description: str
    kind: str
    order: int
    is_published: bool


class PartnerIn(Strict):
    """A partner to be named."""

    name: str = Field(max_length=LONGEST_NAME)
    logo: UUID | None = Field(None, description="The id of a picture.")
    url: str = Field("", max_length=LONGEST_LINK)
    description: str = Field("", max_length=LONGEST_DESCRIPTION)
    kind: str = Field("", max_length=LONGEST_KIND)
    order: int = Field(0, ge=0, le=30_000)
    is_published: bool = True


class PartnerPatch(Strict):
    """Some of it."""

    name: str = Field(default_factory=left_out, max_length=LONGEST_NAME)
    logo: UUID | None = None
    url: str = Field(default_factory=left_out, max_length=LONGEST_LINK)
    description: str = Field(default_factory=left_out, max_length=LONGEST_DESCRIPTION)
    kind: str = Field(default_factory=left_out, max_length=LONGEST_KIND)
    order: int = Field(default_factory=left_out, ge=0, le=30_000)
    is_published: bool = Field(default_factory=left_out)


@router.get("partners/", response=ListOf[PartnerOut], operation_id="listPartners", auth=Visiting())
def partners(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The partners, in their order."""
    rows = list_partners(actor_of(request))
    page = page_of(rows, order=IN_ORDER, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_shape(row) for row in page.rows])


@router.post("partners/", response={201: PartnerOut}, operation_id="createPartner")
def create(request: HttpRequest, response: HttpResponse, body: PartnerIn) -> Any:
    """Name a partner."""
    row = add_partner(values=body.dict(), actor=actor_of(request))
    response["Location"] = f"/api/v1/partners/{row.pk}/"
    return with_etag(request, response, _shape(row))


@router.get("partners/{partner_id}/", response=PartnerOut, operation_id="getPartner", auth=Visiting())
def one(request: HttpRequest, response: HttpResponse, partner_id: UUID) -> Shown | HttpResponse:
    """One partner."""
    return with_etag(request, response, _shape(get_partner(partner_id, actor=actor_of(request))))


@router.put("partners/{partner_id}/", response=PartnerOut, operation_id="replacePartner")
def replace(request: HttpRequest, response: HttpResponse, partner_id: UUID, body: PartnerIn) -> Any:
    """Replace a partner."""
    return _changed(request, response, partner_id, body.dict())


@router.patch("partners/{partner_id}/", response=PartnerOut, operation_id="changePartner")
def change(request: HttpRequest, response: HttpResponse, partner_id: UUID, body: PartnerPatch) -> Any:
    """Change some of a partner, or show it no longer."""
    return _changed(request, response, partner_id, body.dict(exclude_unset=True))


@router.delete("partners/{partner_id}/", response={204: None}, operation_id="deletePartner")
def delete(request: HttpRequest, partner_id: UUID) -> Any:
    """Take a partner from the site, with its logo."""
    _refuse_stale(request, partner_id)
    remove_partner(partner_id, actor=actor_of(request))
    return Status(204, None)


def _changed(request: HttpRequest, response: HttpResponse, partner_id: UUID, values: dict[str, Any]) -> Any:
    _refuse_stale(request, partner_id)
    return with_etag(request, response, _shape(edit_partner(partner_id, values=values, actor=actor_of(request))))


def _refuse_stale(request: HttpRequest, partner_id: UUID) -> None:
    if is_conditional(request):
        refuse_stale(request, _shape(get_partner_for_edit(partner_id, actor=actor_of(request))))


def _shape(row: Partner) -> dict[str, Any]:
    names = ("name", "url", "description", "kind", "order", "is_published")
    return {"id": row.pk, "logo": picture_shape(row.logo), **{name: getattr(row, name) for name in names}}
