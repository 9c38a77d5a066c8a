"""The pages of the site, and what machines ask of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lyceum.core.errors import NotFoundError
from lyceum.core.files import read_file
from lyceum.core.language import speaking
from lyceum.core.schools import school_scope
from lyceum.domains.website.contrast import PAPERS, contrast, nearest_passing
from lyceum.domains.website.memory import Rendered
from lyceum.domains.website.models import Page, Picture, Site
from lyceum.domains.website.previews import page_of_link
from lyceum.domains.website.public import seo
from lyceum.domains.website.public.answers import (
    answer_made,
    answer_page,
    as_rendered,
    host_of_request,
    not_there,
    origin_of,
    render_page,
    respond,
    visitor,
)
from lyceum.domains.website.public.blocks import shown_blocks
from lyceum.domains.website.public.content import Asked, Content
from lyceum.domains.website.public.finding import list_addresses, search
from lyceum.domains.website.public.shell import Shell, catalogue_language, read_shell

LEFT_ALONE = ("/find/", "/preview/", "/sign-in/", "/api/", "/reviews/write/", "/reviews/withdraw/", "/today/")
_NAMES = {"pages": "free", "courses": "course", "events": "event", "alumni": "alumnus"}


@require_GET
def fixed_page(request: HttpRequest) -> HttpResponse:
    """A page that every site has, in the school's first language."""
    return answer_page(request, request.path.strip("/"))


@require_GET
def named_page(request: HttpRequest, site_slug: str) -> HttpResponse:
    """A page, a course, an event or a person, in the school's first language."""
    return answer_page(request, _NAMES[request.path.split("/")[1]], slug=site_slug)


@require_GET
def alumni_page(request: HttpRequest, alumni_id: UUID) -> HttpResponse:
    """Somebody who was here, in the school's first language."""
    return answer_page(request, "alumnus", slug=str(alumni_id))


@require_GET
def home_in_language(request: HttpRequest, site_language: str) -> HttpResponse:
    """The home page in another language."""
    return answer_page(request, "home", language=site_language)


@require_GET
def fixed_in_language(request: HttpRequest, site_language: str, site_page: str) -> HttpResponse:
    """A page that every site has, in another language."""
    return answer_page(request, site_page, language=site_language)


@require_GET
def named_in_language(request: HttpRequest, site_language: str, site_shelf: str, site_slug: str) -> HttpResponse:
    """A page, a course, an event or a person, in another language."""
    return answer_page(request, _NAMES[site_shelf], language=site_language, slug=site_slug)


@require_GET
def thanks_page(request: HttpRequest) -> HttpResponse:
    """After a message."""
    return answer_page(request, "thanks")


@require_GET
def find_page(request: HttpRequest) -> HttpResponse:
    """Search what is published."""
    host = host_of_request(request)
    if isinstance(host, HttpResponse):
        return host
    text = request.GET.get("q", "").replace("\x00", "")
    with school_scope(host.school_id):
        shell = read_shell(language="", origin=origin_of(request, host))
        if shell is None:
            return respond(request, not_there(None))
        with speaking(catalogue_language(shell.language)):
            found = search(Asked(shell, request.path, visitor(request, host.school_id)), text)
            content = Content("find", _("Search"), {"text": text[:100], "found": found}, is_hidden=True)
            page = render_page(shell, content, request.path)
    return respond(request, Rendered(page.content, page.kind, "", language=page.language, seconds=0))


@require_GET
def preview_page(request: HttpRequest, preview_token: str) -> HttpResponse:
    """A draft, for whoever has the link, for seven days; no machine is to keep it."""
    host = host_of_request(request)
    if isinstance(host, HttpResponse):
        return host
    with school_scope(host.school_id):
        page = page_of_link(preview_token)
        shell = _shell_of_draft(request, origin_of(request, host), page)
        with speaking(catalogue_language(page.language)):
            blocks = shown_blocks(page.blocks, Asked(shell, request.path, visitor(request, host.school_id)))
            content = Content("free", page.title, {"blocks": blocks, "is_preview": True}, is_hidden=True)
            made = render_page(shell, content, page.address)
    return respond(
        request, Rendered(made.content, made.kind, "", seconds=0, headers=(("X-Robots-Tag", "noindex, nofollow"),))
    )


def _shell_of_draft(request: HttpRequest, origin: str, page: Page) -> Shell:
    """The shell around a draft; of a site that nobody sees yet, too."""
    del request
    found = read_shell(language=page.language, origin=origin, drafts=True)
    if found is None:
        raise NotFoundError(_("The site is not there in this language."))
    return found


@require_GET
def picture_file(request: HttpRequest, picture_id: UUID, width: int) -> HttpResponse:
    """A picture in one width. It is looked for each time: one that was withdrawn is gone at once."""
    host = host_of_request(request)
    if isinstance(host, HttpResponse):
        return host
    tag = f'"{picture_id}-{width}"'
    with school_scope(host.school_id):
        row = Picture.objects.filter(pk=picture_id).first()
        stored = next((each["stored"] for each in row.sizes if each["width"] == width), None) if row else None
        if stored is None:
            return HttpResponse("Not found\n", content_type="text/plain; charset=utf-8", status=404)
        known = tag in request.headers.get("If-None-Match", "")
        content = b"" if known else read_file(stored)
    response = HttpResponse(content, content_type="image/webp", status=304 if known else 200)
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=60"
    return response


@require_GET
def theme_css(request: HttpRequest) -> HttpResponse:
    """The colours and the typeface of a school."""
    host = host_of_request(request)
    if isinstance(host, HttpResponse):
        return host

    def make(shell: Shell | None, _asked: Asked | None) -> Rendered:
        site = shell.site if shell else Site.objects.first() or Site()
        return as_rendered(theme_of(site), "text/css; charset=utf-8")

    return answer_made(request, make)


def theme_of(site: Site) -> str:
    """The style sheet of a theme: the accent on both papers, and one of two pairs of typefaces."""
    light, dark = site.accent, nearest_passing(site.accent, PAPERS["dark"])
    book = 'Georgia, "Iowan Old Style", "Noto Serif", "Noto Naskh Arabic", serif'
    fonts = f":root{{--heads:{book}}}" if site.fonts == Site.Fonts.BOOK else ""
    return (
        f":root{{--accent:{light};--on-accent:{_ink_on(light)}}}{fonts}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{--accent:{dark};--on-accent:{_ink_on(dark)}}}}}"
    )


def _ink_on(colour: str) -> str:
    return max(("#ffffff", "#15171b"), key=lambda ink: contrast(ink, colour))


@require_GET
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """Every address that is published."""
    part = request.GET.get("part", "")

    def make(shell: Shell | None, asked: Asked | None) -> Rendered:
        if shell is None or asked is None:
            return not_there(None)
        places = list_addresses(asked)
        text = seo.sitemap(shell, places, int(part) if part.isdecimal() and len(part) < 4 else None)
        return as_rendered(text, "application/xml; charset=utf-8")

    return answer_made(request, make)


@require_GET
def robots_txt(request: HttpRequest) -> HttpResponse:
    """What machines may read."""
    host = host_of_request(request)
    if isinstance(host, HttpResponse):
        if host.status_code == 404:
            return respond(request, as_rendered(seo.robots(None, ()), "text/plain; charset=utf-8"))
        return host
    return answer_made(
        request, lambda shell, _asked: as_rendered(seo.robots(shell, LEFT_ALONE), "text/plain; charset=utf-8")
    )
