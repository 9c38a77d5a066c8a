"""The site as its editors keep it, over REST: state, looks, menu, pages, pictures, host names."""

from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, File, Form, Query, Schema, Status
from ninja.files import UploadedFile
from pydantic import JsonValue

from lyceum.core.paging import page_of
from lyceum.core.rest import Instant, ListOf, Strict, Walk, actor_of, left_out, listed
from lyceum.domains.website.dns import resolve_txt
from lyceum.domains.website.models import Site, SiteDomain
from lyceum.domains.website.previews import preview_address
from lyceum.domains.website.queries import (
    get_page,
    list_domains,
    list_menu,
    list_pages,
    list_pictures,
    read_site,
    read_visits,
)
from lyceum.domains.website.rest.router import router
from lyceum.domains.website.rest.shapes import PageOut, PictureOut, page_shape, picture_shape
from lyceum.domains.website.rules.domains import check_domain, claim_domain, make_primary, remove_domain
from lyceum.domains.website.rules.menu import NewItem, set_menu
from lyceum.domains.website.rules.pages import (
    LONGEST_DESCRIPTION,
    LONGEST_SLUG,
    LONGEST_TITLE,
    archive_page,
    create_page,
    edit_page,
    keep_version,
    publish_page,
    restore_version,
)
from lyceum.domains.website.rules.pictures import add_picture, remove_picture
from lyceum.domains.website.rules.site import LONGEST_BANNER, edit_site, publish_site, take_offline

_PAGE = "site/pages/{site_page_id}/"
_DOMAIN = "site/domains/{domain_id}/"


class SiteOut(Schema):
    """The site: state and looks."""

    status: str
    published_at: datetime | None
    accent: str
    fonts: str
    crest: PictureOut | None
    hero: PictureOut | None
    social_image: PictureOut | None
    titles: dict[str, dict[str, str]]
    banner: str
    banner_until: datetime | None
    contact_recipients: list[str]


class VisitsFilter(Strict):
    """In how many days, today included."""

    days: int = Field(30, ge=1, le=400)


class VisitedPageOut(Schema):
    """How often a page was read. By whom is not counted."""

    path: str
    count: int


class VisitsOut(Schema):
    """The pages of the site, the most read first."""

    days: int
    pages: list[VisitedPageOut]


@router.get("site/visits/", response=VisitsOut, operation_id="readVisits")
def visits(request: HttpRequest, chosen: Query[VisitsFilter]) -> dict[str, Any]:
    """How often each page of the public site was read in the last days."""
    return {"days": chosen.days, "pages": read_visits(actor_of(request), days=chosen.days)}


class TitleIn(Strict):
    """What search engines are told in a language."""

    title: str = Field("", max_length=120)
    description: str = Field("", max_length=300)


class SitePatch(Strict):
    """Some of it."""

    accent: str = Field(default_factory=left_out, max_length=7)
    fonts: str = Field(default_factory=left_out, max_length=5)
    crest: UUID | None = None
    hero: UUID | None = None
    social_image: UUID | None = None
    titles: dict[str, TitleIn] = Field(default_factory=left_out)
    banner: str = Field(default_factory=left_out, max_length=LONGEST_BANNER)
    banner_until: Instant | None = None
    contact_recipients: list[str] = Field(default_factory=left_out, max_length=10)


class DomainOut(Schema):
    """A host name, and the record that proves it."""

    id: UUID
    host: str
    status: str
    is_primary: bool
    record_name: str
    record_value: str
    checked_at: datetime | None
    verified_at: datetime | None


class DomainIn(Strict):
    """A host name to claim."""

    host: str = Field(max_length=253)


class MenuEntry(Strict):
    """An entry below another."""

    label: str = Field(max_length=60)
    target: str = Field(max_length=300)


class MenuTop(MenuEntry):
    """An entry of the first level."""

    children: list[MenuEntry] = Field(default_factory=list, max_length=12)


class MenuBody(Strict):
    """The menu, whole."""

    items: list[MenuTop] = Field(max_length=8)


class PageIn(Strict):
    """A page to begin."""

    title: str = Field(max_length=LONGEST_TITLE)
    slug: str = Field("", max_length=LONGEST_SLUG)
    kind: str = Field("free", max_length=4)
    language: str = Field("", max_length=12)
    description: str = Field("", max_length=LONGEST_DESCRIPTION)
    blocks: list[dict[str, JsonValue]] = Field(default_factory=list, max_length=40)
    translation_of: UUID | None = None


class PagePatch(Strict):
    """Some of the draft. `edits`: the number of the draft it was changed from."""

    title: str = Field(default_factory=left_out, max_length=LONGEST_TITLE)
    slug: str = Field(default_factory=left_out, max_length=LONGEST_SLUG)
    description: str = Field(default_factory=left_out, max_length=LONGEST_DESCRIPTION)
    blocks: list[dict[str, JsonValue]] = Field(default_factory=left_out, max_length=40)
    edits: int = Field(default_factory=left_out)


class PublishPageIn(Strict):
    """When; now where nothing is said."""

    at: Instant | None = None


class RestoreIn(Strict):
    """Which version."""

    version: int = Field(ge=1, le=1_000_000)


class PageVersionOut(Schema):
    """A version of a page."""

    number: int
    title: str
    made_at: datetime
    made_by_name: str


class PagePreviewOut(Schema):
    """A link to the draft, for seven days."""

    address: str


class PictureIn(Strict):
    """What is said of a picture."""

    alt: str = Field("", max_length=200)
    is_decorative: bool = False
    shows_person: bool = False
    consent_by: str = Field("", max_length=200)


@router.get("site/", response=SiteOut, operation_id="getSite")
def site(request: HttpRequest) -> dict[str, Any]:
    """The site as its editors see it."""
    return _site(read_site(actor_of(request)))


@router.patch("site/", response=SiteOut, operation_id="changeSite")
def change_site(request: HttpRequest, body: SitePatch) -> dict[str, Any]:
    """Change how it looks, the banner, what search engines are told, who gets messages."""
    return _site(edit_site(values=body.dict(exclude_unset=True), actor=actor_of(request)))


@router.post("site/publish/", response=SiteOut, operation_id="publishSite")
def publish(request: HttpRequest) -> dict[str, Any]:
    """Let strangers read it."""
    return _site(publish_site(actor=actor_of(request)))


@router.post("site/offline/", response=SiteOut, operation_id="takeSiteOffline")
def offline(request: HttpRequest) -> dict[str, Any]:
    """Take it from everybody's eyes."""
    return _site(take_offline(actor=actor_of(request)))


@router.get("site/domains/", response=list[DomainOut], operation_id="listSiteDomains")
def domains(request: HttpRequest) -> list[dict[str, Any]]:
    """The host names that the school claims; five at most."""
    return [_domain(row) for row in list_domains(actor_of(request)).order_by("host", "pk")]


@router.post("site/domains/", response={201: DomainOut}, operation_id="claimSiteDomain")
def claim(request: HttpRequest, body: DomainIn) -> Status[dict[str, Any]]:
    """Claim a host name."""
    return Status(201, _domain(claim_domain(body.host, actor=actor_of(request))))


@router.post(f"{_DOMAIN}check/", response=DomainOut, operation_id="checkSiteDomain")
def check(request: HttpRequest, domain_id: UUID) -> dict[str, Any]:
    """Look for its record now."""
    return _domain(check_domain(domain_id, resolve=resolve_txt, actor=actor_of(request)))


@router.post(f"{_DOMAIN}make-primary/", response=DomainOut, operation_id="makeSiteDomainPrimary")
def primary(request: HttpRequest, domain_id: UUID) -> dict[str, Any]:
    """Make it the one that search engines know."""
    return _domain(make_primary(domain_id, actor=actor_of(request)))


@router.delete(_DOMAIN, response={204: None}, operation_id="removeSiteDomain")
def give_up(request: HttpRequest, domain_id: UUID) -> Any:
    """Give it up."""
    remove_domain(domain_id, actor=actor_of(request))
    return Status(204, None)


@router.get("site/menu/", response=MenuBody, operation_id="getSiteMenu")
def menu(request: HttpRequest) -> dict[str, Any]:
    """The menu; empty where the school has the usual one."""
    return {
        "items": [
            {
                "label": row.label,
                "target": row.target,
                "children": [{"label": each.label, "target": each.target} for each in row.children.all()],
            }
            for row in list_menu(actor_of(request))
        ]
    }


@router.put("site/menu/", response=MenuBody, operation_id="setSiteMenu")
def put_menu(request: HttpRequest, body: MenuBody) -> dict[str, Any]:
    """Replace the menu."""
    items = [
        NewItem(each.label, each.target, [NewItem(child.label, child.target) for child in each.children])
        for each in body.items
    ]
    set_menu(items, actor=actor_of(request))
    return menu(request)


@router.get("site/pages/", response=ListOf[PageOut], operation_id="listSitePages")
def pages(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The pages that the office writes, by title."""
    rows = list_pages(actor_of(request))
    page = page_of(rows, order=("title", "pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [page_shape(row) for row in page.rows])


@router.post("site/pages/", response={201: PageOut}, operation_id="createSitePage")
def create(request: HttpRequest, body: PageIn) -> Status[dict[str, Any]]:
    """Begin a page."""
    return Status(201, page_shape(create_page(**body.dict(), actor=actor_of(request))))


@router.get(_PAGE, response=PageOut, operation_id="getSitePage")
def page(request: HttpRequest, site_page_id: UUID) -> dict[str, Any]:
    """One page with its draft."""
    return page_shape(get_page(site_page_id, actor=actor_of(request)))


@router.patch(_PAGE, response=PageOut, operation_id="changeSitePage")
def change_page(request: HttpRequest, site_page_id: UUID, body: PagePatch) -> dict[str, Any]:
    """Change the draft, and keep it as a version."""
    actor, values = actor_of(request), body.dict(exclude_unset=True)
    seen = values.pop("edits", None)
    edit_page(site_page_id, values=values, seen=seen, actor=actor)
    keep_version(site_page_id, actor=actor)
    return page_shape(get_page(site_page_id, actor=actor))


@router.delete(_PAGE, response={204: None}, operation_id="archiveSitePage")
def delete_page(request: HttpRequest, site_page_id: UUID) -> Any:
    """Take it from the site; its address says that it is gone."""
    archive_page(site_page_id, actor=actor_of(request))
    return Status(204, None)


@router.post(f"{_PAGE}publish/", response=PageOut, operation_id="publishSitePage")
def publish_one(request: HttpRequest, site_page_id: UUID, body: PublishPageIn) -> dict[str, Any]:
    """Publish the draft, now or at a time."""
    return page_shape(publish_page(site_page_id, at=body.at, actor=actor_of(request)))


@router.get(f"{_PAGE}versions/", response=list[PageVersionOut], operation_id="listSitePageVersions")
def versions(request: HttpRequest, site_page_id: UUID) -> list[Any]:
    """Its versions, the newest first; the last hundred."""
    return list(get_page(site_page_id, actor=actor_of(request)).versions.order_by("-number")[:100])


@router.post(f"{_PAGE}restore/", response=PageOut, operation_id="restoreSitePage")
def restore(request: HttpRequest, site_page_id: UUID, body: RestoreIn) -> dict[str, Any]:
    """Make an older version the draft."""
    return page_shape(restore_version(site_page_id, body.version, actor=actor_of(request)))


@router.post(f"{_PAGE}preview/", response=PagePreviewOut, operation_id="previewSitePage")
def preview(request: HttpRequest, site_page_id: UUID) -> dict[str, str]:
    """A link to the draft."""
    return {"address": preview_address(get_page(site_page_id, actor=actor_of(request)))}


@router.get("site/pictures/", response=ListOf[PictureOut], operation_id="listSitePictures")
def pictures(request: HttpRequest, chosen: Query[Walk]) -> dict[str, Any]:
    """The site's pictures, the newest first."""
    rows = list_pictures(actor_of(request))
    found = page_of(rows, order=("-created_at", "-pk"), limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(found, [cast(dict[str, Any], picture_shape(row)) for row in found.rows])


@router.post("site/pictures/", response={201: PictureOut}, operation_id="addSitePicture")
def add(request: HttpRequest, file: File[UploadedFile], said: Form[PictureIn]) -> Status[Any]:
    """Put a picture into the site's store; it is painted anew in three widths."""
    row = add_picture(cast(BinaryIO, file.file), name=file.name or "", **said.dict(), actor=actor_of(request))
    return Status(201, picture_shape(row))


@router.delete("site/pictures/{picture_id}/", response={204: None}, operation_id="removeSitePicture")
def delete_picture(request: HttpRequest, picture_id: UUID) -> Any:
    """Take a picture from every page, in every width."""
    remove_picture(picture_id, actor=actor_of(request))
    return Status(204, None)


def _site(row: Site) -> dict[str, Any]:
    names = ("published_at", "accent", "fonts", "titles", "banner", "banner_until", "contact_recipients")
    pictures_ = {name: picture_shape(getattr(row, name)) for name in ("crest", "hero", "social_image")}
    return {"status": row.state, **pictures_, **{name: getattr(row, name) for name in names}}


def _domain(row: SiteDomain) -> dict[str, Any]:
    names = ("host", "is_primary", "record_name", "record_value", "checked_at", "verified_at")
    return {"id": row.pk, "status": row.state, **{name: getattr(row, name) for name in names}}
