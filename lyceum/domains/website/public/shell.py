"""What every page of a site has around it, read in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.language import known_language
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.models import MenuItem, Page, Site
from lyceum.domains.website.pictures import Image, address_of_picture, image_of


@dataclass(frozen=True)
class Link:
    """An entry of the menu."""

    label: str
    target: str
    children: Sequence["Link"] = ()


@dataclass(frozen=True)
class Alternate:
    """The same page in a language."""

    language: str
    address: str


@dataclass(frozen=True)
class WrittenPage:
    """A published page that the office wrote."""

    id: str
    title: str
    slug: str
    blocks: list[dict[str, Any]]
    description: str
    translation_of: str | None
    published_at: str


@dataclass(frozen=True)
class Shell:
    """The school and its site as pages speak of them."""

    school: School
    site: Site
    language: str
    first_language: str
    origin: str
    """Scheme and host that search engines are to know."""
    menu: Sequence[Link]
    crest: Image | None
    banner: str
    page: WrittenPage | None = field(default=None)
    """The written page of the address that was asked for, where there is one."""

    def address(self, path: str, language: str = "") -> str:
        """A path of the site in a language."""
        wanted = language or self.language
        return path if wanted == self.first_language else f"/{wanted}{path}"

    def absolute(self, path: str) -> str:
        """A path with the host that search engines are to know."""
        return f"{self.origin}{path}"

    @property
    def social_image(self) -> str:
        """What is shown where somebody passes the address on."""
        row = self.site.social_image or self.site.hero
        return self.absolute(address_of_picture(row, row.sizes[-1]["width"])) if row and row.sizes else ""


def read_shell(*, language: str, origin: str, kind: str = "", slug: str = "", drafts: bool = False) -> Shell | None:
    """The shell of the school in scope in a language, with a written page where one is asked for. One statement.

    None where the site is not published, or not in this language. With `drafts` it may be unpublished.
    """
    below = MenuItem.objects.filter(parent=OuterRef("pk")).order_by("order", "pk")
    entries = (
        MenuItem.objects.filter(parent__isnull=True)
        .order_by("order", "pk")
        .annotate(below=ArraySubquery(below.values(json=JSONObject(label="label", target="target"))))
    )
    rows = Site.objects.select_related("school", "crest", "hero", "social_image").annotate(
        entries=ArraySubquery(entries.values(json=JSONObject(label="label", target="target", below="below"))),
        written=ArraySubquery(_written(language, kind, slug)[:1]),
    )
    site: Any = (rows if drafts else rows.filter(state=Site.State.PUBLISHED)).first()
    if site is None:
        return None
    locales = site.school.locales or ["en"]
    wanted = language or locales[0]
    if wanted not in locales:
        return None
    return Shell(
        school=site.school,
        site=site,
        language=wanted,
        first_language=locales[0],
        origin=origin,
        menu=[_link(each) for each in site.entries] or usual_menu(),
        crest=image_of(site.crest, sizes="64px"),
        banner=site.banner if site.banner_until is None or site.banner_until > clock.now() else "",
        page=WrittenPage(**site.written[0]) if site.written else None,
    )


def _written(language: str, kind: str, slug: str) -> Any:
    """The published page of an address; of the school's first language where none is named."""
    first = F("school__locales__0")
    said = Q(language=Value(language)) if language else Q(language=first)
    rows = Page.objects.filter(said, kind=kind or "-", published__isnull=False).exclude(state=Page.State.ARCHIVED)
    if kind == Page.Kind.FREE:
        rows = rows.filter(published__slug=slug)
    return rows.values(
        json=JSONObject(
            id="pk",
            title="published__title",
            slug="published__slug",
            blocks="published__blocks",
            description="published__description",
            translation_of="translation_of",
            published_at="published_at",
        )
    )


def _link(given: dict[str, Any]) -> Link:
    return Link(given["label"], given["target"], [Link(each["label"], each["target"]) for each in given["below"]])


def usual_menu() -> list[Link]:
    """The menu of a school that made none."""
    return [
        Link(_("Courses"), "/courses/"),
        Link(_("Events"), "/events/"),
        Link(_("About us"), "/about-us/", [Link(_("Team"), "/team/"), Link(_("Partners"), "/partners/")]),
        Link(_("Alumni"), "/alumni/"),
        Link(_("Reviews"), "/reviews/"),
        Link(_("Contact"), "/contact/"),
    ]


def catalogue_language(language: str) -> str:
    """The language of ours in which a page of a language is said."""
    return known_language(language) or "en"
